import {
  type Body,
  type CallOptions,
  type Change,
  type Context,
  isMove,
  type JsonObject,
  listed,
  membersOf,
  overridden,
  parseAddress,
  type Risk,
  renamedFrom,
  subject,
} from '../../../../model/index.ts';
import { bodyOf, immutableReasonOf, mapOf } from '../../fields/field.ts';
import { streamConstraints } from '../../fields/field-constraints.ts';
import { requestConfig, unsupportedIn } from '../../fields/normalize.ts';
import { streamFields } from '../../fields/stream.ts';
import { streamValueConstraints } from '../../fields/value-constraints.ts';
import { fieldText } from '../../fields/values.ts';
import { accountRisksOfStream } from '../account-limits.ts';
import {
  identify,
  LOCK_STREAM,
  PREFIXES,
  STREAM_NOUNS,
  streamAddress,
  streamNameOf,
  streamResource,
} from '../addresses.ts';
import { consumersSchema, declareConsumers, writeConsumers } from '../consumer/index.ts';
import { type Collector, type NatsKind, rejections } from '../kind.ts';
import { streamMetricsText } from '../metrics.ts';
import { serverLimitRisks } from '../server-limits.ts';
import { ownershipRisks } from '../subject-ownership.ts';
import { readFields, requiredFields } from '../yaml.ts';
import { completeStream, withSourceOrder } from './complete.ts';
import { consumerLimitRisks } from './consumer-limits.ts';
import {
  holdStreamOf,
  isBeingMoved,
  leftByMoveOf,
  messageMoveRisks,
  moveCalls,
  moveField,
  moveUnderWay,
  ownerOfHold,
  whyNotMoved,
} from './move.ts';
import type { MoveCall } from './move-calls.ts';
import { isBeingRenamed, isRename, renameCalls, renameField, renameRisks, renameUnderWay } from './rename.ts';
import { placementRisks, removalRisks, replicaRisks, updateRisks } from './risks.ts';

/** STREAM.CREATE, STREAM.UPDATE and STREAM.DELETE with the name of the stream behind them. */
export type StreamCall =
  | { op: 'stream.create'; target: string; body: { name: string; config: JsonObject } }
  | { op: 'stream.update'; target: string; body: StreamUpdate }
  | { op: 'stream.delete'; target: string; body: StreamDelete };

type StreamUpdate = {
  name: string;
  /** The complete configuration, because an update replaces it. */
  config: JsonObject;
  /** Refuse an update that would delete messages now, as a lowered limit does. STREAM.INFO is requested just before. */
  ifLossless: boolean;
};

type StreamDelete = {
  name: string;
  /** Refuse to delete a stream that holds messages now. The server has no such flag: STREAM.INFO is requested just before. */
  ifEmpty: boolean;
};

/** `<broker>/stream/<name>`. https://docs.nats.io/nats-concepts/jetstream/streams */
export const stream: NatsKind = {
  fields: streamFields,
  constraints: streamConstraints,
  valueConstraints: streamValueConstraints,
  unsupported: (spec, broker) => unsupportedIn(streamFields, spec, broker),

  section: 'streams',
  schema: {
    properties: { streams: mapOf('Streams by name.', 'stream') },
    $defs: {
      stream: bodyOf(
        'A stream. What is left out has its default.',
        { ...streamFields, ...moveField, ...renameField },
        { consumers: consumersSchema },
      ),
    },
  },
  declare: declareStreams,
  toBody: (resource, writer) => ({
    name: streamNameOf(resource.address),
    body: {
      ...requiredFields({ complete: completeStream, fields: streamFields }, resource, [], writer),
      ...writeConsumers(resource, writer),
    },
  }),

  title: ({ address }) => ({ title: `stream ${parseAddress(address).path[0]}`, detail: '' }),
  complete: completeStream,
  immutableReason: (path, change, { broker }) => immutableReasonOf(streamFields, path, change, broker),
  risks: streamRisks,
  whyNotMoved,
  isBeingMoved: (resource, context) => isBeingMoved(resource, context) || isBeingRenamed(resource, context),
  leftByMoveOf,
  changesWhileMoved: true,
  createdByRename: true,
  alsoAffected: (change, context) => {
    if (!isMove(change)) return [];
    const others = [holdStreamOf(subject(change), context), renamedFrom(subject(change), context)];
    return others.flatMap((other) => other ?? []);
  },
  calls: streamCalls,

  systemOwned: (resource) => {
    const name = streamNameOf(resource.address);
    if (name === LOCK_STREAM) return 'applies keep their locks in it';
    return name.startsWith('$MQTT_') ? 'the server keeps its MQTT sessions in it' : ownerOfHold(resource);
  },
  fieldText: (path, value) => fieldText(streamFields, path, value),
  affectedText: streamMetricsText,
  stillText: ({ spec: { subjects } }) =>
    Array.isArray(subjects) && subjects.length > 0
      ? `still stores ${listed('subject', subjects.map(String))}`
      : undefined,
};

