import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rabbitmq } from '../../src/brokers/rabbitmq/index.ts';
import { edgesOf, graphOf, nodesOf } from './project.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', 'topologies');

describe('RabbitMQ', () => {
  test('bindings, dead letters and alternates are lines between what they join', () => {
    const graph = graphOf(`
rabbitmq:
  vhost: /orders
  exchanges:
    events: { type: topic, alternate-exchange: unrouted }
    unrouted: { type: fanout }
    documents: { type: headers }
    dlx: { type: topic }
  queues:
    audit:
      dead-letter: { exchange: dlx, routing-key: failed }
      message-ttl: 7d
      bindings: [{ from: events, keys: ["order.#", "invoice.*"] }]
    retry: { dead-letter: { exchange: "", routing-key: audit }, bindings: [{ from: dlx, key: failed }] }
    print: { bindings: [{ from: documents, arguments: { x-match: all, type: invoice } }] }
    unrouted: { bindings: [{ from: unrouted }] }
  bindings: [{ from: events, to-exchange: documents, key: "doc.#" }]
`);
    expect(edgesOf(graph)).toEqual([
      'exchange dlx route→ queue retry (failed)',
      'exchange documents route→ queue print (x-match=all type=invoice)',
      'exchange events alternate→ exchange unrouted',
      'exchange events route→ exchange documents (doc.#)',
      'exchange events route→ queue audit (invoice.*)',
      'exchange events route→ queue audit (order.#)',
      'exchange unrouted route→ queue unrouted',
      'queue audit dead-letter→ exchange dlx (failed)',
      'queue retry dead-letter→ queue audit',
    ]);
    expect(graph.groups.map(({ title }) => title)).toEqual(['main · vhost /orders']);
    const audit = graph.nodes.find(({ name }) => name === 'audit');
    expect(audit?.facts).toContainEqual({ name: 'message-ttl', text: '7d' });
    expect(audit?.at).toMatchObject({ file: 'topology.yaml', line: 10 });
  });

  test('a policy has its part in the flow of what it matches, and is not drawn itself', () => {
    const graph = graphOf(`
rabbitmq:
  exchanges: { dlx: { type: fanout } }
  queues: { work: { bindings: [{ from: dlx }] }, other: { bindings: [{ from: dlx }] } }
  policies:
    dead: { pattern: ^work$, apply-to: queues, definition: { dead-letter-exchange: dlx } }
`);
    expect(edgesOf(graph)).toContain('queue work dead-letter→ exchange dlx');
    expect(edgesOf(graph)).not.toContain('queue other dead-letter→ exchange dlx');
    expect(graph.omitted).toEqual([{ kind: 'policy', count: 1 }]);
  });

  test('what is only named is there, and told apart', () => {
    const resources = rabbitmq.declare([]).resources;
    expect(resources).toEqual([]);
    const binding = 'main/binding/%2F/amq.topic/queue/elsewhere/k';
    const { nodes, edges } =
      rabbitmq.draw?.([{ address: binding, spec: {}, dependsOn: [] }], rabbitmq.assume('main')) ?? {};
    expect(nodes).toMatchObject([
      { name: 'amq.topic', external: true, detail: 'in every vhost' },
      { name: 'elsewhere', external: true },
    ]);
    expect(edges).toMatchObject([{ label: 'k', resources: [binding] }]);
  });

  test('a shovel joins what is on this broker; what its URI leads to stays outside', () => {
    const graph = graphOf(`
rabbitmq:
  queues: { in: {}, out: {} }
  shovels:
    local: { src-uri: "amqp://", src-queue: in, dest-uri: "amqp://", dest-queue: out }
    away: { src-uri: "amqp://", src-queue: out, dest-uri: "amqps://elsewhere/%2F", dest-queue: in }
`);
    expect(edgesOf(graph)).toEqual([
      'queue in copy→ shovel local',
      'queue out copy→ shovel away',
      'shovel away copy→ queue in',
      'shovel local copy→ queue out',
    ]);
    expect(graph.nodes.filter(({ external }) => external)).toMatchObject([
      { name: 'in', detail: 'where dest-uri leads' },
    ]);
    expect(JSON.stringify(graph)).not.toContain('elsewhere');
  });

  test('federation: the policy says who takes from which upstream', () => {
    const graph = graphOf(`
rabbitmq:
  exchanges: { orders: { type: topic }, local: { type: topic } }
  queues: { a: { bindings: [{ from: orders, key: "#" }, { from: local, key: "#" }] } }
  federation-upstreams: { eu: { uri: "amqps://eu" }, us: { uri: "amqps://us" } }
  policies:
    eu: { pattern: ^orders$, apply-to: exchanges, definition: { federation-upstream: eu } }
    all: { pattern: ^a$, apply-to: queues, definition: { federation-upstream-set: all } }
`);
    expect(edgesOf(graph).filter((line) => line.includes('copy'))).toEqual([
      'upstream eu copy→ exchange orders (federation)',
      'upstream eu copy→ queue a (federation)',
      'upstream us copy→ queue a (federation)',
    ]);
  });
});

