import { describe, expect, it, test } from 'vitest';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import { RouteError } from '../../../../src/model/index.ts';
import { server, sides } from '../project.ts';
import { hops, notes, routed, topologyOf } from './sketch.ts';

const orders = topologyOf(`
streams:
  ORDERS:
    subjects: [orders.*.*, other]
    consumers:
      paid: { filter_subject: orders.*.paid, max_deliver: 3, backoff: [1s, 1m] }
      eu: { filter_subjects: [orders.eu.>, orders.us.>], deliver_subject: push.eu, ack_policy: none }
      other: { filter_subject: other }
  COPY: { mirror: { name: ORDERS, filter_subject: orders.eu.* } }
  ARCHIVE:
    sources: [{ name: COPY, subject_transforms: [{ src: orders.*.*, dest: archive.$2 }] }]
    republish: { src: archive.>, dest: again.> }
  GIVEN_UP: { subjects: [$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>] }
`);

describe('a message', () => {
  const route = routed(orders, 'orders.eu.paid');

  it('goes on by consumers, mirrors, sources, transforms and republish', () => {
    expect(hops(route)).toEqual([
      'orders.eu.paid -[orders.*.*]-> ORDERS',
      'ORDERS -[orders.*.paid]-> ORDERS/paid',
      'ORDERS -[orders.eu.>]-> ORDERS/eu',
      'ORDERS -[mirror of orders.eu.*]-> COPY',
      'ORDERS/paid -[given up: advisory]-> GIVEN_UP',
      'ORDERS/eu -[push]-> push.eu',
      'COPY -[source of orders.*.*]-> ARCHIVE as archive.paid',
      'ARCHIVE as archive.paid -[republish]-> again.paid',
    ]);
    expect(route.result).toBe(
      'stored in streams ARCHIVE, COPY, ORDERS; delivered to consumers ORDERS/eu, ORDERS/paid',
    );
    expect(route.cut).toBe(0);
  });

  it('tells what follows from it', () => {
    expect(notes(route)).toEqual([
      'ORDERS/paid: not acknowledged: given again after 1s, 1m, 3 times in all; then it stays in ORDERS, and is not given again',
      'ORDERS/eu: given once, without acknowledgement',
      'push.eu: core subscribers receive it',
      'again.paid: core subscribers receive it',
    ]);
  });

  it('has the places of what sends it on', () => {
    const lines = route.nodes.flatMap(({ name, next }) =>
      next.map(({ to, at }) => [name, to.split(' ')[1], at?.line]),
    );
    expect(lines).toEqual([
      ['orders.eu.paid', 'ORDERS', 5],
      ['ORDERS', 'ORDERS', 7],
      ['ORDERS', 'ORDERS', 8],
      ['ORDERS', 'COPY', 10],
      ['ORDERS/paid', 'GIVEN_UP', 7],
      ['ORDERS/eu', 'push.eu', 8],
      ['COPY', 'ARCHIVE', 12],
      ['ARCHIVE', 'again.paid', 13],
    ]);
  });
});

test.each([
  ['order.eu.paid', 'orders.*.* of stream ORDERS'],
  ['othr', 'other of stream ORDERS'],
  ['orders.eu', 'orders.*.* of stream ORDERS'],
])('a message that no stream stores is explained by the nearest subject: %s', (subject, near) => {
  const route = routed(orders, subject);
  expect(route.result).toContain('stored nowhere: no declared stream has a matching subject');
  expect(notes(route)).toEqual([
    `${subject}: no declared stream stores it`,
    `${subject}: the nearest subject is ${near}`,
  ]);
});

test('no subject is near to another one that has nothing but its end in common', () => {
  expect(notes(routed(orders, 'shipments.eu.paid'))).toEqual([
    'shipments.eu.paid: no declared stream stores it',
  ]);
});

test.each([
  ['orders..paid', 'has an empty token'],
  ['orders.*', 'has a wildcard'],
  ['orders.>', 'has a wildcard'],
  ['a b', 'contains white space'],
  ['', 'is empty'],
])('%j cannot be published on', (subject, problem) => {
  expect(() => routed(orders, subject)).toThrow(RouteError);
  expect(() => routed(orders, subject)).toThrow(problem);
});

