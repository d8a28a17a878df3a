import {
  formatDuration,
  formatSize,
  type Json,
  parseDuration,
  parseSize,
  type Quantity,
} from '../../../model/index.ts';

/** How the number of a field is written: a duration, a size, or a stream's own age notation (`7D`). */
export type Unit = 'ms' | 's' | 'bytes' | 'age';

/** A text with a unit as the broker's number or, for an age, the broker's text. */
export function parseUnit(text: string, unit: Unit): Quantity | { readonly value: string } {
  if (unit === 'bytes') return parseSize(text);
  if (unit !== 'age') return parseDuration(text, unit);
  if (AGE.test(text)) return { value: text };
  const seconds = parseDuration(text, 's');
  if ('problem' in seconds) return seconds;
  return typeof seconds.value === 'number'
    ? { value: formatAge(seconds.value) }
    : { problem: 'longer than any stream can keep' };
}

/** As people write it: `7d`, `64MiB`. Undefined where there is no unit, or a plain number says it best. */
export function formatUnit(value: Json, unit: Unit | undefined): string | undefined {
  if (unit === undefined || unit === 'age') return undefined;
  return unit === 'bytes' ? formatSize(value) : formatDuration(value, unit);
}

const AGE = /^(\d{1,15})([YMDhms])$/;
/** A year has 365 days, a month 30, as in `rabbit_amqqueue`. */
const AGE_SECONDS: Readonly<Record<string, number>> = {
  Y: 31_536_000,
  M: 2_592_000,
  D: 86_400,
  h: 3600,
  m: 60,
  s: 1,
};

function formatAge(seconds: number): string {
  const unit = ['D', 'h', 'm'].find((name) => seconds > 0 && seconds % (AGE_SECONDS[name] ?? 1) === 0) ?? 's';
  return `${seconds / (AGE_SECONDS[unit] ?? 1)}${unit}`;
}

/** The length of an age, `7D` or `168h`; undefined for what is none. */
export function secondsOf(age: Json | undefined): number | undefined {
  const [, count, unit] = (typeof age === 'string' && AGE.exec(age)) || [];
  return count === undefined || unit === undefined ? undefined : Number(count) * (AGE_SECONDS[unit] ?? 1);
}
