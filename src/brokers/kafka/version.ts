/**
 * True when a version is of this release or a later one. A version that leaves parts out, as `target-version: 4`
 * does, means the newest of that series.
 */
export function atLeast(version: string, [major, minor]: readonly [major: number, minor: number]): boolean {
  const [foundMajor = Number.NaN, foundMinor] = version.split('.').map((part) => Number.parseInt(part, 10));
  if (Number.isNaN(foundMajor) || foundMajor !== major) return !(foundMajor < major);
  return foundMinor === undefined || Number.isNaN(foundMinor) || foundMinor >= minor;
}
