import { describe, expect, it } from 'vitest';
import { bindingResource } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { exchangeResource } from '../../../../src/brokers/rabbitmq/kinds/exchange/index.ts';
import { policyResource } from '../../../../src/brokers/rabbitmq/kinds/policy/index.ts';
import { queueResource } from '../../../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import { userResource } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { vhostResource } from '../../../../src/brokers/rabbitmq/kinds/vhost.ts';
import { HIDDEN, type Resource } from '../../../../src/model/index.ts';
import { broker, contextOf, declareYaml, kindFor } from '../topology.ts';
import { B, binding, changesOf, live } from './changes.ts';

describe('completing', () => {
  it.each([
    ['classic', '4.3.6', {}, undefined],
    ['quorum', '4.3.6', { defaultQueueTypes: { '/': 'quorum' } }, undefined],
    ['stream', '4.3.6', { defaultQueueTypes: { '/': 'quorum' } }, 'stream'],
    ['classic', '3.10.8', { defaultQueueTypes: { '/': 'undefined' } }, undefined],
  ])('a queue without a type is %s on %s with %j and a live vhost of %s', (type, version, facts, live) => {
    const { resources } = declareYaml('rabbitmq: { queues: { a: } }');
    const vhosts = live === undefined ? [] : [vhostResource(B, '/', { 'default-queue-type': live })];
    const context = contextOf(resources, vhosts, broker(version, facts));
    expect(context.desired.get('rabbitmq/queue/%2F/a')?.spec).toEqual({
      type,
      durable: true,
      'auto-delete': false,
      arguments: {},
    });
  });

  it('a queue of a vhost that is declared with a type takes that', () => {
    const { resources } = declareYaml('rabbitmq: { vhost: v, default-queue-type: quorum, queues: { a: } }');
    const context = contextOf(resources, [vhostResource(B, 'v', { 'default-queue-type': 'classic' })]);
    expect(context.desired.get('rabbitmq/queue/v/a')?.spec.type).toBe('quorum');
  });

  it.each<[string, string, Resource[]]>([
    [
      'a queue as 4.x lists it',
      'rabbitmq: { queues: { a: } }',
      [live.queue('a', { type: 'classic', exclusive: false, arguments: { 'x-queue-type': 'classic' } })],
    ],
    [
      'a stream age in another unit',
      'rabbitmq: { queues: { a: { type: stream, max-age: 30d } } }',
      [live.queue('a', { type: 'stream', arguments: { 'x-queue-type': 'stream', 'x-max-age': '1M' } })],
    ],
    [
      'AMQP types that no listing shows',
      'rabbitmq: { queues: { a: { arguments: { x-n: { $type: short, value: 1 } } } } }',
      [live.queue('a', { arguments: { 'x-n': 1 } })],
    ],
    [
      'a headers binding with typed arguments',
      'rabbitmq: { queues: { a: { bindings: [{ from: amq.headers, arguments: { n: { $type: byte, value: 7 } } }] } } }',
      [
        live.queue('a', {}),
        bindingResource(
          B,
          {
            vhost: '/',
            source: 'amq.headers',
            destinationType: 'queue',
            destination: 'a',
            routingKey: '',
            arguments: { n: 7 },
          },
          '~abc',
        ),
      ],
    ],
    [
      'a vhost as 3.10 lists it',
      'rabbitmq: { vhost: v, description: "", tags: [b, a], default-queue-type: classic }',
      [vhostResource(B, 'v', { description: '', tags: ['a', 'b'], 'default-queue-type': 'undefined' })],
    ],
    [
      'an empty policy as 3.x lists it',
      'rabbitmq: { policies: { p: { pattern: a, definition: {} } } }',
      [
        policyResource(B, 'policy', '/', 'p', {
          pattern: 'a',
          'apply-to': 'all',
          priority: 0,
          definition: [],
        }),
      ],
    ],
    [
      'a user whose password a file does not show',
      'rabbitmq: { users: { u: { password: "${P}", tags: [a] } } }',
      [userResource(B, 'u', { tags: ['a'] })],
    ],
    [
      'a user without declared tags',
      'rabbitmq: { users: { u: } }',
      [userResource(B, 'u', { tags: ['a'], 'password-hash': HIDDEN })],
    ],
  ])('sees no difference in %s', (_, yaml, resources) => {
    expect(changesOf(yaml, resources).changes).toEqual([]);
  });
});

describe('what is not ours', () => {
  it.each<[Resource, boolean]>([
    [exchangeResource(B, '/', 'amq.topic', {}), true],
    [exchangeResource(B, '/', '', {}), true],
    [exchangeResource(B, '/', 'events', {}), false],
    [queueResource(B, '/', 'amq.gen-1', {}), true],
    [queueResource(B, '/', 'x', { exclusive: true }), true],
    [queueResource(B, '/', 'x', { exclusive: false }), false],
    [queueResource(B, '/', 'x', { 'auto-delete': true, arguments: { 'x-expires': 1000 } }), false],
    [queueResource(B, '/', 'x', { arguments: { 'x-internal-purpose': 'federation' } }), true],
    [queueResource(B, '/', 'federation: ev -> host:down:ev', {}), true],
    [queueResource(B, '/', 'federation of ev', {}), false],
    [queueResource(B, '/', 'sharding: a - b - rabbit@host - 0', {}), true],
    [queueResource(B, '/', 'sharding: a', {}), false],
    [queueResource(B, '/', 'mqtt-subscription-my\nclientqos1', {}), true],
    [queueResource(B, '/', 'mqtt-subscription-mine', {}), false],
    [queueResource(B, '/', 'mqtt-will-client', {}), true],
    [queueResource(B, '/', 'stomp-subscription-g7BYd9o9W4ci2Ra2TvazyQ', {}), true],
    [queueResource(B, '/', 'stomp-subscription-mine', {}), false],
    [exchangeResource(B, '/', 'x', { type: 'x-federation-upstream' }), true],
    [exchangeResource(B, '/', 'x', { arguments: { 'x-internal-purpose': 'federation' } }), true],
    [binding('ev', 'x', { 'x-bound-from': [] }), true],
    [binding('ev', 'amq.gen-1'), true],
    [binding('ev', 'mqtt-will-client'), true],
    [binding('ev', 'x', { 'x-match': 'any' }), false],
  ])('%j is the system’s: %s', (resource, isOwned) => {
    expect(kindFor(resource.address).systemOwned?.(resource) !== undefined).toBe(isOwned);
  });
});

describe('text', () => {
  it('shows fields by their friendly names and units', () => {
    const kind = kindFor('rabbitmq/queue/%2F/a');
    const path = ['arguments', 'x-message-ttl'];
    expect([kind.fieldName?.(path), kind.fieldText?.(path, 604_800_000)]).toEqual(['message-ttl', '7d']);
    expect(kind.fieldText?.(['arguments', 'x-max-length-bytes'], 67_108_864)).toBe('64MiB');
    expect(kind.fieldText?.(['type'], 'quorum')).toBeUndefined();
  });

  it('names a binding by its ends and key', () => {
    const { resources } = declareYaml(
      'rabbitmq: { queues: { q: { bindings: [{ from: e, key: order.#, x-match: any }] } } }',
    );
    const binding = resources.find(({ address }) => address.includes('/binding/'));
    expect(binding && kindFor(binding.address).title(binding)).toEqual({
      title: 'binding e → q',
      detail: 'key order.#  x-match=any  vhost /',
    });
  });
});