test('a subject longer than servers take is an error', () => {
  expect(() => routed(orders, 'x'.repeat(5000))).toThrow('has 5000 bytes, and servers take 4096');
});

describe('retention', () => {
  const streams = topologyOf(`
streams:
  IN: { subjects: [in.*], retention: interest, consumers: { a: { filter_subject: in.a } } }
  WORK: { subjects: [work.*], retention: workqueue, consumers: { a: { filter_subject: work.a } } }
  PASSED: { sources: [{ name: IN, filter_subject: in.b }, { name: WORK, filter_subject: work.b }] }
`);

  it.each([
    ['in.a', 'stored in stream IN; delivered to consumer IN/a'],
    ['in.b', 'stored in stream PASSED; delivered to no consumer'],
    ['in.c', 'stored nowhere: stream IN does not keep it'],
    ['work.a', 'stored in stream WORK; delivered to consumer WORK/a'],
    ['work.b', 'stored in stream PASSED; delivered to no consumer'],
    ['work.c', 'stored in stream WORK; delivered to no consumer'],
  ])('decides about %s', (subject, result) => {
    expect(routed(streams, subject).result).toBe(result);
  });

  it('tells why', () => {
    expect(notes(routed(streams, 'in.b'))).toEqual([
      'IN: deleted once it is copied: no consumer keeps it here',
    ]);
    expect(notes(routed(streams, 'in.c'))).toEqual([
      'IN: not stored: it has interest retention, and no consumer of it receives the message',
    ]);
  });
});

test.each([
  ['2.10.14', 'stored in stream IN; delivered to consumer IN/all'],
  ['2.10.27', 'stored nowhere: stream IN does not keep it'],
  ['2.11.12', 'stored in stream IN; delivered to consumer IN/all'],
  ['2.12.3', 'stored nowhere: stream IN does not keep it'],
  ['2.15.1', 'stored in stream IN; delivered to consumer IN/all'],
])('interest that a server overlooks loses a message: %s', (version, result) => {
  const streams = topologyOf(`
streams:
  IN:
    subjects: [in.>]
    retention: interest
    consumers: { all: { filter_subject: in.* }, longer: { filter_subject: in.a.> } }
`);
  const broker = { ...streams.broker, version, facts: {} };
  expect(routed({ ...streams, broker }, 'in.a').result).toBe(result);
  expect(routed({ ...streams, broker }, 'in.b').result).toContain('stored in stream IN');
});

test('a subject with an empty token, which a transform can make, is overlooked by several filters, and perhaps by one', () => {
  const streams = topologyOf(`
streams:
  SPLIT:
    subjects: [s.*]
    subject_transform: { src: s.*, dest: "t.{{split(1,x)}}.end" }
    consumers: { one: { filter_subject: t.*.end }, two: { filter_subjects: [t.*.end, u] }, all: {} }
  COPY: { sources: [{ name: SPLIT, subject_transforms: [{ src: t.*.end, dest: c.$1 }, { src: u, dest: c }] }] }
`);
  expect(hops(routed(streams, 's.x'))).toEqual([
    's.x -[s.*]-> SPLIT as t..end',
    'SPLIT as t..end -[perhaps t.*.end]-> SPLIT/one',
    'SPLIT as t..end -[perhaps]-> SPLIT/all',
  ]);
});

describe('a push consumer', () => {
  const streams = topologyOf(`
streams:
  A:
    subjects: [a.>]
    consumers: { exact: { deliver_subject: b.x }, wild: { deliver_subject: c.x, ack_policy: none } }
  B: { subjects: [b.x] }
  C: { subjects: [c.*] }
`);

  it('feeds a stream that has exactly its subject, and perhaps one that has a wildcard', () => {
    const route = routed(streams, 'a.1');
    expect(hops(route)).toEqual([
      'a.1 -[a.>]-> A',
      'A -[]-> A/exact',
      'A -[]-> A/wild',
      'A/exact -[push]-> b.x',
      'A/wild -[push]-> c.x',
      // Under the subject that they have, not under the one that they are delivered on.
      'b.x -[b.x]-> B as a.1',
      'c.x -[perhaps c.*]-> C as a.1',
    ]);
    expect(route.result).toBe(
      'stored in streams A, B, and perhaps stream C; delivered to consumers A/exact, A/wild',
    );
    expect(notes(route)).toContain('A/exact: no stream acknowledges it: each delivery is stored again');
  });
});

