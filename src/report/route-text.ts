import type { Route, RouteHop, RouteNode } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { paint, placeText, type Style } from './style.ts';

/** A route as a tree. A node that was printed already is named again, and not printed twice. */
export function routeText(route: Route, style: Style): string {
  const { subject, broker, result } = route;
  const head = `${escapeText(capital(subject))} · ${escapeText(broker.name)} (${escapeText(broker.type)})`;
  return [
    paint(style, 'bold', head),
    '',
    ...routeLines(route, style),
    '',
    escapeText(capital(result)),
    '',
  ].join('\n');
}

/** The tree alone. */
export function routeLines({ nodes, cut }: Route, style: Style): string[] {
  const [first] = nodes;
  if (!first) return [];
  const tree = new Tree(nodes, style);
  const lines = [`${nodeText(first, style)}${placeText(first.at, style)}`, ...tree.below(first, '')];
  return cut > 0 ? [...lines, `and ${plural(cut, 'more step')}`] : lines;
}

class Tree {
  readonly #nodes: ReadonlyMap<string, RouteNode>;
  readonly #style: Style;
  readonly #shown = new Set<string>();

  constructor(nodes: readonly RouteNode[], style: Style) {
    this.#nodes = new Map(nodes.map((node) => [node.id, node]));
    this.#style = style;
  }

  below(node: RouteNode, indent: string): string[] {
    this.#shown.add(node.id);
    const items = [...node.next, ...node.notes];
    return items.flatMap((item, i) => {
      const isLast = i === items.length - 1;
      const [branch, deeper] = isLast ? ['└─ ', '   '] : ['├─ ', '│  '];
      const start = `${indent}${branch}`;
      if (typeof item === 'string') return [`${start}${escapeText(item)}`];
      return this.#hopLines(item, start, `${indent}${deeper}`);
    });
  }

  #hopLines({ label, to, at }: RouteHop, start: string, indent: string): string[] {
    const node = this.#nodes.get(to);
    const why = label === '' ? '' : `${paint(this.#style, 'dim', escapeText(label))} → `;
    if (!node) return [`${start}${why}…`];
    const again = this.#shown.has(to) && (node.next.length > 0 || node.notes.length > 0);
    const text = `${start}${why}${nodeText(node, this.#style)}${again ? ' (see above)' : ''}${placeText(at ?? node.at, this.#style)}`;
    return again ? [text] : [text, ...this.below(node, indent)];
  }
}

function nodeText({ kind, name, detail }: RouteNode, style: Style): string {
  const shown = paint(style, 'bold', name === '' ? '""' : escapeText(name));
  return `${escapeText(kind)} ${shown}${detail === '' ? '' : ` (${escapeText(detail)})`}`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
