import fc from 'fast-check';
import { type Made, type RawTopology, rawTopologies, V } from './raw-topologies.ts';

/*
 * What an old release takes and a new one rejects, among what both take.
 */

const put = (path: readonly string[], body: Record<string, unknown>): Made => ({ method: 'PUT', path, body });

const bodies = (what: string, all: readonly Record<string, unknown>[], most: number) =>
  fc
    .uniqueArray(fc.nat({ max: all.length - 1 }), { maxLength: most })
    .map((chosen) => chosen.map((i) => put([what, V, `u${i}`], all[i] ?? {})));

const queueOf = (args: Record<string, unknown>, rest: Record<string, unknown> = {}) => ({
  durable: true,
  arguments: args,
  ...rest,
});

const TYPES = [{}, { 'x-queue-type': 'classic' }, { 'x-queue-type': 'quorum' }, { 'x-queue-type': 'stream' }];
const ARGUMENTS = [
  { 'x-consumer-timeout': 60_000 },
  { 'x-consumer-timeout': '60000' },
  { 'x-consumer-disconnected-timeout': 1000 },
  { 'x-consumer-disconnected-timeout': true },
  { 'x-delayed-retry-type': 'all' },
  { 'x-delayed-retry-type': 7 },
  { 'x-delayed-retry-min': 0 },
  { 'x-delayed-retry-max': -1 },
  { 'x-stream-filter-size-bytes': 16 },
  { 'x-stream-filter-size-bytes': 15 },
  { 'x-stream-filter-size-bytes': '20' },
  { 'x-queue-version': 1 },
  { 'x-queue-mode': 'lazy' },
  { 'x-queue-master-locator': 'client-local' },
  { 'x-delivery-limit': -3 },
  { 'x-max-in-memory-bytes': 10 },
  { 'x-quorum-target-group-size': 3 },
  { 'x-ha-policy': 'all' },
];
const QUEUES = [
  ...TYPES.flatMap((type) => ARGUMENTS.map((one) => queueOf({ ...type, ...one }))),
  queueOf({}, { durable: false }),
  queueOf({ 'x-expires': 3_600_000 }, { durable: false }),
  queueOf({}, { durable: false, auto_delete: true }),
];

const policyOf = (definition: Record<string, unknown>, applyTo = 'queues') => ({
  pattern: '^u',
  'apply-to': applyTo,
  definition,
});
const POLICIES = [
  policyOf({ 'ha-mode': 'all' }),
  policyOf({ 'ha-mode': 'exactly', 'ha-params': 2, 'ha-sync-mode': 'automatic', 'max-length': 5 }, 'all'),
  policyOf({ 'ha-mode': 'nodes', 'ha-params': ['a@b'], 'ha-promote-on-shutdown': 'always' }),
  policyOf({ 'queue-master-locator': 'min-masters' }),
  policyOf({ 'queue-mode': 'lazy', 'queue-version': 1 }),
  policyOf({ 'max-in-memory-length': 3 }),
  policyOf({ 'delivery-limit': 3 }),
  policyOf({ 'shards-per-node': 1, 'routing-key': 'a' }, 'exchanges'),
];
const OPERATOR_POLICIES = [
  policyOf({ 'delivery-limit': 3, 'max-in-memory-bytes': 5 }),
  policyOf({ expires: 3_600_000, 'max-length': 3 }),
];

const ENDS = { 'src-uri': 'amqp://elsewhere.invalid', 'dest-uri': 'amqp://elsewhere.invalid' };
const QUEUE_ENDS = { ...ENDS, 'src-queue': 'a', 'dest-queue': 'b' };
const SHOVELS = [
  QUEUE_ENDS,
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-queue-version': 1 } },
  { ...QUEUE_ENDS, 'src-queue-args': { 'x-queue-version': 1 } },
  { ...QUEUE_ENDS, 'src-queue-args': { 'x-queue-type': 'quorum', 'x-delivery-limit': -3 } },
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-queue-master-locator': 'min-masters' } },
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-consumer-timeout': 1000 } },
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-queue-type': 'quorum', 'x-consumer-timeout': 'a' } },
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-queue-type': 'stream', 'x-stream-filter-size-bytes': 3 } },
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-queue-type': 'quorum', 'x-max-priority': 3 } },
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-message-ttl': -1 } },
  { ...QUEUE_ENDS, 'dest-queue-args': { 'x-queue-type': 'bogus' } },
  { ...QUEUE_ENDS, 'src-queue-args': { 'x-dead-letter-routing-key': 'a' } },
  { ...QUEUE_ENDS, 'delete-after': 'never', 'prefetch-count': 3, 'add-forward-headers': true },
  { ...ENDS, 'src-exchange': 'a', 'src-exchange-key': '#', 'dest-exchange': 'b' },
  { ...ENDS, 'src-protocol': 'amqp10', 'src-address': '/queue/a', 'dest-queue': 'b' },
];
const UPSTREAMS = [
  { 'ha-policy': 'all', uri: 'amqp://elsewhere.invalid' },
  { 'max-hops': 3, uri: 'amqp://elsewhere.invalid' },
];
const SETS = [[{ upstream: 'u0', 'ha-policy': 'all' }], [{ upstream: 'u0', exchange: 'a' }]];

function parameters(component: string, values: readonly unknown[]) {
  return bodies(
    component,
    values.map((value) => ({ value })),
    2,
  ).map((all) =>
    all.map(
      ({ path: [first = '', ...rest], ...one }): Made => ({ ...one, path: ['parameters', first, ...rest] }),
    ),
  );
}

const bindings = fc
  .uniqueArray(fc.constantFrom('#.a.#.b.#', '#.#.#', '#.a.#', 'a##.#.#', '#'), { maxLength: 3 })
  .chain((keys) =>
    fc.constantFrom('amq.topic', 'amq.direct', 'ut').map((source) =>
      keys.map((routing_key): Made => {
        const path = ['bindings', V, 'e', source, 'e', 'amq.fanout'];
        return { method: 'POST', path, body: { routing_key, arguments: {} } };
      }),
    ),
  );
const TOPIC = put(['exchanges', V, 'ut'], { type: 'topic', durable: true, arguments: {} });

/** @param user one that exists on both brokers */
export function upgradedTopologies(user: string): fc.Arbitrary<RawTopology> {
  const topicPermissions = fc
    .uniqueArray(fc.constantFrom('', 'ut', 'amq.topic', 'nowhere'), { maxLength: 2 })
    .map((exchanges) =>
      exchanges.map((exchange) => put(['topic-permissions', V, user], { exchange, write: '.*', read: '^a' })),
    );
  const more = fc.tuple(
    fc.constant([TOPIC]),
    bodies('queues', QUEUES, 6),
    bindings,
    bodies('policies', POLICIES, 3),
    bodies('operator-policies', OPERATOR_POLICIES, 1),
    parameters('shovel', SHOVELS),
    parameters('federation-upstream', UPSTREAMS),
    parameters('federation-upstream-set', SETS),
    topicPermissions,
  );
  return fc
    .tuple(rawTopologies(user), more)
    .map(([{ vhost, made }, added]) => ({ vhost, made: [...made, ...added.flat()] }));
}
