import { append } from '../../../model/index.ts';

/*
 * Subjects: tokens separated by dots; `*` matches one token, `>` at the end one or more.
 * https://docs.nats.io/nats-concepts/subjects
 */

/** Before the stream and consumer in the subject of the advisory that a message is given up. */
export const ADVISORY = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES';

const SPACE = /[\s\0]/;

/** Why a text is no valid subject; undefined if it is one. `IsValidSubject` in server/sublist.go. */
export function subjectProblem(subject: string): string | undefined {
  if (subject === '') return 'is empty';
  if (SPACE.test(subject)) return 'contains white space';
  const tokens = subject.split('.');
  if (tokens.includes('')) return 'has an empty token: consecutive dots, or a dot at an end';
  if (tokens.slice(0, -1).includes('>')) return 'has a ">" that is not its last token';
  return undefined;
}

/** True for a name that is one token of a subject, so that it addresses only itself. */
export function isToken(name: string): boolean {
  return name !== '' && !/[\s.*>\p{Cc}]/u.test(name);
}

export function hasWildcard(subject: string): boolean {
  return subject.split('.').some((token) => token === '*' || token === '>');
}

/** True if some literal subject matches both. */
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

/** True if every literal subject that matches `inner` also matches `outer`. */
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

/** What matches both patterns, as a pattern; undefined if nothing does. */
export function commonSubject(a: string, b: string): string | undefined {
  const left = a.split('.');
  const right = b.split('.');
  const common: string[] = [];
  for (let i = 0; ; i++) {
    const l = left[i];
    const r = right[i];
    if (l === undefined || r === undefined) return l === r ? common.join('.') : undefined;
    if (l === '>') return [...common, ...right.slice(i)].join('.');
    if (r === '>') return [...common, ...left.slice(i)].join('.');
    if (l !== r && l !== '*' && r !== '*') return undefined;
    common.push(l === '*' ? r : l);
  }
}

/** Finds overlapping subjects by their tokens, without comparing all pairs. */
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

  /** The subjects that overlap this one, in insertion order. */
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

/** The subjects with a common prefix: those that end here, and the others by their next token. */
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
  for (const [own, child] of childrenFor(node, token)) {
    if (token === '>') collectAll(child, found);
    else if (own === '>') append(found, child.entries);
    else collect(child, tokens, depth + 1, found);
  }
}

/** The children that match a token. */
function childrenFor<T>({ children }: Node<T>, token: string): Iterable<[string, Node<T>]> {
  if (token === '>' || token === '*') return children;
  return [token, '*', '>'].flatMap((own): [string, Node<T>][] => {
    const child = children.get(own);
    return child ? [[own, child]] : [];
  });
}

function collectAll<T>(node: Node<T>, found: Entry<T>[]): void {
  append(found, node.entries);
  for (const child of node.children.values()) collectAll(child, found);
}

/*
 * Subject mappings: a source with wildcards, and a destination that refers to them as `$1` or by a function such as
 * `{{wildcard(1)}}`. `NewSubjectTransform` in server/subject_transform.go.
 * https://docs.nats.io/nats-concepts/subject_mapping
 */

/** By lower-case name: the arguments that are numbers of wildcards. */
const FUNCTIONS: Readonly<Record<string, (args: readonly string[]) => readonly string[]>> = {
  wildcard: (args) => args,
  partition: (args) => args.slice(1),
  random: () => [],
  splitfromleft: (args) => args.slice(0, 1),
  splitfromright: (args) => args.slice(0, 1),
  slicefromleft: (args) => args.slice(0, 1),
  slicefromright: (args) => args.slice(0, 1),
  split: (args) => args.slice(0, 1),
  left: (args) => args.slice(0, 1),
  right: (args) => args.slice(0, 1),
};

/** The functions that return exactly one token. */
const SINGLE = new Set(['wildcard', 'partition', 'random', 'left', 'right']);

const CALL = /\{\{\s{0,99}([a-zA-Z]{1,40})\s{0,99}\(([^(){}]{0,200})\)\s{0,99}\}\}/g;
const WILDCARD = /^\$(\d{1,9})$/;

/**
 * Why a server rejects a mapping; undefined if it accepts it.
 * @param source all subjects if empty
 * @param destination the unchanged subject if empty
 */
export function mappingProblem(source: string, destination: string): string | undefined {
  const from = source === '' ? '>' : source;
  const wrong = subjectProblem(from);
  if (wrong) return `source ${JSON.stringify(from)} ${wrong}`;
  if (destination === '') return undefined;
  const wildcards = from.split('.').filter((token) => token === '*').length;
  const functions = functionProblem(destination, wildcards);
  if (functions) return functions;
  const plain = destination.replace(CALL, 'x');
  if (/\{\{|\}\}/.test(plain)) return 'the destination has braces without a function';
  const problem = subjectProblem(plain);
  if (problem) return `destination ${JSON.stringify(destination)} ${problem}`;
  const tokens = plain.split('.');
  if (tokens.includes('*')) return 'a destination refers to wildcards by $1 or {{wildcard(1)}}, not by *';
  const missing = tokens
    .map((token) => WILDCARD.exec(token)?.[1])
    .find((index) => isOutside(index, wildcards));
  if (missing !== undefined) return `${from} has no wildcard $${missing}`;
  if (tokens.includes('>') !== from.split('.').includes('>')) {
    return 'source and destination must both end with ">", or neither';
  }
  return undefined;
}

function functionProblem(destination: string, wildcards: number): string | undefined {
  for (const [text, name = '', list = ''] of destination.matchAll(CALL)) {
    const key = name.toLowerCase();
    const indexes = Object.hasOwn(FUNCTIONS, key) ? FUNCTIONS[key] : undefined;
    if (!indexes) return `unknown mapping function ${text}`;
    const missing = indexes(list.split(',').map((arg) => arg.trim())).find((index) =>
      isOutside(index, wildcards),
    );
    if (missing !== undefined) return `missing wildcard ${missing} for ${text}`;
  }
  return undefined;
}

function isOutside(index: string | undefined, wildcards: number): boolean {
  if (index === undefined) return false;
  const number = Number(index);
  return !Number.isInteger(number) || number < 1 || number > wildcards;
}

/** The subjects under which a stream stores messages on this one; undefined if a function decides the number of tokens. */
export function mappedSubjects(subject: string, source: string, destination: string): string[] | undefined {
  const from = source === '' ? '>' : source;
  if (destination === '') return [subject];
  for (const [, name = ''] of destination.matchAll(CALL)) {
    if (!SINGLE.has(name.toLowerCase())) return undefined;
  }
  const mapped = destination
    .replace(CALL, '*')
    .split('.')
    .map((token) => (WILDCARD.test(token) ? '*' : token))
    .join('.');
  // A subject that the source does not match is stored unchanged.
  return isWithin(subject, from) ? [narrowed(subject, from, mapped)] : [mapped, subject];
}

/** `orders.eu` mapped by `>` to `z.>` is `z.orders.eu`: a known tail is kept. */
function narrowed(subject: string, from: string, mapped: string): string {
  const head = from.split('.').slice(0, -1);
  if (!from.endsWith('>') || !mapped.endsWith('>') || hasWildcard(head.join('.'))) return mapped;
  const tail = subject.split('.').slice(head.length).join('.');
  return mapped === '>' ? tail : `${mapped.slice(0, -1)}${tail}`;
}
