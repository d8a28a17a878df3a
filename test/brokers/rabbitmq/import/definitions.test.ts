import { describe, expect, it } from 'vitest';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import { diffResources } from '../../../../src/diff/index.ts';
import type { JsonObject, Snapshot } from '../../../../src/model/index.ts';
import { contextOf, declareYaml } from '../topology.ts';

/** What 3.10.8 and 4.3.6 export for the same topology, cut down to the shapes that differ. */
const VHOST = {
  policies: [
    {
      vhost: '/orders',
      name: 'ttl',
      pattern: '^x',
      'apply-to': 'queues',
      definition: { 'message-ttl': 3_600_000 },
      priority: 3,
    },
  ],
  parameters: [
    { value: { 'max-queues': 100 }, vhost: '/orders', component: 'vhost-limits', name: 'limits' },
    {
      value: { pattern: '.*', definition: { 'max-length': 1_000_000 }, priority: 0, 'apply-to': 'queues' },
      vhost: '/orders',
      component: 'operator_policy',
      name: 'cap',
    },
    {
      value: { 'src-uri': 'amqp://u:hunter2@a', 'dest-uri': 'amqp://', 'src-queue': 'audit' },
      vhost: '/orders',
      component: 'shovel',
      name: 'move',
    },
  ],
  exchanges: [
    {
      name: 'events',
      vhost: '/orders',
      type: 'topic',
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    },
  ],
  bindings: [
    {
      source: 'events',
      vhost: '/orders',
      destination: 'audit',
      destination_type: 'queue',
      routing_key: '#',
      arguments: {},
    },
  ],
};
const USERS = {
  users: [
    { name: 'app', password_hash: 'x', tags: ['b', 'a'], limits: { 'max-channels': 9 } },
    { name: 'old', password_hash: 'x', tags: 'b,a' },
  ],
  permissions: [{ user: 'app', vhost: '/orders', configure: '', write: '^events$', read: '' }],
  topic_permissions: [{ user: 'app', vhost: '/orders', exchange: 'events', write: '^order', read: '' }],
};

const OLD = {
  rabbit_version: '3.10.8',
  rabbitmq_version: '3.10.8',
  ...USERS,
  ...VHOST,
  vhosts: [{ name: '/orders' }],
  global_parameters: [{ name: 'mine', value: { a: [1, 2] } }],
  queues: [
    {
      name: 'audit',
      vhost: '/orders',
      durable: true,
      auto_delete: false,
      arguments: { 'x-queue-type': 'stream', 'x-max-age': '30D' },
    },
    { name: 'plain', vhost: '/orders', durable: true, auto_delete: false, arguments: {} },
  ],
};

const CURRENT = {
  ...OLD,
  rabbit_version: '4.3.6',
  rabbitmq_version: '4.3.6',
  rabbitmq_definition_format: 'cluster',
  original_cluster_name: 'rabbit@host',
  vhosts: [
    {
      limits: { 'max-queues': 100 },
      metadata: { description: 'Orders', tags: ['a'], default_queue_type: 'quorum' },
      name: '/orders',
    },
  ],
  queues: [
    { ...OLD.queues[0], type: 'stream' },
    { ...OLD.queues[1], type: 'classic', arguments: { 'x-queue-type': 'classic' } },
  ],
};

const YAML = `
rabbitmq:
  vhost: /orders
  description: Orders
  tags: [a]
  default-queue-type: quorum
  limits: { max-queues: 100 }
  exchanges: { events: { type: topic } }
  queues:
    audit: { type: stream, max-age: 30d, bindings: [{ from: events, key: "#" }] }
    plain: { type: classic }
  policies: { ttl: { pattern: ^x, apply-to: queues, priority: 3, definition: { message-ttl: 1h } } }
  operator-policies: { cap: { pattern: .*, apply-to: queues, definition: { max-length: 1000000 } } }
  users:
    app:
      password: \${PASSWORD}
      tags: [a, b]
      limits: { max-channels: 9 }
      permissions: { /orders: { write: ^events$ } }
      topic-permissions: { /orders: { events: { write: ^order } } }
    old: { tags: [a, b] }
  shovels: { move: { src-uri: "\${URI}", src-queue: audit, dest-uri: "\${LOCAL}" } }
  global-parameters: { mine: { a: [1, 2] } }
`;

