import {
  append,
  type EdgeRole,
  type Graph,
  type GraphNode,
  type Mark,
  type NodeRole,
} from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { bundleEdges, bundleText } from './bundles.ts';
import { kindText, markText, omittedText, stateText } from './words.ts';

const SHAPES: Readonly<Record<NodeRole, string>> = {
  router: 'hexagon',
  store: 'cylinder',
  client: 'oval',
  subject: 'cds',
  link: 'component',
  other: 'box',
};

const LINES: Readonly<Partial<Record<EdgeRole, string>>> = {
  'dead-letter': 'style=dashed',
  alternate: 'style=dotted',
  copy: 'style=dashed color="#57606a" arrowhead=vee',
  access: 'style=dotted arrowhead=none',
  need: 'style=dotted arrowhead=open',
  deny: 'style=dotted arrowhead=tee',
};

const MARK_STYLES: Readonly<Record<Mark, string>> = {
  added: 'color="#116329" fontcolor="#116329" penwidth=3',
  changed: 'color="#8a5a00" fontcolor="#8a5a00" penwidth=3',
  replaced: 'color="#8a5a00" fontcolor="#8a5a00" penwidth=3',
  removed: 'color="#c21f2b" fontcolor="#c21f2b" style=dashed',
};

/** For Graphviz: https://graphviz.org/doc/info/lang.html */
export function graphDot(graph: Graph): string {
  const lines = [
    'digraph {',
    `  label=${quoted(graph.title)} labelloc=t rankdir=LR fontname="Helvetica"`,
    '  node [fontname="Helvetica" fontsize=11 margin="0.15,0.08"]',
    '  edge [fontname="Helvetica" fontsize=9]',
  ];
  for (const [i, { id, title, mark }] of graph.groups.entries()) {
    const members = graph.nodes.flatMap((node, number) =>
      node.group === id ? [nodeLine(node, number)] : [],
    );
    if (members.length === 0) continue;
    const name = mark === undefined ? title : `${title} ${markText(mark)}`;
    lines.push(`  subgraph cluster_${i} {`, `    label=${quoted(name)} style=rounded color="#8b949e"`);
    append(lines, members, ['  }']);
  }
  for (const bundle of bundleEdges(graph)) {
    const { from, to, role, mark } = bundle;
    const label = [stateText(bundle), bundleText(bundle, 3)].filter((part) => part);
    const attributes = [
      ...(label.length > 0 ? [`label=${quoted(label.join(' · '))}`] : []),
      ...[LINES[role], mark && MARK_STYLES[mark]].filter((part) => part !== undefined),
    ];
    lines.push(`  n${from} -> n${to}${attributes.length > 0 ? ` [${attributes.join(' ')}]` : ''}`);
  }
  const omitted = omittedText(graph);
  if (omitted !== undefined) lines.push(`  // ${escapeText(omitted)}`);
  return `${lines.join('\n')}\n}\n`;
}

function nodeLine(node: GraphNode, number: number): string {
  const { role, mark, external, name } = node;
  const state = stateText(node);
  const text = [kindText(node), name, ...(state === '' ? [] : [state])];
  const attributes = [
    `label="${text.map(quotedText).join('\\n')}"`,
    `shape=${SHAPES[role]}`,
    ...(mark === undefined ? [] : [MARK_STYLES[mark]]),
    ...(external && mark === undefined ? ['style=dotted'] : []),
  ];
  return `    n${number} [${attributes.join(' ')}]`;
}

function quoted(text: string): string {
  return `"${quotedText(text)}"`;
}

/** Inside of a quoted text: a backslash begins an escape of Graphviz, an ampersand an entity of HTML. */
function quotedText(text: string): string {
  return escapeText(text).replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('&', '&amp;');
}
