const RFC3339 = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-]\d\d:\d\d)$/;

/** Go's zero time, which stands for no time at all. */
const ZERO = '0001-01-01T00:00:00Z';

/**
 * An RFC 3339 time as one text for one instant: in UTC, with no more digits than it needs. Servers echo the offset
 * that was sent, so that texts of the same instant differ. Nanoseconds are kept.
 * @returns undefined when the text is no such time, null for Go's zero time.
 */
export function instant(text: string): string | null | undefined {
  const [, date, time, fraction = '', zone = ''] = RFC3339.exec(text) ?? [];
  if (date === undefined) return undefined;
  const milliseconds = Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(milliseconds)) return undefined;
  const digits = fraction.replace(/0+$/, '');
  const utc = new Date(milliseconds).toISOString().slice(0, 19);
  const result = `${utc}${digits === '' ? '' : `.${digits}`}Z`;
  return result === ZERO ? null : result;
}
