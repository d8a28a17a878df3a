import { type Expansion, formatSource } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

/** What patterns stand for: documents of a topology file, with comments. */
export function expansionsText(expansions: readonly Expansion[], style: Style): string {
  return expansions.map((one, i) => (i === 0 ? '' : '---\n') + documentText(one, style)).join('');
}

function documentText({ name, kind, broker, at, intended, yaml }: Expansion, style: Style): string {
  const comments = [
    `pattern ${name}: ${kind} on ${broker}, ${formatSource(at)}`,
    ...Object.entries(intended).map(([code, reason]) => `${code} is intended: ${reason}`),
  ];
  // An escaped name cannot end its comment.
  return comments.map((text) => `${paint(style, 'dim', `# ${escapeText(text)}`)}\n`).join('') + yaml;
}
