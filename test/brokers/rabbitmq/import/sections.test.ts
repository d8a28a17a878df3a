import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Document, Scalar, stringify, visit } from 'yaml';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import { bindingResource } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { exchangeResource } from '../../../../src/brokers/rabbitmq/kinds/exchange/index.ts';
import { limitsResource } from '../../../../src/brokers/rabbitmq/kinds/limits.ts';
import {
  globalParameterResource,
  parameterResource,
} from '../../../../src/brokers/rabbitmq/kinds/parameter/index.ts';
import {
  permissionResource,
  topicPermissionResource,
} from '../../../../src/brokers/rabbitmq/kinds/permission.ts';
import { policyResource } from '../../../../src/brokers/rabbitmq/kinds/policy/index.ts';
import { queueResource } from '../../../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import { userResource } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { vhostResource } from '../../../../src/brokers/rabbitmq/kinds/vhost/resource.ts';
import { diffResources } from '../../../../src/diff/index.ts';
import { HIDDEN, type JsonObject, type Resource } from '../../../../src/model/index.ts';
import { runs } from '../../../setup/runs.ts';
import { broker, contextOf, declareFiles } from '../topology.ts';

const B = 'rabbitmq';

describe('toSections', () => {
  it('writes what a person would have written', () => {
    const files = rabbitmq.toSections(
      [
        vhostResource(B, '/orders', {
          description: 'Orders',
          tags: ['b', 'a'],
          'default-queue-type': 'quorum',
        }),
        limitsResource('vhost', B, '/orders', { limits: { 'max-queues': 100 } }),
        live.exchange('events', { type: 'topic', arguments: { 'alternate-exchange': 'unrouted' } }),
        live.exchange('unrouted', { type: 'fanout' }),
        live.exchange('amq.topic', { type: 'topic' }),
        live.queue('notifications', {
          type: 'quorum',
          arguments: {
            'x-queue-type': 'quorum',
            'x-message-ttl': 604_800_000,
            'x-max-length-bytes': 67_108_864,
            'x-dead-letter-exchange': 'dlx',
            'x-other': '${HOME}',
          },
        }),
        live.queue('old', { durable: false, 'auto-delete': true }),
        live.queue('amq.gen-x', { 'auto-delete': true }),
        live.queue('mine', { exclusive: true }),
        live.binding('events', 'notifications', 'order.#'),
        live.binding('events', 'notifications', 'invoice.#'),
        live.binding('events', 'amq.gen-x', 'x'),
        live.binding('events', 'mine', 'x'),
        live.binding('amq.headers', 'old', '', { 'x-match': 'any', n: 1 }),
        policyResource(B, 'policy', '/orders', 'ttl', {
          pattern: '^old',
          'apply-to': 'queues',
          priority: 0,
          definition: { 'message-ttl': 3_600_000 },
        }),
        parameterResource(B, '/orders', 'shovel', 'move', {
          value: { 'reconnect-delay': 300, 'dest-uri': 'amqp://', 'src-queue': 'old', 'src-uri': HIDDEN },
        }),
        parameterResource(B, '/orders', 'federation-upstream-set', 'set', {
          value: [{ upstream: 'up', expires: 3_600_000 }],
        }),
        parameterResource(B, '/orders', 'federation-upstream', 'up', {
          value: { uri: 'amqp://', 'my-key': 1 },
        }),
        userResource(B, 'app', { tags: ['monitoring'], 'password-hash': HIDDEN }),
        permissionResource(B, '/orders', 'app', { configure: '', write: '^events$', read: '' }),
        globalParameterResource(B, 'cluster_name', { value: 'rabbit@host' }),
      ],
      broker(),
    );
    expect(
      files
        .map(({ name, section, notes }) => `# ${name} ${notes.join('; ')}\n${stringify(section)}`)
        .join(''),
    ).toBe(
      `# orders.yaml set SHOVEL_MOVE_SRC_URI in the environment: shovel move src-uri holds credentials, which are not written
vhost: /orders
description: Orders
tags:
  - a
  - b
default-queue-type: quorum
limits:
  max-queues: 100
exchanges:
  events:
    type: topic
    alternate-exchange: unrouted
  unrouted:
    type: fanout
queues:
  notifications:
    type: quorum
    dead-letter:
      exchange: dlx
    message-ttl: 7d
    max-length-bytes: 64MiB
    arguments:
      x-other: $\${HOME}
    bindings:
      - from: events
        keys:
          - invoice.#
          - order.#
  old:
    type: classic
    durable: false
    auto-delete: true
    bindings:
      - from: amq.headers
        x-match: any
        arguments:
          n: 1
policies:
  ttl:
    pattern: ^old
    apply-to: queues
    definition:
      message-ttl: 1h
federation-upstream-sets:
  set:
    - upstream: up
      expires: 1h
shovels:
  move:
    src-uri: \${SHOVEL_MOVE_SRC_URI}
    src-queue: old
    dest-uri: amqp://
    reconnect-delay: 5m
parameters:
  federation-upstream:
    up:
      uri: amqp://
      my-key: 1
# users.yaml the password of user app cannot be read, and stays as it is
users:
  app:
    tags:
      - monitoring
    permissions:
      /orders:
        write: ^events$
`,
    );
  });

  it('gives every vhost a file name of its own that any file system takes', () => {
    const names = ['/', '/a/b', 'a b', 'A-B', '../..', 'users', '\u{1f600}'].map((name) =>
      vhostResource(B, name, { description: 'x' }),
    );
    const files = rabbitmq.toSections([...names, userResource(B, 'u', { tags: [] })], broker());
    expect(files.map(({ name }) => name).sort()).toEqual([
      'A-B-2.yaml',
      'a-b-3.yaml',
      'a-b.yaml',
      'default.yaml',
      'users-2.yaml',
      'users.yaml',
      'vhost-2.yaml',
      'vhost.yaml',
    ]);
  });

  it('plans to nothing, whatever is there', () => {
    fc.assert(
      fc.property(broker_, ({ resources, version }) => {
        const identity = broker(version);
        const files = rabbitmq.toSections(resources, identity);
        const texts = Object.fromEntries(
          files.map(({ name, section }) => [name, yamlOf({ rabbitmq: section })]),
        );
        const { resources: desired, findings } = declareFiles(texts);
        expect(findings.filter((finding) => !finding.startsWith('load/empty-file'))).toEqual([]);
        const context = contextOf(desired, resources, identity);
        const difference = diffResources({
          context,
          kinds: rabbitmq.kinds,
          retired: [],
          owns: ['**'],
          prune: true,
        });
        expect(difference.changes).toEqual([]);
      }),
      { numRuns: runs(20) },
    );
  });
});

/** The yaml package writes a key `<<` plain, which readers take for a merge. */
function yamlOf(value: JsonObject): string {
  const document = new Document(value);
  visit(document, {
    Scalar(_, node) {
      if (node.value === '<<') node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return document.toString();
}

const live = {
  exchange: (name: string, spec: JsonObject) =>
    exchangeResource(B, '/orders', name, {
      durable: true,
      'auto-delete': false,
      internal: false,
      arguments: {},
      ...spec,
    }),
  queue: (name: string, spec: JsonObject) =>
    queueResource(B, '/orders', name, {
      type: 'classic',
      durable: true,
      'auto-delete': false,
      exclusive: false,
      arguments: {},
      ...spec,
    }),
  binding: (source: string, destination: string, routingKey: string, args: JsonObject = {}) =>
    bindingResource(
      B,
      { vhost: '/orders', source, destinationType: 'queue', destination, routingKey, arguments: args },
      routingKey || '~',
    ),
};

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

const broker_ = fc
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
