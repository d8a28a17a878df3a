/** Compares `4.3.6` with `4.3`, number by number; a missing one is 0. Negative where `a` is earlier. */
export function compareVersions(a: string, b: string): number {
  return compared(a, b, Math.max);
}

/** As {@link compareVersions}, but one that leaves parts out stands for all of its series: `4.3` equals `4.3.6`. */
export function compareReleases(a: string, b: string): number {
  return compared(a, b, Math.min);
}

function compared(a: string, b: string, lengthOf: (left: number, right: number) => number): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const length = lengthOf(left.length, right.length);
  for (let i = 0; i < length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function numbersOf(version: string): number[] {
  return version.split('.', 3).map((part) => Number.parseInt(part, 10) || 0);
}
