import {
  equalJson,
  formatDuration,
  formatSize,
  isObject,
  type Json,
  type JsonObject,
  parseDuration,
  parseSize,
  type Quantity,
} from '../../model/index.ts';
import { shownArguments } from './addresses.ts';
import type { Arguments } from './specs.ts';

/** How the number of a field is written: a duration, a size, or a stream's own age notation (`7D`). */
export type Unit = 'ms' | 's' | 'bytes' | 'age';

/**
 * Optional arguments of queues, by their friendly key: the argument's name without `x-`. The dead-letter ones are
 * written as one group. {@link https://www.rabbitmq.com/docs/queues#optional-arguments}
 */
export const QUEUE_ARGUMENTS: readonly string[] = [
  'message-ttl',
  'expires',
  'max-length',
  'max-length-bytes',
  'overflow',
  'max-priority',
  'single-active-consumer',
  'delivery-limit',
  'consumer-timeout',
  'consumer-disconnected-timeout',
  'delayed-retry-type',
  'delayed-retry-min',
  'delayed-retry-max',
  'max-age',
  'stream-max-segment-size-bytes',
  'stream-filter-size-bytes',
  'initial-cluster-size',
  'quorum-initial-group-size',
  'queue-leader-locator',
  'queue-master-locator',
  'queue-mode',
  'queue-version',
];

/** Keys of `dead-letter: {…}`, and the arguments that they are. */
export const DEAD_LETTER: ReadonlyMap<string, string> = new Map([
  ['exchange', 'x-dead-letter-exchange'],
  ['routing-key', 'x-dead-letter-routing-key'],
  ['strategy', 'x-dead-letter-strategy'],
]);

const UNITS: ReadonlyMap<string, Unit> = new Map([
  ['message-ttl', 'ms'],
  ['expires', 'ms'],
  ['consumer-timeout', 'ms'],
  ['consumer-disconnected-timeout', 'ms'],
  ['delayed-retry-min', 'ms'],
  ['delayed-retry-max', 'ms'],
  ['max-length-bytes', 'bytes'],
  ['max-in-memory-bytes', 'bytes'],
  ['stream-max-segment-size-bytes', 'bytes'],
  ['max-age', 'age'],
]);

/** The unit of a queue argument (`x-` or not) or of a policy key of the same name. */
export function unitOf(key: string): Unit | undefined {
  return UNITS.get(key.startsWith('x-') ? key.slice(2) : key);
}

const AGE = /^(\d{1,15})([YMDhms])$/;
const AGE_SECONDS: Readonly<Record<string, number>> = {
  Y: 31_536_000,
  M: 2_592_000,
  D: 86_400,
  h: 3600,
  m: 60,
  s: 1,
};

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

/** As people write it: `7d`, `64MiB`. Undefined where a plain number says it best. */
export function formatUnit(value: Json, unit: Unit): string | undefined {
  if (unit === 'age') return undefined;
  return unit === 'bytes' ? formatSize(value) : formatDuration(value, unit);
}

function formatAge(seconds: number): string {
  const unit = ['D', 'h', 'm'].find((name) => seconds > 0 && seconds % (AGE_SECONDS[name] ?? 1) === 0) ?? 's';
  return `${seconds / (AGE_SECONDS[unit] ?? 1)}${unit}`;
}

/** Two ages are the same length: `7D` and `168h`. A year has 365 days, a month 30, as in `rabbit_amqqueue`. */
function sameAge(a: Json, b: Json): boolean {
  const seconds = (value: Json) => {
    const [, count, unit] = (typeof value === 'string' && AGE.exec(value)) || [];
    return count === undefined || unit === undefined ? undefined : Number(count) * (AGE_SECONDS[unit] ?? 1);
  };
  const left = seconds(a);
  return left !== undefined && left === seconds(b);
}

/** An argument table as brokers list it: an empty one is an empty list on 3.x. */
export function tableOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/**
 * Live arguments, with each value that means the same as the declared one written as it is declared: without its
 * AMQP type in the listing, or an age in another unit.
 */
export function adoptEquivalents(live: Arguments, declared: Arguments | undefined): Arguments {
  if (!declared || equalJson(live, declared)) return live;
  const shown = shownArguments(declared);
  return Object.fromEntries(
    Object.entries(live).map(([key, value]) => {
      const wanted = declared[key];
      const same =
        wanted !== undefined &&
        (equalJson(value, shown[key]) || (unitOf(key) === 'age' && sameAge(value, wanted)));
      return [key, same ? wanted : value];
    }),
  );
}
