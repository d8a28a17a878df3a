import { expect, test } from 'vitest';
import { renderGraph } from '../../src/graph/index.ts';
import { PLAIN, renderPlan } from '../../src/report/index.ts';
import { focusGraph, planGraph } from '../../src/workflow/index.ts';
import { edgesOf, graphOf, nodesOf, planOf } from './project.ts';

const BEFORE = `
rabbitmq:
  vhost: /orders
  exchanges: { events: { type: topic }, dlx: { type: fanout }, old: { type: direct } }
  queues:
    work:
      message-ttl: 7d
      dead-letter: { exchange: dlx }
      bindings: [{ from: events, keys: [a, b] }]
    dead: { bindings: [{ from: dlx }] }
    gone: { bindings: [{ from: old, key: x }] }
  policies: { ttl: { pattern: ^dead, apply-to: queues, definition: { message-ttl: 1d } } }
---
kafka:
  topics: { orders: { partitions: 3, configs: { retention.ms: 7d } } }
  acls: { "User:shop": { produces: [orders] } }
---
nats:
  streams: { ORDERS: { subjects: [orders.>], max_msgs: 100 } }
`;

const AFTER = BEFORE.replace('message-ttl: 7d', 'message-ttl: 14d')
  .replace('keys: [a, b]', 'keys: [a, c]')
  .replace(', old: { type: direct }', '')
  .replace(
    / {4}gone:.*\n/,
    '    new: { dead-letter: { exchange: dlx }, bindings: [{ from: events, key: n }] }\n',
  )
  .replace('message-ttl: 1d', 'message-ttl: 2d')
  .replace('retention.ms: 7d', 'retention.ms: 8d')
  .replace('produces: [orders]', 'produces: [orders], consumes: [orders]')
  .replace('max_msgs: 100', 'max_msgs: 200, consumers: { c: { ack_policy: explicit } }');

test('what a plan adds, changes, replaces and removes is marked; what it is joined to is not', async () => {
  const graph = planGraph(await planOf(BEFORE, AFTER));
  expect(nodesOf(graph)).toEqual([
    'added consumer c',
    'added queue new',
    'changed policy ttl',
    'changed stream ORDERS',
    'changed topic orders',
    'exchange dlx ?',
    'exchange events ?',
    'principal shop',
    'removed exchange old',
    'removed queue gone',
    'replaced queue work',
    'subject orders.>',
  ]);
  expect(edgesOf(graph)).toEqual([
    'added exchange events route→ queue new (n)',
    'added exchange events route→ queue work (c)',
    'added queue new dead-letter→ exchange dlx',
    'added stream ORDERS consume→ consumer c',
    'added topic orders consume→ principal shop',
    'queue work dead-letter→ exchange dlx',
    'removed exchange events route→ queue work (b)',
    'removed exchange old route→ queue gone (x)',
    'replaced exchange events route→ queue work (a)',
    'subject orders.> route→ stream ORDERS',
  ]);
  // A policy is no part of the flow, but it is of its vhost.
  expect(graph.nodes.find(({ name }) => name === 'ttl')?.group).toBe('main/vhost/%2Forders');
  const work = graph.nodes.find(({ name }) => name === 'work');
  expect(work?.facts.filter(({ name }) => name === 'message-ttl')).toEqual([
    { name: 'message-ttl', text: '7d → 14d' },
  ]);
  expect(work?.facts.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['destructive', 'affected', 'blocked']),
  );
});

test('a blocked replacement offers the move that keeps the messages, as the text does', async () => {
  const queues = (type: string) => `rabbitmq: { queues: { orders: { type: ${type} } } }`;
  const plan = await planOf(queues('classic'), queues('quorum'));
  const graph = planGraph(plan);
  const address = 'main/queue/%2F/orders';
  const ways = [
    `to proceed: --move '${address}'  keeps the messages`,
    `or: --allow 'destructive:${address}'  loses the messages`,
  ];
  const facts = graph.nodes.find(({ name }) => name === 'orders')?.facts;
  expect(facts?.filter(({ name }) => name === 'blocked').map(({ text }) => text)).toEqual(ways);
  const text = renderPlan(plan, 'text', PLAIN);
  for (const way of ways) expect(text).toContain(way);
  // Only the page shows more than names.
  expect(renderGraph(graph, 'html').text).toContain(ways[0]);
});