/** Also for the streams of buckets and stores. */
export function streamRisks(change: Change, context: Context): Risk[] {
  if (isRename(change, context) && change.action === 'delete') return renameRisks(change, context);
  if (change.action === 'delete') {
    const underWay = [...moveUnderWay(change.before, context), ...renameUnderWay(change, context)];
    return [...removalRisks(change.before, 'delete'), ...underWay];
  }
  const risks = [
    ...renameUnderWay(change, context),
    ...rejections(stream, change.after.spec, context.broker),
    ...replicaRisks(change, context),
    ...placementRisks(change, context),
    ...consumerLimitRisks(change, context),
    ...accountRisksOfStream(change, context),
    ...serverLimitRisks(change, context),
    ...ownershipRisks(change, context),
  ];
  if (isRename(change, context)) return [...renameRisks(change, context), ...risks];
  if (isMove(change)) return [...messageMoveRisks(change, context), ...risks];
  if (change.action === 'create') return risks;
  if (change.action === 'update') return [...updateRisks(change), ...risks];
  const isMovable = whyNotMoved(change, context) === undefined;
  const own = removalRisks(change.before, 'replace').map((risk): Risk => {
    const { hint: _, ...rest } = risk;
    return risk.class === 'destructive' && isMovable ? { ...rest, movable: true } : risk;
  });
  return [...own, ...risks];
}

/** Also for the streams of buckets and stores. */
export function streamCalls(
  change: Change,
  context: Context,
  { destructive }: CallOptions,
): (StreamCall | MoveCall)[] {
  const { broker } = context;
  const { address: target } = subject(change);
  const name = streamNameOf(target);
  const remove: StreamCall = { op: 'stream.delete', target, body: { name, ifEmpty: !destructive } };
  if (change.action === 'delete')
    return isRename(change, context) ? renameCalls(change, context, {}) : [remove];
  const config = { name, ...withSourceOrder(requestConfig(streamFields, change.after, broker), context) };
  if (isRename(change, context)) return renameCalls(change, context, config);
  if (isMove(change)) return moveCalls(change, config);
  if (change.action === 'update')
    return [{ op: 'stream.update', target, body: { name, config, ifLossless: !destructive } }];
  const creation = creationCalls(target, name, config);
  return change.action === 'replace' ? [remove, ...creation] : creation;
}

/** Servers reject the creation of a sealed stream, but can seal an existing one. */
function creationCalls(target: string, name: string, config: JsonObject): StreamCall[] {
  if (config.sealed !== true) return [{ op: 'stream.create', target, body: { name, config } }];
  return [
    { op: 'stream.create', target, body: { name, config: { ...config, sealed: false } } },
    { op: 'stream.update', target, body: { name, config, ifLossless: false } },
  ];
}

/** `streams: { ORDERS: {…} }`, each with its consumers. */
function declareStreams(collector: Collector, section: Body): void {
  for (const [name, written] of membersOf(section, 'streams')) {
    if (isReserved(collector, name, written)) continue;
    const { broker } = written.section;
    const body = overridden(written, streamAddress(broker, name));
    const { spec, places } = readFields(collector, body, streamFields);
    const { move, was } = body.value;
    const formerName = typeof was === 'string' && isFormerName(collector, body, was) ? was : undefined;
    collector.add(
      {
        ...streamResource(broker, name, spec),
        ...(move === true && { moves: true }),
        ...(formerName !== undefined && { was: streamAddress(broker, formerName) }),
      },
      body.at,
      places,
    );
    declareConsumers(collector, body, name, formerName);
  }
}

/** Clients find what is in a bucket by its name. */
function isFormerName(collector: Collector, { at }: Body, was: string): boolean {
  const { kind, name } = identify(was);
  const [text, quoted] = [was, name].map((one) => JSON.stringify(one));
  if (kind === 'stream' && !was.startsWith('$')) return true;
  const noun = kind === 'stream' ? 'a stream of the server' : `the ${STREAM_NOUNS[kind]} ${quoted}`;
  collector.error('bad-name', at, `was: ${text} is ${noun}, which cannot become an ordinary stream`);
  return false;
}

function isReserved(collector: Collector, name: string, { at }: Body): boolean {
  const { kind, name: bucket } = identify(name);
  if (kind !== 'stream') {
    const noun = kind === 'key-value' ? 'a key-value bucket' : 'an object store';
    const message = `a stream whose name begins with ${PREFIXES[kind]} is ${noun}`;
    collector.error('bucket-as-stream', at, message, {
      hint: `declare it as ${JSON.stringify(bucket)} under "${kind}"`,
    });
    return true;
  }
  if (!name.startsWith('$')) return false;
  collector.error(
    'reserved-name',
    at,
    `"${name}" cannot be declared: names that begin with $ are the server's own`,
  );
  return true;
}
