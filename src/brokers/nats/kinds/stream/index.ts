import type { Call, CallOptions, Change, Context, JsonObject, Kind, Risk } from '../../../../model/index.ts';
import { listed, parseAddress, subject } from '../../../../model/index.ts';
import { streamCombinations } from '../../fields/field-constraints.ts';
import { fixedOfStream, sidesOf } from '../../fields/immutable-fields.ts';
import { requestConfig } from '../../fields/request-config.ts';
import { streamFields } from '../../fields/stream.ts';
import { fieldText } from '../../fields/text.ts';
import { streamValues, valueRisks } from '../../fields/value-constraints.ts';
import { accountRisksOfStream } from '../account-limits.ts';
import { streamNameOf } from '../addresses.ts';
import type { NatsCall } from '../calls.ts';
import { streamStake } from '../metrics.ts';
import { serverLimitRisks } from '../server-limits.ts';
import {
  combinationRisks,
  moveRisks,
  replicaRisks,
  unsupportedInStream,
  unsupportedRisks,
} from '../server-risks.ts';
import { claimRisks } from '../subject-ownership.ts';
import { completeStream } from './complete.ts';
import { consumerLimitRisks } from './consumer-limits.ts';
import { removalRisks, updateRisks } from './risks.ts';

export const stream: Kind = {
  title: ({ address }) => ({ title: `stream ${parseAddress(address).path[0]}`, detail: '' }),
  complete: completeStream,
  fixed: ([field = ''], change, { broker }) => fixedOfStream(field, sidesOf(change), broker),
  risks: streamRisks,
  calls: streamCalls,
  systemOwned: ({ address }) =>
    streamNameOf(address).startsWith('$MQTT_') ? 'the server keeps its MQTT sessions in it' : undefined,
  fieldText: (path, value) => fieldText(streamFields, path, value),
  stakeText: streamStake,
  stillText: ({ spec: { subjects } }) =>
    Array.isArray(subjects) && subjects.length > 0
      ? `still stores ${listed('subject', subjects.map(String))}`
      : undefined,
};

/** Of a stream, and of the stream behind a bucket or store. */
export function streamRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return removalRisks(change.before, 'delete');
  const risks = [
    ...unsupportedRisks(unsupportedInStream(change.after.spec, context.broker), context.broker),
    ...combinationRisks(streamCombinations, change.after.spec, context.broker),
    ...valueRisks(streamValues, change.after.spec, context.broker),
    ...replicaRisks(change, context),
    ...moveRisks(change, context),
    ...consumerLimitRisks(change, context),
    ...accountRisksOfStream(change, context),
    ...serverLimitRisks(change, context),
    ...claimRisks(change, context),
  ];
  if (change.action === 'create') return risks;
  const own = change.action === 'replace' ? removalRisks(change.before, 'replace') : updateRisks(change);
  return [...own, ...risks];
}

/** Of a stream, and of the stream behind a bucket or store. */
export function streamCalls(change: Change, { broker }: Context, { destructive }: CallOptions): Call[] {
  const { address: target } = subject(change);
  const name = streamNameOf(target);
  const remove: NatsCall = { op: 'stream.delete', target, body: { name, ifEmpty: !destructive } };
  if (change.action === 'delete') return [remove];
  const config = { name, ...requestConfig(streamFields, change.after, broker) };
  if (change.action === 'update')
    return [{ op: 'stream.update', target, body: { name, config, ifLossless: !destructive } }];
  const make = creation(target, name, config);
  return change.action === 'replace' ? [remove, ...make] : make;
}

/** Servers refuse to make a sealed stream; one that is there can be sealed. */
function creation(target: string, name: string, config: JsonObject): Call[] {
  if (config.sealed !== true) return [{ op: 'stream.create', target, body: { name, config } }];
  return [
    { op: 'stream.create', target, body: { name, config: { ...config, sealed: false } } },
    { op: 'stream.update', target, body: { name, config, ifLossless: false } },
  ];
}
