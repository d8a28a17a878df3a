import {
  type BrokerIdentity,
  type Call,
  type Change,
  type JsonObject,
  type Kind,
  type Resource,
  subject,
} from '../../../../model/index.ts';
import { consumerFields } from '../../fields/consumer.ts';
import { consumerCombinations } from '../../fields/field-constraints.ts';
import { changedFields, fixedOfConsumer, sidesOf } from '../../fields/immutable-fields.ts';
import { requestConfig } from '../../fields/request-config.ts';
import { fieldText } from '../../fields/text.ts';
import { consumerValues, valueRisks } from '../../fields/value-constraints.ts';
import { accountRisksOfConsumer } from '../account-limits.ts';
import { consumerNameOf, streamNameOf } from '../addresses.ts';
import type { ConsumerWrite, NatsCall } from '../calls.ts';
import { consumerStake } from '../metrics.ts';
import { serverLimitRisks } from '../server-limits.ts';
import { combinationRisks, unsupportedInConsumer, unsupportedRisks } from '../server-risks.ts';
import { claimRisks } from '../subject-ownership.ts';
import { completeConsumer } from './complete.ts';
import { removalRisks, updateRisks } from './risks.ts';

export const consumer: Kind = {
  title: ({ address }) => ({
    title: `consumer ${consumerNameOf(address)}`,
    detail: `stream ${streamNameOf(address)}`,
  }),
  complete: completeConsumer,
  fixed: ([field = ''], change) => fixedOfConsumer(field, sidesOf(change)),
  risks: (change, context) => {
    if (change.action === 'delete') return removalRisks('delete');
    const risks = [
      ...unsupportedRisks(unsupportedInConsumer(change.after.spec, context.broker), context.broker),
      ...combinationRisks(consumerCombinations, change.after.spec, context.broker),
      ...valueRisks(consumerValues, change.after.spec, context.broker),
      ...accountRisksOfConsumer(change, context),
      ...serverLimitRisks(change, context),
      ...claimRisks(change, context),
    ];
    if (change.action === 'create') return risks;
    return [
      ...(change.action === 'replace' ? removalRisks('replace') : updateRisks(change, context)),
      ...risks,
    ];
  },
  calls: (change, { broker }) => consumerCalls(change, broker),
  cascadesFrom: ['stream', 'key-value', 'object-store'],
  fieldText: (path, value) => fieldText(consumerFields, path, value),
  stakeText: consumerStake,
};

function consumerCalls(change: Change, broker: BrokerIdentity): Call[] {
  const { address: target } = subject(change);
  const stream = streamNameOf(target);
  const name = consumerNameOf(target);
  const remove: NatsCall = { op: 'consumer.delete', target, body: { stream, name } };
  if (change.action === 'delete') return [remove];
  const body = { stream, name, config: configOf(change.after, name, broker) };
  if (change.action === 'update') return updateCalls(change, body);
  const create: NatsCall = { op: 'consumer.create', target, body };
  return change.action === 'replace' ? [remove, create] : [create];
}

/** A pause is a request of its own; the other one is sent only where something else changes, too. */
function updateCalls(change: Extract<Change, { fields: unknown }>, body: ConsumerWrite): Call[] {
  const { address: target, spec } = change.after;
  const changed = changedFields(change.fields);
  const isPaused = changed.delete('pause_until');
  const update: NatsCall = { op: 'consumer.update', target, body };
  if (!isPaused) return [update];
  const { stream, name } = body;
  const until = typeof spec.pause_until === 'string' ? spec.pause_until : '';
  const pause: NatsCall = { op: 'consumer.pause', target, body: { stream, name, pause_until: until } };
  return changed.size > 0 ? [update, pause] : [pause];
}

/** One filter goes by the name that every server knows. */
function configOf(consumer: Resource, name: string, broker: BrokerIdentity): JsonObject {
  const { filter_subjects: filters, ...rest } = requestConfig(consumerFields, consumer, broker);
  const [only] = Array.isArray(filters) ? filters : [];
  const filter: JsonObject =
    !Array.isArray(filters) || only === undefined
      ? {}
      : filters.length === 1
        ? { filter_subject: only }
        : { filter_subjects: filters };
  return { durable_name: name, name, ...rest, ...filter };
}
