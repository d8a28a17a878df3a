import { describe, expect, it } from 'vitest';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import { parse } from './definitions.ts';

describe('definitions that a person wrote', () => {
  it('need neither a version nor all lists', () => {
    const queue = { name: 'q', vhost: '/shop', arguments: { 'x-queue-type': 'quorum' } };
    const { broker, resources } = parse({ queues: [queue], permissions: [] });
    expect(broker.version).toBe('4.3');
    expect(resources.map(({ address }) => address)).toEqual([
      'rabbitmq/vhost/%2Fshop',
      'rabbitmq/queue/%2Fshop/q',
    ]);
    // What the broker takes where nothing is said.
    expect(resources[1]?.spec).toMatchObject({ durable: true, 'auto-delete': false, type: 'quorum' });
  });

  // As the queues are after an import on 4.3.6.
  it('tell the type of a queue among its arguments, or leave it to the vhost', () => {
    const { resources } = parse({
      vhosts: [{ name: 'a', metadata: { default_queue_type: 'quorum' } }, { name: 'b' }],
      queues: [
        { name: 'left', vhost: 'a' },
        { name: 'said', vhost: 'a', type: 'quorum', arguments: { 'x-queue-type': 'classic' } },
        { name: 'beside', vhost: 'b', type: 'quorum' },
      ],
    });
    const types = resources.filter(({ address }) => address.includes('/queue/')).map(({ spec }) => spec.type);
    expect(types).toEqual(['quorum', 'classic', 'classic']);
  });

  // Each refused by 3.10.8 or 4.3.6, or both, with all of the file.
  it('are read without the entries that a broker refuses', () => {
    const queue = { name: 'q', vhost: 'v' };
    const data = {
      vhosts: [{ name: 'v' }, { description: 'nameless' }],
      queues: [
        queue,
        { vhost: 'v' },
        { ...queue, name: '' },
        { ...queue, name: 'a', durable: 'true' },
        { ...queue, name: 'b', auto_delete: null },
        { ...queue, name: 'c', arguments: 'x' },
        { name: 'd' },
        { ...queue, name: 'e', colour: 'red' },
        { ...queue, name: 'f', type: 'quorum' },
        null,
        'text',
      ],
      exchanges: [
        { name: 'x', vhost: 'v' },
        { name: 'y', vhost: 'v', type: 'topic', arguments: [] },
      ],
      bindings: [
        { vhost: 'v', source: 'y', destination: 'q' },
        { vhost: 'v', source: 'y', destination: 'q', destination_type: 'topic' },
        { vhost: 'v', source: 'y', destination: 'q', destination_type: 'queue' },
      ],
      policies: [
        { vhost: 'v', name: 'p', pattern: '^a', definition: { 'max-length': 1 }, apply_to: 'queues' },
        { vhost: 'v', name: 'r', pattern: '^a', definition: { 'max-length': 1 }, priority: '3' },
        { vhost: 'v', name: 's', definition: { 'max-length': 1 } },
      ],
      permissions: [{ user: 'u', vhost: 'v', configure: '.*' }],
      users: { name: 'u' },
    };
    const { resources } = parse(data);
    expect(resources.map(({ address }) => address.replace('rabbitmq/', '')).sort()).toEqual([
      'binding/v/y/queue/q/',
      'exchange/v/y',
      'policy/v/p',
      'queue/v/e',
      'queue/v/f',
      'queue/v/q',
      'vhost/v',
    ]);
    const told = rabbitmq.unreadInExport?.(data).map(({ path, why }) => `${path.join('.')}: ${why}`);
    expect(told?.map((line) => line.replace(/[;:] (the entry|say|a broker refuses).*$/, ''))).toEqual([
      'vhosts.1: left out: name is missing, and a broker refuses that',
      'users: expected a list',
      'queues.1: left out: name is missing, and a broker refuses that',
      'queues.2.name: expected a name',
      'queues.3.durable: expected a boolean',
      'queues.4.auto_delete: expected a boolean',
      'queues.5.arguments: expected a mapping',
      'queues.6: left out: it does not say its vhost',
      'queues.7.colour: a broker does not look at it',
      'queues.8.type: a broker does not look at it',
      'queues.9: expected a mapping',
      'queues.10: expected a mapping',
      'exchanges.0: left out: type is missing, and a broker refuses that',
      'bindings.0: left out: destination_type is missing, and a broker refuses that',
      'bindings.1.destination_type: expected "queue" or "exchange"',
      'policies.0.apply_to: a broker does not look at it',
      'policies.1.priority: expected a number',
      'policies.2: left out: pattern is missing, and a broker refuses that',
      'permissions.0: left out: write is missing, and a broker refuses that',
    ]);
  });

  it('are told in a few lines, however many entries are wrong', () => {
    const told = rabbitmq.unreadInExport?.({ queues: Array.from({ length: 50_000 }, () => ({})) }) ?? [];
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toEqual({ path: ['queues'], why: '49980 more like these' });
  });

  // As the vhost is after an import on 3.10.8 and 4.3.6.
  it.each([
    ['3.10.8', 'beside', ['b']],
    ['4.3.6', 'inside', ['i']],
  ])('tell a vhost’s metadata twice, as %s reads them', (rabbitmq_version, description, tags) => {
    const metadata = { description: 'inside', tags: ['i'], default_queue_type: 'classic' };
    const item = { name: 'v', description: 'beside', tags: ['b'], default_queue_type: 'quorum', metadata };
    const { resources } = parse({ rabbitmq_version, vhosts: [item] });
    expect(resources[0]?.spec).toEqual({ description, tags, 'default-queue-type': 'classic' });
  });
});

describe('other data', () => {
  it.each([[null], [[]], [{}], [{ rabbitmq_version: '4.0' }], [{ queues: [] }], ['text']])(
    '%j is none of it',
    (data) => {
      expect(rabbitmq.parseExport?.(data, 'rabbitmq')).toBeUndefined();
    },
  );

  it('survives entries of the wrong shape', () => {
    const broken = {
      rabbitmq_version: '4.0',
      queues: [null, 1, {}],
      vhosts: [[]],
      users: 'x',
      bindings: [{}],
    };
    expect(() => parse(broken)).not.toThrow();
  });
});
