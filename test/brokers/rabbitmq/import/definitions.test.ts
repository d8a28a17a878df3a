import { describe, expect, it, test } from 'vitest';
import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import { diffResources } from '../../../../src/diff/index.ts';
import type { JsonObject } from '../../../../src/model/index.ts';
import { contextOf, declareYaml } from '../topology.ts';
import { CURRENT, OLD, parse, VHOST } from './definitions.ts';

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

test('definitions of brokers have nothing to tell', () => {
  expect(rabbitmq.unreadInExport?.(OLD)).toEqual([]);
  expect(rabbitmq.unreadInExport?.(CURRENT)).toEqual([]);
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
