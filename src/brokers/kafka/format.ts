/** `6.2 days`, `45 minutes`. */
export function roughTime(milliseconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ];
  const [name, length] = units.find(([, size]) => milliseconds >= size) ?? ['second', 1000];
  const count = Math.round((milliseconds / length) * 10) / 10;
  return `${count.toLocaleString('en-US')} ${name}${count === 1 ? '' : 's'}`;
}