test('a vhost that comes or goes marks its group', async () => {
  const yaml = 'rabbitmq: { vhost: new, queues: { q: {} } }';
  const graph = planGraph(
    await planOf('rabbitmq: { queues: { q: {} } }', `${yaml}\n---\nrabbitmq: { queues: { q: {} } }`),
  );
  expect(graph.groups).toMatchObject([{ title: 'main · vhost new', mark: 'added' }]);
  expect(renderGraph(graph, 'mermaid').text).toContain('vhost new #43; added');
});

test('changes are told by a symbol and a word, and by their line, in every format', async () => {
  const graph = planGraph(await planOf(BEFORE, AFTER));
  const mermaid = renderGraph(graph, 'mermaid').text;
  const dot = renderGraph(graph, 'dot').text;
  const svg = renderGraph(graph, 'svg').text;
  const html = renderGraph(graph, 'html').text;
  for (const text of ['+ added', '~ changed', '-/+ replaced', '- removed']) {
    expect(mermaid).toContain(
      text.replace(/[+~]/g, (char) => `#${char.charCodeAt(0)};`).replace('- ', '#45; '),
    );
    for (const output of [dot, svg, html]) expect(output).toContain(text);
  }
  expect(mermaid).toMatch(/classDef removed .*stroke-dasharray:5 4/);
  expect(mermaid).toMatch(/classDef changed .*stroke-dasharray:14 4/);
  // Nobody knows whether the queue is empty, so its deletion is blocked.
  expect(dot).toMatch(/label="queue · classic\\ngone\\n- removed · blocked" shape=cylinder .*style=dashed/);
  expect(svg).toMatch(/<g class="node store removed blocked" /);
  expect(svg).toMatch(/>blocked<\/text>/);
  expect(html).toContain('"mark":"- removed · blocked"');
  expect(mermaid).toContain('classDef blocked ');
});

test('what goes with a stream or a vhost goes from the picture too, though the plan has only its name', async () => {
  const before = `
rabbitmq: { vhost: a, exchanges: { x: { type: topic } }, queues: { q: { bindings: [{ from: x, key: k }] } }, policies: { p: { pattern: q, apply-to: queues, definition: { max-length: 9 } } } }
---
nats: { streams: { S: { subjects: [s], consumers: { c: { ack_policy: explicit } } } } }
`;
  const graph = planGraph(
    await planOf(before, 'rabbitmq: {}\n---\nnats: { streams: { T: { subjects: [t] } } }'),
  );
  expect(nodesOf(graph)).toEqual([
    'added stream T',
    'removed consumer c',
    'removed exchange x',
    'removed policy p',
    'removed queue q',
    'removed stream S',
    'subject s',
    'subject t',
  ]);
  expect(graph.nodes.find(({ name }) => name === 'c')?.detail).toBe('');
  expect(edgesOf(graph)).toContain('removed stream S consume→ consumer c');
  expect(edgesOf(graph)).toContain('removed exchange x route→ queue q (k)');
  expect(graph.groups.find(({ title }) => title === 'main · vhost a')?.mark).toBe('removed');
  expect(new Set(graph.nodes.map(({ group }) => group))).toEqual(new Set(['main/vhost/a', 'edge/account']));
});

test('nothing to do draws nothing', async () => {
  const graph = planGraph(await planOf(BEFORE, BEFORE));
  expect(graph).toMatchObject({ nodes: [], edges: [], groups: [] });
  for (const format of ['mermaid', 'dot', 'svg', 'html'] as const) {
    expect(renderGraph(graph, format).text.length).toBeGreaterThan(10);
  }
});

test('focus keeps what matches and its neighbours, as far as it is to go', () => {
  const graph = graphOf(BEFORE);
  const around = (globs: string[], depth: number) => {
    const result = focusGraph(graph, globs, depth);
    return 'graph' in result ? nodesOf(result.graph) : result;
  };
  expect(around(['main/queue/%2Forders/dead'], 0)).toEqual(['queue dead']);
  expect(around(['main/queue/%2Forders/dead'], 1)).toEqual(['exchange dlx', 'queue dead']);
  expect(around(['main/queue/%2Forders/dead'], 2)).toEqual(['exchange dlx', 'queue dead', 'queue work']);
  // A name alone, wherever it is; several globs together.
  expect(around(['gon*', 'ORDERS'], 0)).toEqual(['queue gone', 'stream ORDERS']);
  // A binding is a line: its ends match. A vhost matches with all that is in it.
  expect(around(['main/binding/%2Forders/old/**'], 0)).toEqual(['exchange old', 'queue gone']);
  expect(around(['main/vhost/%2Forders'], 0)).toHaveLength(6);
  expect(around(['gone', 'nothing-like-it'], 1)).toEqual({ missed: 'nothing-like-it' });
});
