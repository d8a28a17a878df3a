import {
  addTo,
  type EdgeRole,
  type Graph,
  type GraphNode,
  type Mark,
  type NodeRole,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { type Bundle, bundleEdges, bundleText } from './bundles.ts';
import { kindText, MARKS, markText, omittedText, stateText } from './words.ts';

/**
 * What Mermaid draws at most, unless a site allows more, and GitHub does not: `maxEdges` and `maxTextSize` of
 * https://mermaid.js.org/config/schema-docs/config.html
 */
const MOST_EDGES = 500;
const MOST_CHARACTERS = 50_000;

const SHAPES: Readonly<Record<NodeRole, readonly [open: string, close: string]>> = {
  router: ['{{', '}}'],
  store: ['[(', ')]'],
  client: ['([', '])'],
  subject: ['>', ']'],
  link: ['[[', ']]'],
  other: ['[', ']'],
};

const ARROWS: Readonly<Record<EdgeRole, string>> = {
  route: '-->',
  produce: '-->',
  consume: '-->',
  'dead-letter': '-.->',
  alternate: '-.->',
  copy: '==>',
  access: '-.-',
  deny: '--x',
  need: '-.-',
};

/** Colours that can be read on light and on dark; GitHub draws in either. */
const CLASSES: Readonly<Record<Mark | 'external', string>> = {
  added: 'stroke:#2da44e,stroke-width:4px',
  changed: 'stroke:#bf8700,stroke-width:4px,stroke-dasharray:14 4',
  replaced: 'stroke:#bf8700,stroke-width:4px,stroke-dasharray:14 4 2 4',
  removed: 'stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 4',
  external: 'stroke-dasharray:2 3',
};

const LINKS: Readonly<Record<Mark, string>> = {
  added: 'stroke:#2da44e,stroke-width:4px',
  changed: 'stroke:#bf8700,stroke-width:4px',
  replaced: 'stroke:#bf8700,stroke-width:4px',
  removed: 'stroke:#cf222e,stroke-width:2px,stroke-dasharray:5 4',
};

export interface Limits {
  readonly edges: number;
  readonly characters: number;
}

export interface RenderedGraph {
  readonly text: string;
  /** What did not fit, as a sentence. */
  readonly leftOut?: string;
}

/** A flowchart: https://mermaid.js.org/syntax/flowchart.html */
export function graphMermaid(
  graph: Graph,
  limits: Limits = { edges: MOST_EDGES, characters: MOST_CHARACTERS },
): RenderedGraph {
  const bundles = bundleEdges(graph);
  const shown = fitting(graph, bundles, limits);
  const nodes = graph.nodes.filter((_, i) => shown.nodes.has(i)).length;
  const edges = shown.bundles.length;
  const isWhole = nodes === graph.nodes.length && edges === bundles.length;
  const leftOut = isWhole
    ? undefined
    : `${plural(graph.nodes.length - nodes, 'node')} and ${plural(bundles.length - edges, 'line')} left out: ` +
      `this shows ${nodes} of ${graph.nodes.length} nodes, as Mermaid draws at most ` +
      `${limits.edges} lines and ${limits.characters} characters`;
  const omitted = omittedText(graph);
  const text = [
    'flowchart LR',
    `  %% ${comment(graph.title)}`,
    ...[omitted, leftOut].filter((line) => line !== undefined).map((line) => `  %% ${comment(line)}`),
    ...groupLines(graph, shown.nodes),
    ...shown.bundles.map(edgeLine),
    ...styleLines(graph, shown),
  ];
  return { text: `${text.join('\n')}\n`, ...(leftOut !== undefined && { leftOut }) };
}

interface Shown {
  readonly nodes: ReadonlySet<number>;
  readonly bundles: readonly Bundle[];
}

/** What a change touches comes first; then nodes in their order, each with its lines to those that are there. */
function fitting(graph: Graph, bundles: readonly Bundle[], limits: Limits): Shown {
  const nodes = new Set<number>();
  const chosen = new Set<number>();
  const atNode = new Map<number, number[]>();
  for (const [i, { from, to }] of bundles.entries()) {
    for (const node of new Set([from, to])) addTo(atNode, node, i);
  }
  const order = [...graph.nodes.keys()].sort((a, b) => rank(graph.nodes[a]) - rank(graph.nodes[b]) || a - b);
  // Room for headings, groups and styles, which take the number of every line and node once more.
  let room =
    limits.characters - 1_500 - graph.groups.reduce((sum, { title }) => sum + 8 * title.length + 40, 0);
  for (const node of order) {
    const own = graph.nodes[node];
    if (!own) continue;
    room -= nodeLine(own, node).length + 10;
    if (room < 0) break;
    nodes.add(node);
    for (const i of atNode.get(node) ?? []) {
      const bundle = bundles[i];
      if (!bundle || !nodes.has(bundle.from) || !nodes.has(bundle.to) || chosen.size >= limits.edges)
        continue;
      const size = edgeLine(bundle).length + 8;
      if (size > room) continue;
      room -= size;
      chosen.add(i);
    }
    if (chosen.size >= limits.edges) break;
  }
  return { nodes, bundles: bundles.filter((_, i) => chosen.has(i)) };
}

function rank(node: GraphNode | undefined): number {
  return node?.mark === undefined ? (node?.external ? 2 : 1) : 0;
}

function groupLines(graph: Graph, shown: ReadonlySet<number>): string[] {
  return graph.groups.flatMap(({ id, title, mark }, i) => {
    const members = graph.nodes.flatMap((node, number) =>
      node.group === id && shown.has(number) ? [nodeLine(node, number)] : [],
    );
    if (members.length === 0) return [];
    const name = mark === undefined ? title : `${title} ${markText(mark)}`;
    return [`  subgraph g${i}["${escapeMermaid(name)}"]`, '    direction LR', ...members, '  end'];
  });
}

function nodeLine(node: GraphNode, number: number): string {
  const [open, close] = SHAPES[node.role];
  const lines = [kindText(node), node.name, stateText(node)].filter((part) => part !== '');
  return `    n${number}${open}"${lines.map(escapeMermaid).join('<br/>')}"${close}`;
}

function edgeLine(bundle: Bundle): string {
  const { from, to, role } = bundle;
  const parts = [stateText(bundle), bundleText(bundle, 3)].filter((part) => part !== '');
  const label = parts.length === 0 ? '' : `|"${parts.map(escapeMermaid).join('<br/>')}"|`;
  return `  n${from} ${ARROWS[role]}${label} n${to}`;
}

function styleLines(graph: Graph, { nodes, bundles }: Shown): string[] {
  const names = [...MARKS, 'external' as const];
  return [
    ...names.flatMap((name) => {
      const members = [...nodes]
        .filter((i) => (graph.nodes[i]?.mark ?? (graph.nodes[i]?.external ? 'external' : '')) === name)
        .sort((a, b) => a - b);
      if (members.length === 0) return [];
      return [
        `  classDef ${name} ${CLASSES[name]}`,
        `  class ${members.map((i) => `n${i}`).join(',')} ${name}`,
      ];
    }),
    ...blockedLines(graph, nodes),
    ...MARKS.flatMap((mark) => {
      const numbers = bundles.flatMap((bundle, i) => (bundle.mark === mark ? [i] : []));
      return numbers.length === 0 ? [] : [`  linkStyle ${numbers.join(',')} ${LINKS[mark]}`];
    }),
  ];
}

/** A node has its mark's class, and this one on top. */
function blockedLines(graph: Graph, nodes: ReadonlySet<number>): string[] {
  const members = [...nodes].filter((i) => graph.nodes[i]?.blocked).sort((a, b) => a - b);
  if (members.length === 0) return [];
  return [
    '  classDef blocked stroke:#cf222e,stroke-width:6px',
    `  class ${members.map((i) => `n${i}`).join(',')} blocked`,
  ];
}

/**
 * All but letters, digits and what has no meaning in a label as an entity of Mermaid's, which is decoded when
 * everything else is over. `1. x` and `- x` would be lists. Between two dollars would be a formula, even as entities,
 * so a space without width parts them.
 */
function escapeMermaid(text: string): string {
  return escapeText(text)
    .replace(/\$(?=\$)/g, '$&\u200b')
    .replace(/[^\p{L}\p{N} .,_/-]|[.-](?= |$)/gu, (char) => `#${char.codePointAt(0)};`);
}

/** One line that is nothing but a comment: `%%{` would begin a directive. */
function comment(text: string): string {
  return escapeText(text).replace(/[^\p{L}\p{N} .,:;/*_-]/gu, '?');
}