describe('Kafka', () => {
  test('ACLs are lines between principals and topics, one for each way that messages go', () => {
    const graph = graphOf(`
kafka:
  topics:
    orders: { partitions: 3, replication-factor: 3, configs: { retention.ms: 7d } }
    orders-dlq: { partitions: 3, replication-factor: 3, configs: { retention.ms: 30d } }
  acls:
    "User:shop": { produces: [orders] }
    "User:ledger": { consumes: [{ prefix: ord }], groups: [ledger] }
    "User:admin": { allow: [{ topic: "*", operations: [all] }, { topic: orders, operations: [alter] }] }
    "User:guest": { deny: [{ topic: orders, operations: [read] }] }
`);
    expect(edgesOf(graph)).toEqual([
      'principal admin access→ topic orders (alter)',
      'principal admin produce→ topics every topic',
      'principal guest deny→ topic orders (read)',
      'principal shop produce→ topic orders',
      'topic orders consume→ principal ledger (ord…)',
      'topic orders dead-letter→ topic orders-dlq (by its name)',
      'topic orders-dlq consume→ principal ledger (ord…)',
      'topics every topic consume→ principal admin',
    ]);
    expect(graph.omitted).toEqual([]);
    const ledger = graph.nodes.find(({ name }) => name === 'ledger');
    expect(ledger?.facts).toEqual([{ name: 'allow group', text: 'ledger: describe, read' }]);
    const topic = graph.nodes.find(({ name }) => name === 'orders');
    expect(topic).toMatchObject({ detail: '3 partitions × 3 replicas', group: 'events/cluster' });
    expect(topic?.facts).toEqual([{ name: 'retention.ms', text: '7d' }]);
  });

  test('a pattern over many topics is a node, not a hundred lines', () => {
    const topics = Array.from(
      { length: 40 },
      (_, i) => `    t${i}: { partitions: 1, replication-factor: 3 }`,
    );
    const acls = `  acls: { "User:a": { consumes: [{ prefix: t }] } }`;
    const graph = graphOf(`kafka:\n  topics:\n${topics.join('\n')}\n${acls}\n`);
    expect(edgesOf(graph)).toEqual(['topics t… consume→ principal a (t…)']);
    expect(graph.nodes.find(({ kind }) => kind === 'topics')?.detail).toBe('40 of those here');
  });
});

describe('NATS', () => {
  test('subjects, streams, copies and consumers', () => {
    const graph = graphOf(`
nats:
  streams:
    ORDERS:
      subjects: [orders.>]
      max_age: 30d
      republish: { src: "orders.>", dest: "seen.>" }
      consumers:
        work: { filter_subject: orders.created, ack_policy: explicit }
        push: { deliver_subject: out.orders, ack_policy: explicit }
    COPY: { mirror: { name: ORDERS } }
    ALL:
      sources:
        - { name: ORDERS, filter_subject: orders.eu.> }
        - { name: FAR, external: { api: $JS.hub.API } }
  key-value: { customers: { history: 5 } }
`);
    expect(edgesOf(graph)).toEqual([
      'consumer push route→ subject out.orders',
      'stream FAR copy→ stream ALL (source)',
      'stream ORDERS consume→ consumer push',
      'stream ORDERS consume→ consumer work (orders.created)',
      'stream ORDERS copy→ stream ALL (source orders.eu.>)',
      'stream ORDERS copy→ stream COPY (mirror)',
      'stream ORDERS copy→ subject seen.> (republish orders.>)',
      'subject orders.> route→ stream ORDERS',
    ]);
    expect(nodesOf(graph)).toContain('key-value bucket customers');
    expect(nodesOf(graph)).toContain('stream FAR ?');
    const orders = graph.nodes.find(({ name }) => name === 'ORDERS');
    expect(orders?.facts).toContainEqual({ name: 'max_age', text: '30d' });
    // What the server would set anyway is no news.
    expect(orders?.facts.map(({ name }) => name)).not.toContain('max_msgs');
  });
});

test('every example is drawn, with its ends and groups in place', () => {
  for (const broker of readdirSync(EXAMPLES)) {
    for (const file of readdirSync(join(EXAMPLES, broker))) {
      const graph = graphOf(readFileSync(join(EXAMPLES, broker, file), 'utf8'));
      const ids = new Set(graph.nodes.map(({ id }) => id));
      const groups = new Set(graph.groups.map(({ id }) => id));
      expect(graph.nodes.length, file).toBeGreaterThan(0);
      expect(ids.size).toBe(graph.nodes.length);
      expect(graph.nodes.every(({ group }) => groups.has(group))).toBe(true);
      expect(graph.edges.every(({ from, to }) => ids.has(from) && ids.has(to))).toBe(true);
      // The examples are whole: nothing in them is only named.
      expect(nodesOf(graph).filter((node) => node.endsWith('?'))).toEqual([]);
    }
  }
});
