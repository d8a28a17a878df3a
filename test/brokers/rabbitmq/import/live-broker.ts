import fc from 'fast-check';
import { bindingResource } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { exchangeResource } from '../../../../src/brokers/rabbitmq/kinds/exchange/index.ts';
import { limitsResource } from '../../../../src/brokers/rabbitmq/kinds/limits.ts';
import { parameterResource } from '../../../../src/brokers/rabbitmq/kinds/parameter/index.ts';
import {
  permissionResource,
  topicPermissionResource,
} from '../../../../src/brokers/rabbitmq/kinds/permission.ts';
import { policyResource } from '../../../../src/brokers/rabbitmq/kinds/policy/index.ts';
import { queueResource } from '../../../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import { userResource } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { vhostResource } from '../../../../src/brokers/rabbitmq/kinds/vhost.ts';
import type { JsonObject, Resource } from '../../../../src/model/index.ts';

const B = 'rabbitmq';

// Names and values that YAML, templates and file systems could take amiss.
const hostile = fc.constantFrom(
  '/',
  '%2F',
  'a',
  'null',
  'true',
  '1',
  '1e3',
  '~',
  '-',
  '# x',
  'a: b',
  "it's",
  '"q"',
  '${X}',
  '$${X}',
  '$$',
  '{}',
  '*a',
  '&a',
  '!x',
  'a|b',
  '::error::',
  '\u001b[31m',
  'ä€😀',
  'detailed',
  '__proto__',
  'constructor',
  ' lead',
  'trail ',
  'a/b',
  '@',
  '`x`',
  '=',
  '0x10',
  '2020-01-01',
  'no',
  '<<',
);
const text = fc
  .oneof(hostile, fc.string({ minLength: 1, maxLength: 20 }))
  .filter((value) => value.isWellFormed());
// The management API can tell no policy "." or "..".
const UNUSABLE = ['__proto__', '.', '..'];
const name = text.filter(
  (value) => !/[\r\n]/.test(value) && !value.startsWith('amq.') && !UNUSABLE.includes(value),
);
const argumentValue = fc.oneof(
  text,
  fc.integer(),
  fc.boolean(),
  fc.array(fc.oneof(text, fc.integer()), { maxLength: 2 }),
  fc
    .dictionary(name, fc.oneof(text, fc.integer()), { maxKeys: 2 })
    .filter((table) => !('$type' in table) && !('$int' in table)),
);
const args = fc.oneof(
  fc.constant({}),
  fc.dictionary(name, argumentValue, { maxKeys: 3 }),
) as fc.Arbitrary<JsonObject>;
const queueArgs = fc.oneof(
  args,
  fc.record(
    {
      'x-message-ttl': fc.oneof(fc.nat(), fc.constantFrom(604_800_000, 0)),
      'x-expires': fc.integer({ min: 1 }),
      'x-max-length': fc.nat(),
      'x-max-length-bytes': fc.oneof(fc.nat(), fc.constant(67_108_864)),
      'x-overflow': fc.constantFrom('drop-head', 'reject-publish'),
      'x-dead-letter-exchange': fc.oneof(fc.constant(''), text),
      'x-dead-letter-routing-key': text,
      'x-max-age': fc.constantFrom('7D', '1Y', '3600s'),
      'x-delivery-limit': fc.integer({ min: -1, max: 100 }),
      'x-single-active-consumer': fc.boolean(),
      'x-max-priority': fc.oneof(fc.nat(255), fc.constant('high')),
    },
    { requiredKeys: [] },
  ),
) as fc.Arbitrary<JsonObject>;

