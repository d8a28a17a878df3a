import { describe, expect, it } from 'vitest';
import { bindingResource } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { exchangeResource } from '../../../../src/brokers/rabbitmq/kinds/exchange/index.ts';
import { limitsResource } from '../../../../src/brokers/rabbitmq/kinds/limits.ts';
import { policyResource } from '../../../../src/brokers/rabbitmq/kinds/policy/index.ts';
import { queueResource } from '../../../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import { userResource } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { vhostResource } from '../../../../src/brokers/rabbitmq/kinds/vhost/resource.ts';
import { type BrokerIdentity, HIDDEN, type JsonObject, type Resource } from '../../../../src/model/index.ts';
import { broker, callsOf, contextOf, declareYaml, kindFor } from '../topology.ts';
import { B, binding, changesOf, live, only } from './changes.ts';

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

describe('calls', () => {
  it('declare a queue with its type only where the broker would choose another', () => {
    const declared = (yaml: string, facts: BrokerIdentity['facts'] = {}) =>
      changesOf(yaml, [], broker('4.3.6', facts)).calls.map(({ body }) => (body as JsonObject).arguments);
    expect(declared('rabbitmq: { queues: { a: { type: classic } } }')).toEqual([{}]);
    expect(declared('rabbitmq: { queues: { a: { type: quorum } } }')).toEqual([{ 'x-queue-type': 'quorum' }]);
    const facts = { defaultQueueTypes: { '/': 'quorum' } };
    expect(declared('rabbitmq: { queues: { a: { type: classic } } }', facts)).toEqual([
      { 'x-queue-type': 'classic' },
    ]);
  });

  it('replace a queue by its deletion, guarded unless it is allowed, and its declaration', () => {
    const change = only(
      changesOf('rabbitmq: { queues: { a: { type: quorum } } }', [live.queue('a', {})]).changes,
    );
    expect(change.action).toBe('replace');
    const context = contextOf([]);
    expect(callsOf(change, context)).toEqual([
      {
        op: 'queue.delete',
        target: 'rabbitmq/queue/%2F/a',
        body: { vhost: '/', name: 'a', type: 'classic', ifEmpty: true },
      },
      {
        op: 'queue.declare',
        target: 'rabbitmq/queue/%2F/a',
        body: {
          vhost: '/',
          name: 'a',
          durable: true,
          autoDelete: false,
          arguments: { 'x-queue-type': 'quorum' },
        },
      },
    ]);
    expect(callsOf(change, context, true)[0]).toMatchObject({ body: { ifEmpty: false } });
  });

  it('keep the metadata of a vhost that is not declared', () => {
    const { calls } = changesOf('rabbitmq: { vhost: v, description: new }', [
      vhostResource(B, 'v', { description: 'old', tags: ['a', 'b'], 'default-queue-type': 'quorum' }),
    ]);
    expect(calls).toEqual([
      {
        op: 'http.put',
        target: 'rabbitmq/vhost/v',
        body: {
          path: ['vhosts', 'v'],
          payload: {
            description: 'new',
            tags: 'a,b',
            default_queue_type: 'quorum',
            defaultqueuetype: 'quorum',
          },
        },
      },
    ]);
  });

  it('switch the deletion protection of a vhost, which no PUT does', () => {
    const path = ['vhosts', 'v', 'deletion', 'protection'];
    const on = [vhostResource(B, 'v', { 'deletion-protection': true })];
    const off = [vhostResource(B, 'v', { 'deletion-protection': false })];
    const opsOf = (yaml: string, live: Resource[]) =>
      changesOf(yaml, live).calls.map(({ op, body }) => [op, (body as { path: unknown }).path]);
    const isOn = 'rabbitmq: { vhost: v, deletion-protection: true }';
    const isOff = 'rabbitmq: { vhost: v, deletion-protection: false }';
    expect(opsOf(isOn, off)).toEqual([['http.post', path]]);
    expect(opsOf(isOff, on)).toEqual([['http.delete', path]]);
    expect(opsOf(isOn, [])).toEqual([
      ['http.put', ['vhosts', 'v']],
      ['http.post', path],
    ]);
    expect(opsOf(isOn, on)).toEqual([]);
    // Brokers before 4.0 tell of no protection: there is none to take away.
    expect(changesOf(isOff, [vhostResource(B, 'v', {})], broker('3.10.8')).calls).toEqual([]);
  });

  it('set the tags of a user without touching the password', () => {
    const { calls } = changesOf('rabbitmq: { users: { u: { tags: [b] } } }', [
      userResource(B, 'u', { tags: ['a'], 'password-hash': HIDDEN }),
    ]);
    expect(calls).toEqual([
      { op: 'user.set-tags', target: 'rabbitmq/user/u', body: { name: 'u', tags: ['b'] } },
    ]);
  });

  it('set a password with the tags that the user has', () => {
    const { calls } = changesOf('rabbitmq: { users: { u: { password: "${P}" } } }', [
      userResource(B, 'u', { tags: ['a'], password: HIDDEN }),
    ]);
    expect(calls.map(({ body }) => body)).toEqual([
      { path: ['users', 'u'], payload: { tags: 'a', password: { $secret: '${P}' } } },
    ]);
  });

  it('clear and set limits one by one', () => {
    const { calls } = changesOf('rabbitmq: { vhost: v, limits: { max-queues: 5 } }', [
      vhostResource(B, 'v', {}),
      limitsResource('vhost', B, 'v', { limits: { 'max-queues': 10, 'max-connections': 3 } }),
    ]);
    expect(calls.map(({ op, body }) => [op, body])).toEqual([
      ['http.delete', { path: ['vhost-limits', 'v', 'max-connections'] }],
      ['http.put', { path: ['vhost-limits', 'v', 'max-queues'], payload: { value: 5 } }],
    ]);
  });

  it('unbind by the key that the broker gave', () => {
    const live = bindingResource(
      B,
      {
        vhost: '/',
        source: 'e',
        destinationType: 'exchange',
        destination: 'f',
        routingKey: 'k',
        arguments: {},
      },
      'k~1',
    );
    expect(callsOf({ action: 'delete', before: live }, contextOf([]))).toEqual([
      {
        op: 'exchange.unbind',
        target: 'rabbitmq/binding/%2F/e/exchange/f/k',
        body: {
          vhost: '/',
          source: 'e',
          destination: 'f',
          routingKey: 'k',
          arguments: {},
          propertiesKey: 'k~1',
        },
      },
    ]);
  });

  it('carry no secret, for any kind', () => {
    const { calls } = changesOf(
      `rabbitmq:
  users: { u: { password: "\${P:-hunter2}" } }
  shovels: { s: { src-uri: "\${S}", dest-uri: amqp:// } }`,
      [],
    );
    expect(calls).toHaveLength(2);
    expect(JSON.stringify(calls)).toContain('{"$secret":"${S}"}');
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
