import {
  type Change,
  type Context,
  destructive,
  disruptive,
  equalJson,
  formatCount,
  formatDuration,
  type JsonObject,
  kindOf,
  type Resource,
  type Risk,
  refused,
  safe,
  toBigInt,
} from '../../../../model/index.ts';
import type { NatsFacts } from '../../facts.ts';
import { SECOND } from '../../fields/field.ts';
import { isWithin } from '../../fields/subjects.ts';
import { limitText, numberIn, stringsIn } from '../../fields/values.ts';
import { behaviourRisks, type Update } from '../kind.ts';
import { firstTimeOf, isKnownEmpty, metricOf } from '../metrics.ts';

/** The noun of a kind, and of its contents. */
const WORDS: Readonly<Record<string, { noun: string; contents: string }>> = {
  stream: { noun: 'stream', contents: 'messages' },
  'key-value': { noun: 'bucket', contents: 'keys and values' },
  'object-store': { noun: 'object store', contents: 'objects' },
};

export const BY_HAND = 'let a stream with another name source from it, move clients over, then retire it';

/** Deleting a stream, alone or for a replacement. */
export function removalRisks(stream: Resource, action: 'delete' | 'replace'): Risk[] {
  const { noun = '', contents = '' } = WORDS[kindOf(stream.address)] ?? {};
  const isReplaced = action === 'replace';
  const clients = ephemeralText(stream);
  if (isKnownEmpty(stream)) {
    const effect = isReplaced
      ? `the ${noun} is empty; it is deleted and made again, and its consumers start over`
      : `the ${noun} is empty; its clients lose it`;
    return [disruptive('stream-removed', effect + clients)];
  }
  const again = isReplaced ? ', and makes it again' : '';
  return [
    destructive(
      'messages-lost',
      `deletes the ${noun} with all its ${contents} and the positions of its consumers${again}${clients}`,
      isReplaced && noun === 'stream' ? BY_HAND : undefined,
    ),
  ];
}

/** Consumers that only their applications re-create. */
function ephemeralText({ metrics }: Resource): string {
  const names = stringsIn(metrics?.ephemeral);
  if (names.length === 0) return '';
  const [noun, they] =
    names.length === 1
      ? ['consumer', 'its application makes it']
      : ['consumers', 'their applications make them'];
  return `; ephemeral ${noun} ${names.join(', ')} of clients ${names.length === 1 ? 'goes' : 'go'} with it until ${they} again`;
}

/** Updating a stream in place. Each field can have its own risk. */
export function updateRisks(change: Update): Risk[] {
  const { before: live, after } = change;
  const before = live.spec;
  const spec = after.spec;
  return [
    ...loweredLimitRisks(live, after),
    ...subjectRisks(before, spec),
    ...retentionRisks(live, spec),
    ...oneWayRisks(before, spec),
    ...behaviourRisks(BEHAVIOUR, change, isWidened),
  ];
}

/** Limits below what a stream holds, also where a move fills another stream. */
export function loweredLimitRisks(live: Resource, { spec }: Resource): Risk[] {
  return [...limitRisks(live, spec), ...ageRisks(live, spec)];
}

const LIMITS = [
  { field: 'max_msgs', metric: 'messages' },
  { field: 'max_bytes', metric: 'bytes' },
  { field: 'max_msgs_per_subject', metric: undefined },
] as const;

/** An update enforces lowered limits before the server responds. */
function limitRisks(live: Resource, after: JsonObject): Risk[] {
  return LIMITS.flatMap(({ field, metric }) => {
    const limit = toBigInt(after[field]) ?? -1n;
    const old = toBigInt(live.spec[field]) ?? -1n;
    if (limit < 0n || (old >= 0n && old <= limit)) return [];
    const held = metricOf(live, metric ?? 'messages');
    // A stream within the limit loses nothing, and no subject has more messages than the stream.
    if (held !== undefined && held <= limit) return [];
    const text = `${field} ${limitText(limit, metric === 'bytes')}`;
    if (metric && after.discard === 'new' && live.spec.discard === 'new') {
      const message = `${text} is below what it holds: with discard "new" it takes no message until there is room`;
      return [disruptive('publishers-refused', message)];
    }
    return [destructive('limit-lowered', `${text} ${lossText(metric, held, limit)}`)];
  });
}

function lossText(metric: 'messages' | 'bytes' | undefined, held: bigint | undefined, limit: bigint): string {
  if (held === undefined) return 'deletes whatever is over it at once; how much it holds is not known';
  switch (metric) {
    case 'messages':
      return `deletes the ${formatCount(held - limit)} oldest of ${formatCount(held)} messages at once`;
    case 'bytes':
      return `deletes the oldest messages at once: it holds ${limitText(held, true)}`;
    default:
      return `deletes the oldest messages of every subject that has more at once; it holds ${formatCount(held)}`;
  }
}

