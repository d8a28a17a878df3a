import {
  equalJson,
  integer,
  isObject,
  type Json,
  type JsonObject,
  objectOf,
  printJson,
  toBigInt,
} from '../../../../model/index.ts';
import { instant, numberIn, ownMetadata, parseObject } from '../../fields/values.ts';

/*
 * A consumer of a moved stream is created anew where the old one was, mostly `by_start_sequence`. Where a consumer begins can
 * never change, so its metadata keep where it was declared to begin, and both sides of a comparison see that instead.
 */

/** Metadata of a moved consumer: its own `deliver_policy`, `opt_start_seq` and `opt_start_time`, as JSON. */
const START_MARK = 'brokerform.start';

/** Metadata of a renamed consumer: the stream and name of the one whose position it got, `ORDERS/worker`. */
const CONTINUES_MARK = 'brokerform.continues';

/** Neither is declared. */
const MARKS = [START_MARK, CONTINUES_MARK];

export const START_FIELDS: readonly string[] = ['deliver_policy', 'opt_start_seq', 'opt_start_time'];

/** Metadata of a consumer of a hold stream, which records one of the moved stream. */
const RECORD_MARK = 'brokerform.consumer';
const POSITION_MARK = 'brokerform.position';
const BEGINNING_MARK = 'brokerform.beginning';

/** The configuration of a live consumer with the beginning that was declared for it. */
export function asDeclared(config: JsonObject): JsonObject {
  const start = markedStart(config);
  if (!start) return config;
  const rest = without(config, START_FIELDS);
  const metadata = without(metadataOf(config), MARKS);
  return { ...rest, ...start, metadata };
}

/** The consumer whose position a renamed one got, as `ORDERS/worker`. */
export function continuesIn(config: JsonObject): string | undefined {
  const old = metadataOf(config)[CONTINUES_MARK];
  return typeof old === 'string' ? old : undefined;
}

/** The configuration of an update of a live consumer, whose beginning stays as it is. */
export function asMoved(config: JsonObject, live: JsonObject): JsonObject {
  if (!markedStart(live)) return config;
  const marks = Object.entries(metadataOf(live)).filter(([key]) => MARKS.includes(key));
  const metadata = { ...metadataOf(config), ...Object.fromEntries(marks) };
  return { ...without(config, START_FIELDS), ...startIn(live), metadata };
}

/** The lowest sequence that a server resets a consumer to; undefined where it resets it to none. */
export function lowestReset({ deliver_policy: policy, opt_start_seq: seq }: JsonObject): bigint | undefined {
  if (policy === 'all') return 1n;
  return policy === 'by_start_sequence' ? toBigInt(seq) : undefined;
}

/** The configuration of a live consumer that was reset: it keeps where it was created to begin. */
export function asReset(config: JsonObject, live: JsonObject): JsonObject {
  const { [START_MARK]: _, ...metadata } = metadataOf(config);
  const continues = continuesIn(live);
  const isOrigin = equalJson(startIn(config), startIn(live));
  return {
    ...without(config, START_FIELDS),
    ...startIn(live),
    metadata: {
      ...metadata,
      ...(continues !== undefined && { [CONTINUES_MARK]: continues }),
      ...(!isOrigin && { [START_MARK]: printJson(startIn(config)) }),
    },
  };
}

/**
 * The configuration of a consumer that continues where it was.
 * @param maxReplicas of its new stream: a consumer cannot have more
 */
export function continued(
  { config: recorded, position, since }: RecordedConsumer,
  maxReplicas: number,
): JsonObject {
  const { pause_until: until, ...declared } = asDeclared(recorded);
  const isPaused = typeof until === 'string' && Date.parse(instant(until) ?? '') > Date.now();
  const config: JsonObject = {
    ...declared,
    ...(isPaused && { pause_until: until }),
    ...(numberIn(declared.num_replicas) > BigInt(maxReplicas) && { num_replicas: 0 }),
  };
  if (position === 0n && config.deliver_policy === 'all') return config;
  return startingAt(config, { position, ...(since !== undefined && { since }) });
}

