import { type BrokerIdentity, type Json, type JsonObject, printJson } from '../../../../model/index.ts';
import { supports } from '../../facts.ts';
import { numberIn, ownMetadata, stringsIn } from '../../fields/values.ts';
import { identify, keySubjects } from '../addresses.ts';
import {
  BECOMES_MARK,
  HOLD_MARK,
  ORIGINAL_MARK,
  releasedSubject,
  type StreamMove,
  type StreamRename,
  WAS_MARK,
} from './move-calls.ts';

/*
 * The configurations of the streams of a move. Neither mirror has a limit, so that nothing expires or is discarded while
 * it is copied: the limits of the new stream apply once it has everything.
 */

/** Fields of the declared stream that both mirrors have from the start, because they cannot change later. */
const FROM_START = ['num_replicas', 'placement', 'allow_msg_ttl'];

/** Fields of the declared stream that only the new stream needs from the start. */
const OF_NEW = ['storage', 'max_consumers', 'compression', 'persist_mode'];

/** Fields of the declared stream by which the hold stream takes messages in its place. */
const OF_TAKER = [
  'no_ack',
  'max_msg_size',
  'duplicate_window',
  'subject_transform',
  'republish',
  'allow_rollup_hdrs',
  'allow_msg_ttl',
  'allow_atomic',
  'allow_batched',
  'allow_direct',
];

function pick(config: JsonObject, fields: readonly string[]): JsonObject {
  return Object.fromEntries(
    fields.flatMap((field): [string, Json][] => {
      const value = config[field];
      return value === undefined || value === null ? [] : [[field, value]];
    }),
  );
}

/**
 * A mirror remembers message IDs if it has a window, so that a retry of a publisher is recognised after the move. Before
 * 2.14 such a mirror drops messages as duplicates (`processJetStreamMsg` in server/stream.go).
 */
function windowOf({ duplicate_window: window }: JsonObject, broker: BrokerIdentity): JsonObject {
  return supports(broker, '2.14') && numberIn(window) > 0n ? { duplicate_window: window ?? 0 } : {};
}

/**
 * The hold stream as a mirror of the stream.
 * @param live the stream
 */
export function holdConfig(
  { name, hold, config }: StreamMove,
  live: JsonObject,
  broker: BrokerIdentity,
): JsonObject {
  const replicasOf = (one: JsonObject) => Number(numberIn(one.num_replicas)) || 1;
  // It outlives the old stream: in memory only if both are.
  const storage = live.storage === 'memory' && config.storage === 'memory' ? 'memory' : 'file';
  return {
    ...pick(config, FROM_START),
    name: hold,
    description: `Holds the messages of stream ${name} while brokerform replaces it.`,
    storage,
    num_replicas: Math.max(replicasOf(live), replicasOf(config)),
    ...(live.allow_msg_ttl === true && { allow_msg_ttl: true }),
    ...windowOf(live, broker),
    mirror: { name },
    metadata: {
      [HOLD_MARK]: name,
      [ORIGINAL_MARK]: printJson({ ...live, metadata: ownMetadata(live.metadata) }),
    },
  };
}

/** The hold stream once it takes messages instead of the stream. */
export function takerConfig(move: StreamMove, hold: JsonObject): JsonObject {
  const { mirror: _, duplicate_window: window, ...rest } = hold;
  const subjects = stringsIn(move.config.subjects);
  return {
    ...rest,
    ...(numberIn(window) > 0n && { duplicate_window: window ?? 0 }),
    ...pick(move.config, OF_TAKER),
    ...(rest.allow_msg_ttl === true && { allow_msg_ttl: true }),
    // A stream that only has sources gets nothing meanwhile: it continues where it was.
    subjects: subjects.length > 0 ? subjects : [releasedSubject(move.hold)],
  };
}

/**
 * A stream that takes nothing any more, as an update.
 * @param becomes its new name, if it is renamed
 */
export function releasedConfig(stream: string, live: JsonObject, becomes?: string): JsonObject {
  const { mirror: _, sources: __, ...rest } = live;
  return {
    ...rest,
    ...(becomes !== undefined && { metadata: { ...ownMetadata(live.metadata), [BECOMES_MARK]: becomes } }),
    subjects: [releasedSubject(stream)],
    sealed: true,
    // What the server makes of a sealed stream: `configUpdateCheck` in server/stream.go.
    max_age: 0,
    discard: 'new',
    deny_delete: true,
    deny_purge: true,
    allow_rollup_hdrs: false,
  };
}

/**
 * The new stream as a mirror of the hold stream.
 * @param live the hold stream
 */
export function refillConfig(
  { name, hold, config }: StreamMove,
  live: JsonObject,
  broker: BrokerIdentity,
): JsonObject {
  return mirrorOf(live, { name, config }, { name: hold }, broker);
}

/**
 * The renamed stream as a mirror of the old one.
 * @param live the old stream
 */
export function renamedConfig(
  { name, was, config }: StreamRename,
  live: JsonObject,
  broker: BrokerIdentity,
): JsonObject {
  const mirror = { name: was, ...transformsOf(was, name) };
  return { ...mirrorOf(live, { name, config }, mirror, broker), metadata: { [WAS_MARK]: was } };
}

/** The new stream, while it copies another one. */
function mirrorOf(
  live: JsonObject,
  { name, config }: Pick<StreamMove, 'name' | 'config'>,
  mirror: JsonObject,
  broker: BrokerIdentity,
): JsonObject {
  return { ...pick(config, [...FROM_START, ...OF_NEW]), name, ...windowOf(live, broker), mirror };
}

/** The name of a bucket is part of the subjects of its keys. */
function transformsOf(was: string, name: string): JsonObject {
  const [src, dest] = [was, name].map((stream) => keySubjects(identify(stream).name));
  if (identify(name).kind !== 'key-value' || src === undefined || dest === undefined) return {};
  return { subject_transforms: [{ src, dest }] };
}

/** The configuration of a consumer of a renamed stream: the keys of a bucket have other subjects. */
export function withRenamedFilters(
  consumer: JsonObject,
  { name, was }: Pick<StreamRename, 'name' | 'was'>,
): JsonObject {
  if (identify(name).kind !== 'key-value') return consumer;
  const [old, prefix] = [was, name].map((stream) => keySubjects(identify(stream).name).slice(0, -1));
  const renamed = (subject: Json): Json =>
    typeof subject === 'string' && subject.startsWith(old ?? '')
      ? `${prefix}${subject.slice(old?.length)}`
      : subject;
  const { filter_subject: one, filter_subjects: several } = consumer;
  return {
    ...consumer,
    ...(one !== undefined && { filter_subject: renamed(one) }),
    ...(Array.isArray(several) && { filter_subjects: several.map(renamed) }),
  };
}

/** The new stream as declared, except that it is not sealed yet: servers seal no stream on the way. */
export function promotedConfig({ config }: Pick<StreamMove, 'config'>): JsonObject {
  return config.sealed === true ? { ...config, sealed: false } : config;
}
