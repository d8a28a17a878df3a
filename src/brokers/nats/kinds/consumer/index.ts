import {
  type Body,
  type BrokerIdentity,
  type Change,
  type Context,
  isMove,
  type JsonObject,
  membersOf,
  overridden,
  type Resource,
  subject,
} from '../../../../model/index.ts';
import { supports } from '../../facts.ts';
import { consumerFields } from '../../fields/consumer.ts';
import { bodyOf, immutableReasonOf, mapOf } from '../../fields/field.ts';
import { consumerConstraints } from '../../fields/field-constraints.ts';
import { requestConfig, type Unsupported, unsupportedIn } from '../../fields/normalize.ts';
import { consumerValueConstraints } from '../../fields/value-constraints.ts';
import { fieldText, listIn } from '../../fields/values.ts';
import { accountRisksOfConsumer } from '../account-limits.ts';
import { consumerAddress, consumerNameOf, consumerResource, streamNameOf } from '../addresses.ts';
import { type Collector, type NatsKind, rejections, type Update, type Writer } from '../kind.ts';
import { consumerMetricsText } from '../metrics.ts';
import { serverLimitRisks } from '../server-limits.ts';
import { ownershipRisks } from '../subject-ownership.ts';
import { readFields, requiredFields } from '../yaml.ts';
import { completeConsumer } from './complete.ts';
import { START_FIELDS } from './moved.ts';
import { continuedBy, formerAddresses, oldNameRisks, renameField, renameRisks } from './rename.ts';
import { type ResetTo, removalRisks, resetTo, updateRisks, whyNotReset } from './risks.ts';

export type ConsumerCall =
  | { op: 'consumer.create' | 'consumer.update'; target: string; body: ConsumerWrite }
  /**
   * CONSUMER.PAUSE.<stream>.<name> with `{pause_until}`; 2.11 and later. CREATE and UPDATE do not change it on an
   * existing consumer (jetstream_api.go).
   */
  | { op: 'consumer.pause'; target: string; body: { stream: string; name: string; pause_until: string } }
  /**
   * CONSUMER.RESET.<stream>.<name> with `{seq}`, then an update: the position first, so that a plan that comes between
   * the two still has the change. 2.14 and later.
   */
  | { op: 'consumer.reset'; target: string; body: ConsumerWrite & { to: ResetTo } }
  /** CONSUMER.DELETE.<stream>.<name>. Not found counts as done: it can have disappeared with its stream. */
  | { op: 'consumer.delete'; target: string; body: { stream: string; name: string } };

/**
 * CONSUMER.CREATE.<stream>.<name>[.<filter>] with `{stream_name, config, action}`: the complete configuration, because
 * an update replaces it, and the op's own word as the action. Servers before 2.10 ignore the action: "create"
 * overwrites and "update" creates (verified on 2.9.10), so there CONSUMER.INFO is requested first.
 */
type ConsumerWrite = {
  stream: string;
  name: string;
  config: JsonObject;
  /** The consumer that was renamed: CONSUMER.INFO of it tells where the new one begins. */
  continues?: { stream: string; name: string };
};

/**
 * `<broker>/consumer/<stream>/<name>`: a durable consumer. Ephemeral consumers belong to their clients and are only
 * counted. https://docs.nats.io/nats-concepts/jetstream/consumers
 */
export const consumer: NatsKind = {
  fields: consumerFields,
  constraints: consumerConstraints,
  valueConstraints: consumerValueConstraints,
  unsupported: unsupportedInConsumer,

  schema: {
    properties: {},
    $defs: {
      consumer: bodyOf('A durable consumer. What is left out has its default.', {
        ...consumerFields,
        ...renameField,
      }),
    },
  },

  title: ({ address }) => ({
    title: `consumer ${consumerNameOf(address)}`,
    detail: `stream ${streamNameOf(address)}`,
  }),
  complete: completeConsumer,
  immutableReason: (path, change, context) =>
    START_FIELDS.includes(path[0] ?? '')
      ? whyNotReset(change, context)
      : immutableReasonOf(consumerFields, path, change, context.broker),

  risks(change, context) {
    if (change.action === 'delete')
      return isMove(change) ? oldNameRisks(change, context) : removalRisks('delete');
    const risks = [
      ...rejections(consumer, change.after.spec, context.broker),
      ...accountRisksOfConsumer(change, context),
      ...serverLimitRisks(change, context),
      ...ownershipRisks(change, context),
    ];
    if (change.action === 'create') return [...renameRisks(change.after, context), ...risks];
    const own = change.action === 'replace' ? removalRisks('replace') : updateRisks(change, context);
    return [...own, ...risks];
  },

  alsoAffected: (change, { live }) =>
    change.action === 'delete' ? [live.get(change.movesTo ?? '')].flatMap((next) => next ?? []) : [],
  calls: consumerCalls,
  cascadesFrom: ['stream', 'key-value', 'object-store'],
  fieldText: (path, value) => fieldText(consumerFields, path, value),
  affectedText: consumerMetricsText,
};

