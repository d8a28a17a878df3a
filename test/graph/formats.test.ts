import { expect, test } from 'vitest';
import { renderGraph } from '../../src/graph/index.ts';
import { fitText, textWidth } from '../../src/graph/picture.ts';
import type { Graph } from '../../src/model/index.ts';
import { graphOf } from './project.ts';
import { elementsOf } from './xml.ts';

const ORDERS = `
rabbitmq:
  exchanges: { events: { type: topic }, dlx: { type: fanout } }
  queues:
    orders: { type: quorum, dead-letter: { exchange: dlx }, bindings: [{ from: events, keys: [a, b, c, d.#] }] }
    dead: { bindings: [{ from: dlx }] }
  policies: { p: { pattern: x, apply-to: queues, definition: { max-length: 1 } } }
`;

test('Mermaid', () => {
  expect(renderGraph(graphOf(ORDERS), 'mermaid')).toEqual({
    text: `flowchart LR
  %% topology of shop
  %% not drawn: 1 policy
  subgraph g0["main #183; vhost /"]
    direction LR
    n0{{"exchange #183; topic<br/>events"}}
    n1{{"exchange #183; fanout<br/>dlx"}}
    n2[("queue #183; quorum<br/>orders")]
    n3[("queue #183; classic<br/>dead")]
  end
  n2 -.->|"dead-letter"| n1
  n0 -->|"a, b, c #43;1 more"| n2
  n1 --> n3
`,
  });
});

test('DOT', () => {
  expect(renderGraph(graphOf(ORDERS), 'dot').text).toBe(`digraph {
  label="topology of shop" labelloc=t rankdir=LR fontname="Helvetica"
  node [fontname="Helvetica" fontsize=11 margin="0.15,0.08"]
  edge [fontname="Helvetica" fontsize=9]
  subgraph cluster_0 {
    label="main · vhost /" style=rounded color="#8b949e"
    n0 [label="exchange · topic\\nevents" shape=hexagon]
    n1 [label="exchange · fanout\\ndlx" shape=hexagon]
    n2 [label="queue · quorum\\norders" shape=cylinder]
    n3 [label="queue · classic\\ndead" shape=cylinder]
  }
  n2 -> n1 [label="dead-letter" style=dashed]
  n0 -> n2 [label="a, b, c +1 more"]
  n1 -> n3
  // not drawn: 1 policy
}
`);
});

test('SVG has a title, every node and line, and a legend of what is in it', () => {
  const svg = renderGraph(graphOf(ORDERS), 'svg').text;
  expect(elementsOf(svg).slice(0, 4)).toEqual(['svg', 'title', 'desc', 'style']);
  expect(svg).toContain('<title id="title">topology of shop</title>');
  expect(svg.match(/data-node=/g)).toHaveLength(4);
  expect(svg.match(/data-edge=/g)).toHaveLength(3);
  expect(svg).toContain('<title>events routes to orders, a, b, c, d.#</title>');
  expect(svg).toContain('>dead-letters to</text>');
  expect(svg).not.toContain('>is consumed by</text>');
});

test('SVG shows its colours where nobody knows variables, and dark ones in a media query alone', () => {
  const svg = renderGraph(graphOf(ORDERS), 'svg').text;
  expect(svg).not.toContain('var(');
  const [light = '', dark = ''] = svg.split('@media(prefers-color-scheme:dark)');
  expect(light).toMatch(/\.picture \.router path\{stroke:#0969da;fill:#eaf4ff\}/);
  expect(light).toMatch(/\.ground\{fill:#ffffff\}/);
  expect(dark).toMatch(/\.ground\{fill:#0d1117\}/);
  // Every colour of a picture has its dark one.
  const coloured = light.match(/(?:fill|stroke):#[0-9a-f]{6}/g)?.length;
  expect(dark.match(/(?:fill|stroke):#[0-9a-f]{6}/g)).toHaveLength(coloured ?? 0);
});

/** A row of queues that are bound to one exchange. */
function star(count: number): Graph {
  const common = { kind: 'queue', role: 'store', detail: '', group: 'g', resources: [], facts: [] } as const;
  const ids = Array.from({ length: count }, (_, i) => `queue-${i}`);
  return {
    ...{ title: 'star', external: '', omitted: [], groups: [{ id: 'g', title: 'g', resources: [] }] },
    nodes: ['hub', ...ids].map((id) => ({ ...common, id, name: id })),
    edges: ids.map((id) => ({ from: 'hub', to: id, role: 'route' as const, label: 'key', resources: [] })),
  };
}

test('Mermaid draws 500 lines and 50,000 characters, and what is left out is told', () => {
  const few = renderGraph(star(500), 'mermaid');
  expect(few.leftOut).toBeUndefined();
  expect(few.text.match(/-->/g)).toHaveLength(500);
  const many = renderGraph(star(700), 'mermaid');
  expect(many.text.match(/-->/g)).toHaveLength(500);
  expect(many.leftOut).toContain('200 nodes and 200 lines left out: this shows 501 of 701 nodes');
  expect(many.text).toContain('200 nodes and 200 lines left out');
  const long = { ...star(400), nodes: star(400).nodes.map((node) => ({ ...node, name: '.:'.repeat(200) })) };
  const cut = renderGraph(long, 'mermaid');
  expect(cut.text.length).toBeLessThan(50_000);
  expect(cut.leftOut).toBeDefined();
  // Every end of a line that is left is there.
  const shown = new Set([...cut.text.matchAll(/^ {4}(n\d+)/gm)].map(([, id]) => id));
  for (const [, from, to] of cut.text.matchAll(/^ {2}(n\d+) -->.* (n\d+)$/gm)) {
    expect(shown.has(from) && shown.has(to)).toBe(true);
  }
});

test('what a plan touches is the last to be left out', () => {
  const graph = star(700);
  const marked = {
    ...graph,
    nodes: graph.nodes.map((node) => (node.id === 'queue-699' ? { ...node, mark: 'added' as const } : node)),
  };
  expect(renderGraph(marked, 'mermaid').text).toContain('queue-699');
  expect(renderGraph(graph, 'mermaid').text).not.toContain('queue-699');
});

test('a text that is too wide is cut in its middle', () => {
  const name = 'a-very-long-name-of-a-queue-that-ends-in-something-that-matters';
  const fitted = fitText(name, 13, 200);
  expect(fitted).toMatch(/^a-very.*….*matters$/);
  expect(textWidth(fitted, 13)).toBeLessThanOrEqual(200);
  expect(fitText('short', 13, 200)).toBe('short');
  expect(textWidth('漢字', 10)).toBeGreaterThan(textWidth('ab', 10));
});