/**
 * The configuration of a renamed consumer that continues another one.
 * @param old CONSUMER.INFO of that
 * @param hasMetadata whether the server keeps where it was declared to begin
 */
export function successorOf(old: JsonObject, config: JsonObject, hasMetadata: boolean): JsonObject {
  const since = beginningOf(old);
  const moved = startingAt(config, { position: positionOf(old), ...(since !== undefined && { since }) });
  if (!hasMetadata) {
    const { metadata: _, ...rest } = moved;
    return rest;
  }
  const key = `${String(old.stream_name)}/${String(old.name)}`;
  return { ...moved, metadata: { ...metadataOf(moved), [CONTINUES_MARK]: key } };
}

function startingAt(
  config: JsonObject,
  { position, since }: Pick<RecordedConsumer, 'position' | 'since'>,
): JsonObject {
  return {
    ...without(config, START_FIELDS),
    ...(since === undefined
      ? { deliver_policy: 'by_start_sequence', opt_start_seq: integer(position + 1n) }
      : { deliver_policy: 'by_start_time', opt_start_time: since }),
    metadata: { ...metadataOf(config), [START_MARK]: printJson(startIn(config)) },
  };
}

/**
 * The sequence behind which a consumer continues, from CONSUMER.INFO: everything up to it is acknowledged. It can be
 * lower than necessary, never higher.
 */
function positionOf({ config, delivered, ack_floor: floor, num_ack_pending: pending }: JsonObject): bigint {
  const last = numberIn(objectOf(delivered).stream_seq);
  const acknowledged = numberIn(objectOf(floor).stream_seq);
  if (pending === 0 && last > acknowledged) return last;
  // Before 2.14 a consumer without any acknowledgement has no floor, wherever it began.
  const first = numberIn(objectOf(config).opt_start_seq);
  return first > acknowledged ? first - 1n : acknowledged;
}

/** When a consumer began that has acknowledged nothing: before 2.14 it has no floor then, wherever it began. */
function beginningOf(info: JsonObject): string | undefined {
  const { config, created } = info;
  if (!isObject(config) || positionOf(info) !== 0n) return undefined;
  const since = { new: created, by_start_time: config.opt_start_time }[String(config.deliver_policy)];
  return typeof since === 'string' ? since : undefined;
}

/** The consumer of a hold stream that records one of the moved stream: it delivers nothing. */
export function recordOf(name: string, info: JsonObject): JsonObject {
  const since = beginningOf(info);
  const config = objectOf(info.config);
  return {
    name,
    durable_name: name,
    ack_policy: 'none',
    deliver_policy: 'new',
    metadata: {
      [RECORD_MARK]: printJson({ ...config, metadata: ownMetadata(config.metadata) }),
      [POSITION_MARK]: String(positionOf(info)),
      ...(since !== undefined && { [BEGINNING_MARK]: since }),
    },
  };
}

export interface RecordedConsumer {
  readonly config: JsonObject;
  readonly position: bigint;
  /** RFC 3339: it begins with the messages of this time, instead of behind the position. */
  readonly since?: string;
}

/** Undefined for a consumer that records none. */
export function recordedIn(config: JsonObject): RecordedConsumer | undefined {
  const metadata = metadataOf(config);
  const recorded = objectIn(metadata[RECORD_MARK]);
  const text = metadata[POSITION_MARK];
  if (!recorded || typeof text !== 'string' || !/^\d{1,20}$/.test(text)) return undefined;
  const since = metadata[BEGINNING_MARK];
  return { config: recorded, position: BigInt(text), ...(typeof since === 'string' && { since }) };
}

function markedStart(config: JsonObject): JsonObject | undefined {
  const start = objectIn(metadataOf(config)[START_MARK]);
  return start && startIn(start);
}

export function startIn(config: JsonObject): JsonObject {
  return Object.fromEntries(
    START_FIELDS.flatMap((field) => (config[field] === undefined ? [] : [[field, config[field]]])),
  ) as JsonObject;
}

function objectIn(text: Json | undefined): JsonObject | undefined {
  return typeof text === 'string' ? parseObject(text) : undefined;
}

function metadataOf({ metadata }: JsonObject): JsonObject {
  return objectOf(metadata);
}

export function without(object: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
}