function unsupportedInConsumer(spec: JsonObject, broker: BrokerIdentity): Unsupported[] {
  const filters = listIn(spec.filter_subjects).length;
  const several: Unsupported[] =
    filters > 1 && !supports(broker, '2.10')
      ? [{ path: ['filter_subjects'], what: 'more than one filter subject', since: '2.10' }]
      : [];
  return [...unsupportedIn(consumerFields, spec, broker), ...several];
}

function consumerCalls(change: Change, context: Context): ConsumerCall[] {
  const { address: target } = subject(change);
  const stream = streamNameOf(target);
  const name = consumerNameOf(target);
  const remove: ConsumerCall = { op: 'consumer.delete', target, body: { stream, name } };
  if (change.action === 'delete') return [remove];
  const body = { stream, name, config: configOf(change.after, name, context.broker) };
  if (change.action === 'update') return updateCalls(change, body);
  const continues = continuedBy(change.after, context);
  const create: ConsumerCall = {
    ...{ op: 'consumer.create', target },
    body: { ...body, ...(continues && { continues }) },
  };
  return change.action === 'replace' ? [remove, create] : [create];
}

/** A pause is a separate request; the update is sent only if another field changes, too. */
function updateCalls({ after, fields }: Update, body: ConsumerWrite): ConsumerCall[] {
  const { address: target, spec } = after;
  const changed = new Set(fields.flatMap(({ path }) => path.slice(0, 1)));
  const isPaused = changed.delete('pause_until');
  const to = START_FIELDS.some((field) => changed.has(field)) ? resetTo(spec) : undefined;
  const update: ConsumerCall = to
    ? { op: 'consumer.reset', target, body: { ...body, to } }
    : { op: 'consumer.update', target, body };
  if (!isPaused) return [update];
  const { stream, name } = body;
  const until = typeof spec.pause_until === 'string' ? spec.pause_until : '';
  const pause: ConsumerCall = { op: 'consumer.pause', target, body: { stream, name, pause_until: until } };
  return changed.size > 0 ? [update, pause] : [pause];
}

function configOf(consumer: Resource, name: string, broker: BrokerIdentity): JsonObject {
  return { durable_name: name, name, ...withSingleFilter(requestConfig(consumerFields, consumer, broker)) };
}

/** A single filter as `filter_subject`, which every server knows. */
function withSingleFilter(config: JsonObject): JsonObject {
  const { filter_subjects: filters, ...rest } = config;
  const [first] = Array.isArray(filters) ? filters : [];
  if (!Array.isArray(filters) || first === undefined) return rest;
  return filters.length === 1 ? { ...rest, filter_subject: first } : config;
}

/** The key `consumers` of a stream, bucket or store. */
export const consumersSchema = mapOf('Durable consumers by name.', 'consumer');

/**
 * `consumers: { order-processor: {…} }` of a stream, bucket or store.
 * @param stream its full name
 * @param formerStream its name before it was renamed
 */
export function declareConsumers(
  collector: Collector,
  owner: Body,
  stream: string,
  formerStream?: string,
): void {
  for (const [name, written] of membersOf(owner, 'consumers')) {
    const { broker } = written.section;
    const body = overridden(written, consumerAddress(broker, stream, name));
    const { spec, places } = readFields(collector, body, consumerFields);
    const [one, several] = [places.filter_subject, places.filter_subjects];
    if (one && several) {
      collector.error('given-twice', several, '"filter_subject" and "filter_subjects" are both given', {
        hint: 'put the subject among the others',
        related: [one],
      });
    }
    // Completion merges both into filter_subjects.
    const filterAt = several ?? one;
    collector.add(
      {
        ...consumerResource(broker, stream, name, spec),
        ...formerAddresses(broker, {
          ...{ stream, name, was: body.value.was },
          ...(formerStream !== undefined && { formerStream }),
        }),
      },
      body.at,
      filterAt ? { ...places, filter_subjects: filterAt } : places,
    );
  }
}

/** The key `consumers` for the live consumers of a stream; none if it has none. */
export function writeConsumers(stream: Resource, writer: Writer): JsonObject {
  const own = writer.consumers.get(stream.address);
  if (!own) return {};
  writer.consumers.delete(stream.address);
  const bodies = own.map((one) => [
    consumerNameOf(one.address),
    withSingleFilter(requiredFields(consumer, one, [stream], writer)),
  ]);
  return { consumers: Object.fromEntries(bodies) as JsonObject };
}