test('a random number leaves open what matches it', () => {
  const streams = topologyOf(`
streams:
  R:
    subjects: [r]
    subject_transform: { src: r, dest: "shard.{{random(3)}}" }
    consumers: { one: { filter_subject: shard.1 }, all: { filter_subject: shard.* }, none: { filter_subject: shard.x } }
  MORE: { sources: [{ name: R, subject_transforms: [{ src: shard.*, dest: "{{split(1,-)}}" }] }] }
`);
  const route = routed(streams, 'r');
  expect(route.result).toBe(
    'stored in stream R, and perhaps stream MORE; delivered to consumer R/all, and perhaps consumer R/one',
  );
  expect(hops(route)).toContain('r -[r]-> R as shard.<random>');
});

test('a message that is published in a circle is stored without end, and followed to an end', () => {
  const circle = topologyOf(`
streams:
  A: { subjects: [a.>], republish: { src: a.>, dest: b.> } }
  B: { subjects: [b.>], republish: { src: b.>, dest: a.> } }
`);
  expect(routed(circle, 'a.x').result).toContain('it comes back, and is stored without end');
  const growing = topologyOf(`
streams:
  A: { subjects: [a.>], republish: { src: a.>, dest: b.longer.> } }
  B: { subjects: [b.>], republish: { src: b.>, dest: a.longer.> } }
`);
  const start = performance.now();
  const route = routed(growing, 'a.x');
  expect(route.cut).toBeGreaterThan(0);
  expect(route.result).toContain('it comes back, and is stored without end');
  expect(performance.now() - start).toBeLessThan(2000);
});

describe('headers', () => {
  const streams = topologyOf(`
streams:
  A: { subjects: [a] }
  M: { mirror: { name: A } }
`);

  it.each([
    ['Nats-Expected-Stream', 'B', 'A: refused: its header Nats-Expected-Stream names B'],
    ['Nats-Rollup', 'sub', 'A: refused: its header Nats-Rollup needs allow_rollup_hdrs: true'],
    ['Nats-TTL', '1h', 'A: refused: its header Nats-TTL needs allow_msg_ttl: true'],
  ])('%s can make a stream refuse a message', (header, value, note) => {
    expect(notes(routed(streams, 'a', { [header]: value }))).toEqual([note]);
  });

  it('are lost on mirrors of older servers', () => {
    const route = routed({ ...streams, broker: { ...streams.broker, version: '2.10.27' } }, 'a', {
      'Nats-Expected-Stream': 'A',
    });
    expect(notes(route)).toEqual([
      'M: refused: its header Nats-Expected-Stream names A, and on this server a mirror loses such a message, or stops at it',
    ]);
    expect(notes(routed(streams, 'a', { 'Nats-Expected-Stream': 'A' }))).toEqual([]);
  });
});

test('thousands of streams are asked at once, and answered in bounded text', () => {
  const declared = Array.from({ length: 5000 }, (_, i) =>
    streamResource('edge', `S${i}`, i < 2500 ? { subjects: [`s${i}.>`] } : { mirror: { name: 'S0' } }),
  );
  const consumers = Array.from({ length: 2500 }, (_, i) => consumerResource('edge', `S${i}`, 'c', {}));
  const broker = server();
  const resources = [...sides(broker, [...declared, ...consumers]).desired.values()];
  const topology = { broker, resources, live: false };
  const start = performance.now();
  const route = routed(topology, 's0.x');
  expect(routed(topology, 't7.x').nodes).toHaveLength(1);
  expect(performance.now() - start).toBeLessThan(3000);
  expect(route.nodes).toHaveLength(500);
  expect(route.cut).toBe(2503 - 500);
  expect(route.result).toContain('and 2496 more');
});