function ageRisks(live: Resource, after: JsonObject): Risk[] {
  const limit = numberIn(after.max_age);
  const old = numberIn(live.spec.max_age);
  if (limit <= 0n || (old > 0n && old <= limit) || isKnownEmpty(live)) return [];
  const held = metricOf(live, 'messages');
  const age = formatDuration(after.max_age ?? 0, 'ns') ?? String(limit);
  const [firstAge, lastAge] = [ageOf(live, 'firstAge'), ageOf(live, 'lastAge')];
  // The check just before the call finds messages that exceed the age after the plan.
  if (firstAge !== undefined && firstAge < limit) return [];
  const firstTime = firstTimeOf(live);
  const first = firstTime === undefined ? '' : `, the first of ${firstTime}`;
  const isAll = held !== undefined && lastAge !== undefined && lastAge > limit;
  const known =
    held === undefined ? 'how much it holds is not known' : `it holds ${formatCount(held)}${first}`;
  return [
    destructive(
      'limit-lowered',
      isAll
        ? `max_age ${age} deletes all ${formatCount(held)} messages at once: the last is older`
        : `max_age ${age} deletes every message that is older at once; ${known}`,
    ),
  ];
}

/** In nanoseconds. */
function ageOf(live: Resource, name: 'firstAge' | 'lastAge'): bigint | undefined {
  const seconds = metricOf(live, name);
  return seconds === undefined ? undefined : seconds * BigInt(SECOND);
}

export function subjectRisks(before: JsonObject, after: JsonObject): Risk[] {
  const kept = stringsIn(after.subjects);
  const dropped = stringsIn(before.subjects).filter((old) => !kept.some((subject) => isWithin(old, subject)));
  if (dropped.length === 0) return [];
  const message = `messages published to ${dropped.join(', ')} are no longer stored by it, unless another subject of it matches`;
  return [disruptive('subjects-dropped', message)];
}

function retentionRisks(live: Resource, after: JsonObject): Risk[] {
  if (live.spec.retention === after.retention) return [];
  const isLossy = after.retention === 'interest' && !isKnownEmpty(live);
  return [
    isLossy
      ? destructive(
          'retention-changed',
          'retention "interest" deletes what no consumer waits for, and what all have acknowledged',
        )
      : disruptive('retention-changed', `messages are kept by ${after.retention} from now on`),
  ];
}

const ONE_WAY: Readonly<Record<string, Risk>> = {
  sealed: destructive(
    'one-way',
    'sealed: nothing can be stored or deleted any more, and only a new stream undoes it',
  ),
  deny_delete: disruptive(
    'one-way',
    'deny_delete: messages can no longer be deleted by the API, and it can never be turned off',
  ),
  deny_purge: disruptive(
    'one-way',
    'deny_purge: the stream can no longer be purged, and it can never be turned off',
  ),
  allow_msg_ttl: safe('one-way', 'allow_msg_ttl can never be turned off'),
  allow_msg_schedules: safe('one-way', 'allow_msg_schedules can never be turned off'),
};

function oneWayRisks(before: JsonObject, after: JsonObject): Risk[] {
  return Object.entries(ONE_WAY).flatMap(([field, risk]) =>
    after[field] === true && before[field] !== true ? [risk] : [],
  );
}

/** Fields that affect publishers, consumers or readers without loss of messages. */
const BEHAVIOUR: Readonly<Record<string, string>> = {
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

/** A flag that only permits more, or a raised limit, affects no client. */
function isWidened(field: string, before: JsonObject, after: JsonObject): boolean {
  if (field.startsWith('allow_')) return after[field] === true;
  if (field !== 'max_msg_size' && field !== 'max_consumers') return false;
  const limit = toBigInt(after[field]) ?? -1n;
  const old = toBigInt(before[field]) ?? -1n;
  return limit < 0n || (old >= 0n && limit >= old);
}

/** A cluster moves a stream or changes its replicas, one at a time (error 10123). */
export function placementRisks(change: Change, { broker }: Context): Risk[] {
  const { servers } = broker.facts as NatsFacts;
  if (change.action !== 'update' || servers === 1) return [];
  const [before, after] = [change.before.spec, change.after.spec];
  const isMoved = !equalJson(before.placement ?? null, after.placement ?? null);
  if (!isMoved || equalJson(before.num_replicas ?? 1, after.num_replicas ?? 1)) return [];
  return [
    refused(
      'move-and-scale',
      'a server does not change num_replicas and placement in one update',
      'apply one of them first, and the other once the stream has moved',
    ),
  ];
}

/**
 * More replicas than servers. Old servers silently accept such an update and keep the current replicas, later ones
 * reject it (10074). A creation is rejected by a standalone server (10074) and by a cluster without enough peers (10005).
 */
export function replicaRisks(change: Change, { broker }: Context): Risk[] {
  const { servers } = broker.facts as NatsFacts;
  if (change.action === 'delete' || servers === undefined) return [];
  const wanted = change.after.spec.num_replicas;
  const isSame = change.action === 'update' && change.before.spec.num_replicas === wanted;
  if (isSame || typeof wanted !== 'number' || wanted <= servers) return [];
  const found = servers === 1 ? 'is 1' : `are ${servers}`;
  return [
    refused(
      'too-many-replicas',
      `${wanted} replicas need ${wanted} servers with JetStream, and there ${found}`,
    ),
  ];
}