describe('definitions of a whole broker', () => {
  it.each([
    ['3.10.8', OLD],
    ['4.3.6', CURRENT],
  ])('of %s equal the same topology in YAML', (version, definitions) => {
    const { resources, findings } = declareYaml(YAML);
    expect(findings).toEqual([]);
    const { broker, resources: live } = parse(definitions);
    expect(broker.version).toBe(version);
    const context = contextOf(resources, live, broker);
    const { changes, unmanaged } = diffResources({
      context,
      kinds: rabbitmq.kinds,
      retired: [],
      owns: ['**'],
      prune: false,
    });
    expect(changes).toEqual([]);
    expect(unmanaged).toEqual([]);
  });

  it('say who the cluster is, where the file does', () => {
    expect(parse(CURRENT).broker).toMatchObject({
      id: 'rabbit@host',
      facts: { defaultQueueTypes: { '/orders': 'quorum' } },
    });
  });

  it('show no secret', () => {
    expect(JSON.stringify(parse(CURRENT))).not.toContain('hunter2');
  });
});

describe('definitions of one vhost', () => {
  const bare = (items: readonly JsonObject[]) => items.map(({ vhost: _, ...item }) => item);

  it('are read from 4.x, which names the vhost at the top', () => {
    const { resources } = parse({
      rabbitmq_version: '4.3.6',
      rabbitmq_definition_format: 'single_virtual_host',
      original_vhost_name: '/orders',
      metadata: { description: 'Orders', tags: ['a'], default_queue_type: 'quorum' },
      limits: { 'max-queues': 100 },
      queues: bare(CURRENT.queues),
      exchanges: bare(VHOST.exchanges),
      bindings: bare(VHOST.bindings),
      policies: bare(VHOST.policies),
      parameters: bare(VHOST.parameters as readonly JsonObject[]),
    });
    expect(resources.map(({ address }) => address)).toEqual([
      'rabbitmq/vhost/%2Forders',
      'rabbitmq/vhost-limits/%2Forders',
      'rabbitmq/exchange/%2Forders/events',
      'rabbitmq/queue/%2Forders/audit',
      'rabbitmq/queue/%2Forders/plain',
      'rabbitmq/binding/%2Forders/events/queue/audit/%23',
      'rabbitmq/policy/%2Forders/ttl',
      'rabbitmq/operator-policy/%2Forders/cap',
      'rabbitmq/parameter/%2Forders/shovel/move',
    ]);
    expect(resources[0]?.spec).toMatchObject({ description: 'Orders' });
  });

  it('are read from 3.x, where only policies and parameters name it, if there are any', () => {
    const file = { rabbit_version: '3.10.8', queues: bare(OLD.queues), exchanges: [], bindings: [] };
    const addresses = (data: JsonObject) => parse(data).resources.map(({ address }) => address);
    expect(addresses({ ...file, policies: VHOST.policies })).toContain('rabbitmq/queue/%2Forders/audit');
    expect(addresses({ ...file, policies: [] })).toContain('rabbitmq/queue/%2F/audit');
  });
});

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

  it('of brokers have nothing to tell', () => {
    expect(rabbitmq.unreadInExport?.(OLD)).toEqual([]);
    expect(rabbitmq.unreadInExport?.(CURRENT)).toEqual([]);
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

function parse(data: JsonObject): Snapshot {
  const snapshot = rabbitmq.parseExport?.(data, 'rabbitmq');
  if (!snapshot) throw new Error('no definitions');
  return snapshot;
}
