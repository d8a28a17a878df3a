import {
  type Change,
  equalJson,
  formatDuration,
  type JsonObject,
  kindOf,
  type Resource,
  type Risk,
  toBigInt,
} from '../../../../model/index.ts';
import { SECOND } from '../../fields/field.ts';
import { isWithin } from '../../fields/subjects.ts';
import { countOf, countText, isKnownEmpty, limitText } from '../metrics.ts';

type Update = Extract<Change, { action: 'update' | 'replace' }>;

/** What people call it, and what it holds. */
const WORDS: Readonly<Record<string, { noun: string; contents: string }>> = {
  stream: { noun: 'stream', contents: 'messages' },
  'key-value': { noun: 'bucket', contents: 'keys and values' },
  'object-store': { noun: 'object store', contents: 'objects' },
};

/** What deleting a stream costs, for good or to make it anew. */
export function removalRisks(stream: Resource, action: 'delete' | 'replace'): Risk[] {
  const { noun = '', contents = '' } = WORDS[kindOf(stream.address)] ?? {};
  const again = action === 'replace' ? ', and makes it again' : '';
  const clients = ephemeralText(stream);
  if (isKnownEmpty(stream)) {
    const felt =
      action === 'replace'
        ? `the ${noun} is empty; it is deleted and made again, and its consumers start over`
        : `the ${noun} is empty, but is gone for its clients`;
    return [{ class: 'disruptive', code: 'stream-removed', message: felt + clients }];
  }
  return [
    {
      class: 'destructive',
      code: 'messages-lost',
      message: `deletes the ${noun} with all its ${contents} and the positions of its consumers${again}${clients}`,
      ...(action === 'replace' && noun === 'stream'
        ? { hint: 'let a stream with another name source from it, move clients over, then retire it' }
        : {}),
    },
  ];
}

/** Consumers of applications, which nobody makes again but they. */
function ephemeralText({ volatile }: Resource): string {
  const names = listOf(volatile?.ephemeral);
  if (names.length === 0) return '';
  const [noun, they] =
    names.length === 1
      ? ['consumer', 'its application makes it']
      : ['consumers', 'their applications make them'];
  return `; ephemeral ${noun} ${names.join(', ')} of clients ${names.length === 1 ? 'goes' : 'go'} with it until ${they} again`;
}

/** What changing a stream in place costs. Several fields may each have their price. */
export function updateRisks({ before: live, after }: Update): Risk[] {
  const before = live.spec;
  const spec = after.spec;
  return [
    ...loweredLimits(live, spec),
    ...subjectRisks(before, spec),
    ...retentionRisks(live, spec),
    ...oneWayRisks(before, spec),
    ...routingRisks(before, spec),
  ];
}

const LIMITS = [
  { field: 'max_msgs', holds: 'messages' },
  { field: 'max_bytes', holds: 'bytes' },
  { field: 'max_msgs_per_subject', holds: undefined },
] as const;

/** Limits are enforced at once: what is over a new one is gone when the update is answered. */
function loweredLimits(live: Resource, after: JsonObject): Risk[] {
  const risks = LIMITS.flatMap(({ field, holds }) => {
    const limit = toBigInt(after[field]) ?? -1n;
    const old = toBigInt(live.spec[field]) ?? -1n;
    if (limit < 0n || (old >= 0n && old <= limit)) return [];
    return [overLimit(live, after, field, holds, limit)];
  });
  return [...risks, ...loweredAge(live, after)].filter((risk) => risk !== undefined);
}

function overLimit(
  live: Resource,
  after: JsonObject,
  field: string,
  holds: 'messages' | 'bytes' | undefined,
  limit: bigint,
): Risk | undefined {
  const isSize = holds === 'bytes';
  const held = countOf(live, holds ?? 'messages');
  // A stream within the limit loses nothing; neither can a subject hold more than the whole stream does.
  if (held !== undefined && held <= limit) return undefined;
  const text = limitText(limit, isSize);
  if (holds && after.discard === 'new' && live.spec.discard === 'new') {
    return {
      class: 'disruptive',
      code: 'publishers-refused',
      message: `${field} ${text} is below what it holds: with discard "new" it takes no message until there is room`,
    };
  }
  const lost =
    held === undefined
      ? 'deletes whatever is over it at once; how much it holds is not known'
      : holds === 'messages'
        ? `deletes the ${countText(held - limit)} oldest of ${countText(held)} messages at once`
        : isSize
          ? `deletes the oldest messages at once: it holds ${limitText(held, true)}`
          : `deletes the oldest messages of every subject that has more at once; it holds ${countText(held)}`;
  return { class: 'destructive', code: 'limit-lowered', message: `${field} ${text} ${lost}` };
}

