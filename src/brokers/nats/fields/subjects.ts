import { append } from '../../../model/index.ts';

/*
 * The algebra of subjects: tokens between dots; `*` stands for one token, `>` at the end for one or more.
 * https://docs.nats.io/nats-concepts/subjects
 */

const SPACE = /[\s\0]/;

/** Why a text cannot be a subject; undefined where it can. The rules of `IsValidSubject` in server/sublist.go. */
export function subjectProblem(subject: string): string | undefined {
  if (subject === '') return 'is empty';
  if (SPACE.test(subject)) return 'contains white space';
  const tokens = subject.split('.');
  if (tokens.includes('')) return 'has an empty token: consecutive dots, or a dot at an end';
  if (tokens.slice(0, -1).includes('>')) return 'has a ">" that is not its last token';
  return undefined;
}

export function hasWildcard(subject: string): boolean {
  return subject.split('.').some((token) => token === '*' || token === '>');
}

/** True when some literal subject matches both. */
export function overlap(a: string, b: string): boolean {
  if (a === b) return true;
  const left = a.split('.');
  const right = b.split('.');
  for (let i = 0; ; i++) {
    const l = left[i];
    const r = right[i];
    if (l === undefined || r === undefined) return l === r;
    if (l === '>' || r === '>') return true;
    if (l !== r && l !== '*' && r !== '*') return false;
  }
}

/** True when every literal subject that matches `inner` matches `outer` too. */
export function isWithin(inner: string, outer: string): boolean {
  const left = inner.split('.');
  const right = outer.split('.');
  for (let i = 0; ; i++) {
    const l = left[i];
    const r = right[i];
    if (l === undefined || r === undefined) return l === r;
    if (r === '>') return true;
    if (l === '>') return false;
    if (r !== '*' && l !== r) return false;
  }
}

/** Finds overlapping subjects among many, by their tokens, without comparing each with each. */
export class SubjectIndex<T> {
  readonly #root: Node<T> = newNode();
  #size = 0;

  add(subject: string, owner: T): void {
    let node = this.#root;
    for (const token of subject.split('.')) {
      const next = node.children.get(token) ?? newNode();
      node.children.set(token, next);
      node = next;
      if (token === '>') break;
    }
    node.entries.push({ subject, owner, position: this.#size++ });
  }

  /** What overlaps a subject, in the order of adding. */
  overlapping(subject: string): { subject: string; owner: T }[] {
    const found: Entry<T>[] = [];
    collect(this.#root, subject.split('.'), 0, found);
    return found.sort((a, b) => a.position - b.position).map(({ subject, owner }) => ({ subject, owner }));
  }
}

interface Entry<T> {
  readonly subject: string;
  readonly owner: T;
  readonly position: number;
}

/** The subjects that begin with certain tokens: those that end there, and by their next token the others. */
interface Node<T> {
  readonly entries: Entry<T>[];
  readonly children: Map<string, Node<T>>;
}

function newNode<T>(): Node<T> {
  return { entries: [], children: new Map() };
}

function collect<T>(node: Node<T>, tokens: readonly string[], depth: number, found: Entry<T>[]): void {
  const token = tokens[depth];
  if (token === undefined) {
    append(found, node.entries);
    return;
  }
  for (const [own, child] of nextOf(node, token)) {
    if (token === '>') everything(child, found);
    else if (own === '>') append(found, child.entries);
    else collect(child, tokens, depth + 1, found);
  }
}

/** The children that a token can go on with. */
function nextOf<T>({ children }: Node<T>, token: string): Iterable<[string, Node<T>]> {
  if (token === '>' || token === '*') return children;
  return [token, '*', '>'].flatMap((own): [string, Node<T>][] => {
    const child = children.get(own);
    return child ? [[own, child]] : [];
  });
}

function everything<T>(node: Node<T>, found: Entry<T>[]): void {
  append(found, node.entries);
  for (const child of node.children.values()) everything(child, found);
}
