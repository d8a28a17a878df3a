import { isObject, type Json, toBigInt } from '../../../model/index.ts';
import { atLeast } from '../version.ts';

/**
 * What each type of queue takes, and which values; seen on RabbitMQ 3.10.8 and 4.3.6.
 * https://www.rabbitmq.com/docs/queues#optional-arguments
 */

/** What the open broker has; an AMQP client can declare no other, not even those that the MQTT plug-in has for itself. */
export const QUEUE_TYPES = ['classic', 'quorum', 'stream'] as const;

export type QueueType = (typeof QUEUE_TYPES)[number];

type Since = readonly [major: number, minor: number];
const ALWAYS: Since = [0, 0];

interface ArgumentFact {
  /** The types that take it, and from which release on. */
  readonly types: Readonly<Partial<Record<QueueType, Since>>>;
  /** Why the broker refuses a value; undefined for one that it takes. */
  readonly problem?: (value: Json) => string | undefined;
}

/** The longest TTL that the broker takes as an argument: ten years of 365 days, in milliseconds. */
const TEN_YEARS = 315_360_000_000n;
const MAX_SEGMENT_BYTES = 3_000_000_000n;

const CLASSIC_QUORUM = { classic: ALWAYS, quorum: ALWAYS };
const STREAM = { stream: ALWAYS };
const QUORUM = { quorum: ALWAYS };
const QUORUM_4_3 = { quorum: [4, 3] as Since };

/** By name without `x-`. */
const FACTS: ReadonlyMap<string, ArgumentFact> = new Map<string, ArgumentFact>([
  ['expires', { types: CLASSIC_QUORUM, problem: whole(1n, TEN_YEARS) }],
  ['message-ttl', { types: { classic: ALWAYS, quorum: [3, 10] }, problem: whole(0n, TEN_YEARS) }],
  ['dead-letter-exchange', { types: CLASSIC_QUORUM, problem: text }],
  ['dead-letter-routing-key', { types: CLASSIC_QUORUM, problem: text }],
  ['dead-letter-strategy', { types: { quorum: [3, 10] }, problem: oneOf('at-most-once', 'at-least-once') }],
  ['max-length', { types: CLASSIC_QUORUM, problem: whole(0n) }],
  ['max-length-bytes', { types: { ...CLASSIC_QUORUM, ...STREAM }, problem: whole(0n) }],
  ['max-in-memory-length', { types: QUORUM, problem: whole(0n) }],
  ['max-in-memory-bytes', { types: QUORUM, problem: whole(0n) }],
  ['max-priority', { types: { classic: ALWAYS }, problem: whole(0n, 255n) }],
  [
    'overflow',
    { types: CLASSIC_QUORUM, problem: oneOf('drop-head', 'reject-publish', 'reject-publish-dlx') },
  ],
  ['queue-mode', { types: { classic: ALWAYS }, problem: oneOf('default', 'lazy') }],
  ['queue-version', { types: { classic: ALWAYS }, problem: whole(1n, 2n) }],
  ['queue-master-locator', { types: { classic: ALWAYS }, problem: text }],
  ['single-active-consumer', { types: CLASSIC_QUORUM, problem: flag }],
  ['quorum-initial-group-size', { types: QUORUM, problem: whole(1n) }],
  ['delivery-limit', { types: QUORUM, problem: whole() }],
  [
    'queue-leader-locator',
    {
      types: { classic: [4, 0], quorum: ALWAYS, stream: ALWAYS },
      problem: oneOf('client-local', 'balanced', 'random', 'least-leaders'),
    },
  ],
  ['consumer-timeout', { types: QUORUM_4_3, problem: whole(0n) }],
  ['consumer-disconnected-timeout', { types: QUORUM_4_3, problem: whole(0n) }],
  ['delayed-retry-type', { types: QUORUM_4_3, problem: text }],
  ['delayed-retry-min', { types: QUORUM_4_3, problem: whole(0n) }],
  ['delayed-retry-max', { types: QUORUM_4_3, problem: whole(0n) }],
  ['max-age', { types: STREAM, problem: age }],
  ['stream-max-segment-size-bytes', { types: STREAM, problem: whole(0n, MAX_SEGMENT_BYTES) }],
  ['stream-filter-size-bytes', { types: { stream: [3, 13] }, problem: whole(16n, 255n) }],
  ['initial-cluster-size', { types: STREAM, problem: whole(1n) }],
]);

/**
 * Arguments of exchanges of any type, and of bindings, that plug-ins read which come with the broker: super streams
 * (`rabbit_stream_manager`), and the marks that federation puts on what it makes. Queues have none of their own.
 */
export const PLUGIN_ARGUMENTS = {
  exchange: new Set(['x-super-stream', 'x-internal-purpose']),
  binding: new Set(['x-stream-partition-order', 'x-bound-from']),
};

export function isQueueType(type: string): type is QueueType {
  return (QUEUE_TYPES as readonly string[]).includes(type);
}

/** The types that take an argument, given with its `x-`, on a broker of this version. */
export function typesTaking(argument: string, version: string): QueueType[] {
  const types = FACTS.get(argument.replace(/^x-/, ''))?.types ?? {};
  return Object.entries(types)
    .filter(([, [major, minor]]) => atLeast({ version }, major, minor))
    .map(([type]) => type as QueueType);
}

/** Every argument that some type takes on a broker of this version, with its `x-`. */
export function knownArguments(version: string): string[] {
  const names = Array.from(FACTS.keys(), (name) => `x-${name}`);
  return ['x-queue-type', ...names.filter((name) => typesTaking(name, version).length > 0)];
}

/** Why the broker refuses this value of an argument or a policy key, named without `x-`. */
export function valueProblem(name: string, value: Json): string | undefined {
  const plain = isObject(value) && '$type' in value ? (value.value ?? null) : value;
  return FACTS.get(name)?.problem?.(plain);
}

function whole(min?: bigint, max?: bigint): (value: Json) => string | undefined {
  return (value) => {
    const number = toBigInt(value);
    if (number === undefined) return 'must be a whole number';
    if (min !== undefined && number < min) return `must be at least ${min}`;
    if (max !== undefined && number > max) return `must be at most ${max}`;
    return undefined;
  };
}

function oneOf(...words: string[]): (value: Json) => string | undefined {
  return (value) => (words.some((word) => word === value) ? undefined : `must be one of ${words.join(', ')}`);
}

function text(value: Json): string | undefined {
  return typeof value === 'string' ? undefined : 'must be text';
}

function flag(value: Json): string | undefined {
  return typeof value === 'boolean' ? undefined : 'must be true or false';
}

function age(value: Json): string | undefined {
  return typeof value === 'string' && /^0*[1-9]\d*[YMDhms]$/.test(value)
    ? undefined
    : 'must be a number over 0 and one unit of Y, M, D, h, m, s, such as 7D';
}