function loweredAge(live: Resource, after: JsonObject): Risk[] {
  const limit = toBigInt(after.max_age) ?? 0n;
  const old = toBigInt(live.spec.max_age) ?? 0n;
  if (limit <= 0n || (old > 0n && old <= limit) || isKnownEmpty(live)) return [];
  const held = countOf(live, 'messages');
  const age = formatDuration(after.max_age ?? 0, 'ns') ?? String(limit);
  const [firstAge, lastAge] = [ageOf(live, 'firstAge'), ageOf(live, 'lastAge')];
  // What becomes too old between plan and apply is found by another look just before the call.
  if (firstAge !== undefined && firstAge < limit) return [];
  const { firstTime } = (live.volatile ?? {}) as { firstTime?: unknown };
  const first = typeof firstTime === 'string' ? `, the first of ${firstTime}` : '';
  const isAll = held !== undefined && lastAge !== undefined && lastAge > limit;
  const known = held === undefined ? 'how much it holds is not known' : `it holds ${countText(held)}${first}`;
  return [
    {
      class: 'destructive',
      code: 'limit-lowered',
      message: isAll
        ? `max_age ${age} deletes all ${countText(held)} messages at once: the last is older`
        : `max_age ${age} deletes every message that is older at once; ${known}`,
    },
  ];
}

/** In nanoseconds. */
function ageOf(live: Resource, name: 'firstAge' | 'lastAge'): bigint | undefined {
  const seconds = countOf(live, name);
  return seconds === undefined ? undefined : seconds * BigInt(SECOND);
}

function subjectRisks(before: JsonObject, after: JsonObject): Risk[] {
  const kept = listOf(after.subjects);
  const dropped = listOf(before.subjects).filter((old) => !kept.some((subject) => isWithin(old, subject)));
  if (dropped.length === 0) return [];
  return [
    {
      class: 'disruptive',
      code: 'subjects-dropped',
      message: `messages published to ${dropped.join(', ')} are no longer stored by it, unless another subject of it matches`,
    },
  ];
}

function retentionRisks(live: Resource, after: JsonObject): Risk[] {
  if (live.spec.retention === after.retention) return [];
  if (after.retention === 'interest' && !isKnownEmpty(live)) {
    return [
      {
        class: 'destructive',
        code: 'retention-changed',
        message: 'retention "interest" deletes what no consumer waits for, and what all have acknowledged',
      },
    ];
  }
  return [
    {
      class: 'disruptive',
      code: 'retention-changed',
      message: `messages are kept by ${after.retention} from now on`,
    },
  ];
}

const ONE_WAY: Readonly<Record<string, Risk>> = {
  sealed: {
    class: 'destructive',
    code: 'one-way',
    message: 'sealed: nothing can be stored or deleted any more, and only a new stream undoes it',
  },
  deny_delete: {
    class: 'disruptive',
    code: 'one-way',
    message: 'deny_delete: messages can no longer be deleted by the API, and it can never be turned off',
  },
  deny_purge: {
    class: 'disruptive',
    code: 'one-way',
    message: 'deny_purge: the stream can no longer be purged, and it can never be turned off',
  },
  allow_msg_ttl: { class: 'safe', code: 'one-way', message: 'allow_msg_ttl can never be turned off' },
  allow_msg_schedules: {
    class: 'safe',
    code: 'one-way',
    message: 'allow_msg_schedules can never be turned off',
  },
};

function oneWayRisks(before: JsonObject, after: JsonObject): Risk[] {
  return Object.entries(ONE_WAY).flatMap(([field, risk]) =>
    after[field] === true && before[field] !== true ? [risk] : [],
  );
}

/** Fields whose change is felt by publishers, consumers or readers, though nothing is lost. */
const FELT: Readonly<Record<string, string>> = {
  discard: 'what happens at a limit changes',
  discard_new_per_subject: 'what happens at max_msgs_per_subject changes',
  no_ack: 'whether publishers get acknowledgements changes',
  max_msg_size: 'larger messages are refused',
  max_consumers: 'the number of consumers that it takes changes',
  duplicate_window: 'how long duplicates are recognised changes',
  sources: 'what it copies changes',
  mirror: 'it no longer copies its origin',
  subject_transform: 'messages are stored under other subjects',
  republish: 'what is published again changes',
  placement: 'its data moves to other servers',
  num_replicas: 'copies are made or dropped; the stream may be slow meanwhile',
  allow_direct: 'how single messages are read changes',
  mirror_direct: 'how single messages are read changes',
  allow_rollup_hdrs: 'whether rollups are taken changes',
  consumer_limits: 'defaults and limits of its consumers change',
  allow_atomic: 'whether atomic batches are taken changes',
  allow_batched: 'whether fast batches are taken changes',
};

function routingRisks(before: JsonObject, after: JsonObject): Risk[] {
  return Object.entries(FELT).flatMap(([field, message]): Risk[] => {
    if (equalJson(before[field] ?? null, after[field] ?? null) || isWidened(field, before, after)) return [];
    return [{ class: 'disruptive', code: 'behaviour-changed', message: `${field}: ${message}` }];
  });
}

/** A switch that only permits more, or a limit that is raised, disturbs nobody. */
function isWidened(field: string, before: JsonObject, after: JsonObject): boolean {
  if (field.startsWith('allow_')) return after[field] === true;
  if (field !== 'max_msg_size' && field !== 'max_consumers') return false;
  const limit = toBigInt(after[field]) ?? -1n;
  const old = toBigInt(before[field]) ?? -1n;
  return limit < 0n || (old >= 0n && limit >= old);
}

function listOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