const vhostParts = fc.record({
  vhost: name,
  description: fc.oneof(fc.constant(''), text),
  defaultType: fc.constantFrom('undefined', 'classic', 'quorum'),
  exchanges: fc.uniqueArray(
    fc.record({
      name,
      type: fc.constantFrom('direct', 'topic', 'x-delayed-message'),
      args,
      internal: fc.boolean(),
    }),
    { selector: (one) => one.name, maxLength: 3 },
  ),
  queues: fc.uniqueArray(
    fc.record({
      name,
      type: fc.constantFrom('classic', 'quorum', 'stream'),
      args: queueArgs,
      durable: fc.boolean(),
    }),
    { selector: (one) => one.name, maxLength: 3 },
  ),
  keys: fc.array(fc.record({ key: fc.oneof(fc.constant(''), text), args }), { maxLength: 4 }),
  policies: fc.uniqueArray(
    fc.record({
      name,
      kind: fc.constantFrom('policy' as const, 'operator-policy' as const),
      pattern: text,
      priority: fc.integer({ min: -5, max: 5 }),
      'apply-to': fc.constantFrom('all', 'queues'),
      definition: fc.record(
        { 'message-ttl': fc.nat(), 'max-length-bytes': fc.nat(), 'my-key': text },
        { requiredKeys: [] },
      ),
    }),
    { selector: (one) => one.name, maxLength: 2 },
  ),
  parameters: fc.uniqueArray(
    fc.record({
      component: fc.constantFrom('shovel', 'federation-upstream', 'federation-upstream-set', 'other'),
      name: name.filter((value) => !value.startsWith('internal') && value !== 'cluster_name'),
      value: fc.oneof(
        fc.record(
          {
            uri: fc.constant('amqp://'),
            'src-uri': fc.constant('amqp://a'),
            'dest-uri': fc.constant('amqp://'),
            expires: fc.nat(),
            'reconnect-delay': fc.nat(),
            'src-queue': text,
          },
          { requiredKeys: [] },
        ),
        argumentValue,
      ),
    }),
    { selector: (one) => `${one.component} ${one.name}`, maxLength: 3 },
  ),
});

/** All that a broker of some version holds, as it is read. */
export const liveBroker = fc
  .record({
    version: fc.constantFrom('3.10.8', '4.3.6'),
    vhosts: fc.uniqueArray(vhostParts, { selector: (one) => one.vhost, minLength: 1, maxLength: 2 }),
    users: fc.uniqueArray(
      fc.record({
        name,
        tags: fc.array(
          name.filter((tag) => !tag.includes(',') && tag.trim() === tag),
          { maxLength: 2 },
        ),
        pattern: text,
      }),
      { selector: (one) => one.name, maxLength: 2 },
    ),
  })
  .map(({ version, vhosts, users }) => {
    const resources: Resource[] = vhosts.flatMap((one) => vhostResources(one));
    for (const user of users) {
      resources.push(
        userResource(B, user.name, { tags: user.tags }),
        limitsResource('user', B, user.name, { limits: { 'max-channels': 3 } }),
      );
      for (const { vhost } of vhosts) {
        resources.push(
          permissionResource(B, vhost, user.name, { configure: '', write: user.pattern, read: '.*' }),
          topicPermissionResource(B, vhost, user.name, 'amq.topic', { write: user.pattern, read: '' }),
        );
      }
    }
    return { version, resources };
  });

type VhostParts = typeof vhostParts extends fc.Arbitrary<infer T> ? T : never;

function vhostResources(one: VhostParts): Resource[] {
  const { vhost } = one;
  const ends = [
    ...one.queues.map((queue) => ['queue' as const, queue.name] as const),
    ...one.exchanges.map((exchange) => ['exchange' as const, exchange.name] as const),
    ['exchange' as const, 'amq.fanout'] as const,
  ];
  const bindings = one.keys.map(({ key, args: table }, index) => {
    const [destinationType, destination] = ends[index % ends.length] ?? ['queue' as const, 'q'];
    const source = one.exchanges[index]?.name ?? 'amq.topic';
    return bindingResource(
      B,
      { vhost, source, destinationType, destination, routingKey: key, arguments: table },
      key,
    );
  });
  return [
    vhostResource(B, vhost, {
      description: one.description,
      tags: [],
      'default-queue-type': one.defaultType,
    }),
    ...one.exchanges.map((exchange) =>
      exchangeResource(B, vhost, exchange.name, {
        type: exchange.type,
        durable: true,
        'auto-delete': false,
        internal: exchange.internal,
        arguments: exchange.args,
      }),
    ),
    ...one.queues.map((queue) =>
      queueResource(B, vhost, queue.name, {
        type: queue.type,
        durable: queue.durable,
        'auto-delete': !queue.durable,
        exclusive: false,
        arguments: queue.args,
      }),
    ),
    ...new Map(bindings.map((binding) => [binding.address, binding])).values(),
    ...one.policies.map(({ name: policy, kind, ...spec }) =>
      policyResource(B, kind, vhost, policy, spec as JsonObject),
    ),
    ...one.parameters.map((parameter) =>
      parameterResource(B, vhost, parameter.component, parameter.name, {
        value: parameter.value as JsonObject,
      }),
    ),
  ];
}
