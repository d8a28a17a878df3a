import type { EdgeRole, Graph, GraphNode, Mark, NodeRole } from '../model/index.ts';
import { plural } from '../text/words.ts';

/** What a plan does, as its other renderings have it. */
export const MARK_WORDS: Readonly<Record<Mark, { readonly symbol: string; readonly word: string }>> = {
  added: { symbol: '+', word: 'added' },
  changed: { symbol: '~', word: 'changed' },
  replaced: { symbol: '-/+', word: 'replaced' },
  removed: { symbol: '-', word: 'removed' },
};

export const MARKS = Object.keys(MARK_WORDS) as Mark[];

/** For legends, and between two names: `orders dead-letters to dlx`. */
export const EDGE_WORDS: Readonly<Record<EdgeRole, string>> = {
  route: 'routes to',
  produce: 'produces to',
  consume: 'is consumed by',
  'dead-letter': 'dead-letters to',
  alternate: 'passes what it cannot route to',
  copy: 'is copied to',
  access: 'may access',
  deny: 'is denied',
  need: 'needs',
};

export const NODE_WORDS: Readonly<Record<NodeRole, string>> = {
  router: 'routes, keeps nothing',
  store: 'keeps messages',
  client: 'sends or takes messages',
  subject: 'messages are published under it',
  link: 'carries between brokers',
  other: 'has no part in the flow',
};

/** `+ added` */
export function markText(mark: Mark): string {
  const { symbol, word } = MARK_WORDS[mark];
  return `${symbol} ${word}`;
}

/** `-/+ replaced · blocked`; empty for what the plan leaves alone. */
export function stateText({
  mark,
  blocked,
}: {
  readonly mark?: Mark | undefined;
  readonly blocked?: boolean;
}): string {
  return [mark === undefined ? '' : markText(mark), blocked ? 'blocked' : '']
    .filter((part) => part !== '')
    .join(' · ');
}

/** Beside a line, where its style needs a word. */
export const EDGE_SHORT: Readonly<Partial<Record<EdgeRole, string>>> = {
  'dead-letter': 'dead-letter',
  alternate: 'alternate',
  deny: 'deny',
  need: 'needs',
};

/** The words above a name: `queue · quorum`. */
export function kindText({ kind, detail }: GraphNode): string {
  return detail === '' ? kind : `${kind} · ${detail}`;
}

/** What the picture leaves out. */
export function omittedText({ omitted }: Graph): string | undefined {
  if (omitted.length === 0) return undefined;
  return `not drawn: ${omitted.map(({ kind, count }) => plural(count, kind.replaceAll('-', ' '))).join(', ')}`;
}
