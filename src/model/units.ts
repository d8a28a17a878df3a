import { type ExactInt, integer, type Json, toBigInt } from './json.ts';

/** A broker's own unit of time. */
export type TimeUnit = 'ns' | 'us' | 'ms' | 's';

/** A whole number of the broker's unit, or why the text is none. */
export type Quantity = { readonly value: number | ExactInt } | { readonly problem: string };

const NANOSECONDS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
  d: 86_400_000_000_000n,
  w: 604_800_000_000_000n,
};

const BYTES: Readonly<Record<string, bigint>> = {
  B: 1n,
  kB: 1000n,
  KB: 1000n,
  MB: 1000n ** 2n,
  GB: 1000n ** 3n,
  TB: 1000n ** 4n,
  PB: 1000n ** 5n,
  KiB: 1024n,
  MiB: 1024n ** 2n,
  GiB: 1024n ** 3n,
  TiB: 1024n ** 4n,
  PiB: 1024n ** 5n,
};

const WHOLE = /^-?\d{1,30}$/;
const PART = /(\d{1,30})(?:\.(\d{1,30}))?([A-Za-z]+)/y;

/**
 * Reads `500ms`, `7d`, `1.5h` or `1d12h` as a whole number of `unit`. Units: ns, us, ms, s, m (minutes), h, d
 * (24 hours), w. Digits alone are already in `unit`.
 */
export function parseDuration(text: string, unit: TimeUnit): Quantity {
  return parse(text, NANOSECONDS, NANOSECONDS[unit] ?? 1n, 'a duration like 500ms, 7d or 1d12h', unit);
}

/** Reads `64KiB`, `1GiB`, `10MB` or `1.5GiB` as bytes. Digits alone are bytes. */
export function parseSize(text: string): Quantity {
  return parse(text, BYTES, 1n, 'a size like 64KiB, 1GiB or 10MB', 'bytes');
}

/** Exact: `parseDuration` of the answer gives the value back. A number that no larger unit fits keeps `unit`. */
export function formatDuration(value: Json, unit: TimeUnit): string | undefined {
  const whole = toBigInt(value);
  if (whole === undefined || whole < 0n) return undefined;
  const total = whole * (NANOSECONDS[unit] ?? 1n);
  if (total === 0n) return `0${unit}`;
  for (const [first, second] of [
    ['d', 'h'],
    ['h', 'm'],
    ['m', 's'],
  ] as const) {
    const [large, small] = [NANOSECONDS[first] ?? 1n, NANOSECONDS[second] ?? 1n];
    if (total < large || total % small !== 0n) continue;
    const rest = (total % large) / small;
    return `${total / large}${first}${rest === 0n ? '' : `${rest}${second}`}`;
  }
  const single =
    (['s', 'ms', 'us'] as const).find((name) => total % (NANOSECONDS[name] ?? 1n) === 0n) ?? 'ns';
  return `${total / (NANOSECONDS[single] ?? 1n)}${single}`;
}

/** Exact, in the unit that leaves the smallest number: 67108864 is `64MiB`, 10000000 is `10MB`, 1001 is `1001B`. */
export function formatSize(value: Json): string | undefined {
  const bytes = toBigInt(value);
  if (bytes === undefined || bytes < 0n) return undefined;
  let best = { count: bytes, unit: 'B' };
  if (bytes === 0n) return '0B';
  for (const unit of ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'kB', 'MB', 'GB', 'TB', 'PB']) {
    const size = BYTES[unit] ?? 1n;
    if (bytes % size === 0n && bytes / size < best.count) best = { count: bytes / size, unit };
  }
  return `${best.count}${best.unit}`;
}

function parse(
  text: string,
  units: Readonly<Record<string, bigint>>,
  base: bigint,
  wanted: string,
  baseName: string,
): Quantity {
  const trimmed = text.trim();
  if (WHOLE.test(trimmed)) return { value: integer(BigInt(trimmed)) };
  let numerator = 0n;
  let scale = 1n;
  let end = 0;
  const pattern = new RegExp(PART);
  for (let match = pattern.exec(trimmed); match; match = pattern.exec(trimmed)) {
    const [, digits = '', fraction = '', name = ''] = match;
    const unit = Object.hasOwn(units, name) ? units[name] : undefined;
    if (unit === undefined) {
      return { problem: `"${name}" is no unit here; write ${Object.keys(units).join(', ')}` };
    }
    const places = 10n ** BigInt(fraction.length);
    numerator = numerator * places + BigInt(digits + fraction) * unit * scale;
    scale *= places;
    end = pattern.lastIndex;
  }
  if (end === 0 || end !== trimmed.length) return { problem: `not ${wanted}` };
  const divisor = base * scale;
  if (numerator % divisor !== 0n) return { problem: `not a whole number of ${baseName}` };
  return { value: integer(numerator / divisor) };
}

/** A RabbitMQ stream's own notation: `7D`. */
const STREAM_DAYS = /^\d{1,6}D$/;

/** A quantity in the smallest unit: nanoseconds, bytes, or a plain number. */
export interface ComparableQuantity {
  readonly unit: 'duration' | 'size' | 'number';
  readonly value: bigint;
}

/** What a text means, whatever unit a broker counts in; undefined where it is no number, duration or size. */
export function comparableQuantity(text: string): ComparableQuantity | undefined {
  if (WHOLE.test(text)) return { unit: 'number', value: BigInt(text) };
  const duration = parseDuration(STREAM_DAYS.test(text) ? text.toLowerCase() : text, 'ns');
  const size = 'value' in duration ? duration : parseSize(text);
  if (!('value' in size)) return undefined;
  const value = toBigInt(size.value);
  return value === undefined ? undefined : { unit: size === duration ? 'duration' : 'size', value };
}

/** Numbers as people read them, the same in every locale. */

/** `18,204`. */
export function formatCount(count: number | bigint): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** The first few, and how many more: `a, b and 7 more`. */
export function someOf(texts: readonly string[], most = 5, separator = ', '): string {
  const shown = texts.slice(0, most).join(separator);
  return texts.length <= most ? shown : `${shown} and ${formatCount(texts.length - most)} more`;
}

/** `1 queue`, `18,204 queues`. */
export function countOf(count: number | bigint, noun: string): string {
  return `${formatCount(count)} ${noun}${Number(count) === 1 ? '' : 's'}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** A size rounded for reading, not for comparing: `1.4 GiB`. */
export function roughSize(bytes: number | bigint): string {
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}
