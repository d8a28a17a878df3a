/*
 * The algebra of subjects: tokens between dots; `*` stands for one token, `>` at the end for one or more.
 * https://docs.nats.io/nats-concepts/subjects
 */

const SPACE = /[\s\0]/;

/** Why a text cannot be a subject; undefined where it can. The rules of `IsValidSubject` in server/sublist.go. */
export function subjectProblem(subject: string): string | undefined {
  if (subject === '') return 'is empty';
  if (SPACE.test(subject)) return 'holds white space';
  const tokens = subject.split('.');
  if (tokens.includes('')) return 'has an empty token: two dots in a row, or one at an end';
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

/**
 * Finds overlapping subjects among many without comparing each with each: a literal first token keeps most apart.
 */
export class SubjectIndex<T> {
  readonly #byFirst = new Map<string, { subject: string; owner: T }[]>();
  readonly #wild: { subject: string; owner: T }[] = [];
  readonly #all: { subject: string; owner: T }[] = [];

  add(subject: string, owner: T): void {
    const entry = { subject, owner };
    this.#all.push(entry);
    const first = firstToken(subject);
    if (first === undefined) {
      this.#wild.push(entry);
      return;
    }
    const group = this.#byFirst.get(first);
    if (group) group.push(entry);
    else this.#byFirst.set(first, [entry]);
  }

  /** What overlaps a subject, in the order of adding within each group. */
  overlapping(subject: string): { subject: string; owner: T }[] {
    const first = firstToken(subject);
    const near = first === undefined ? this.#all : [...(this.#byFirst.get(first) ?? []), ...this.#wild];
    return near.filter((entry) => overlap(entry.subject, subject));
  }
}

/** Undefined for a wildcard. */
function firstToken(subject: string): string | undefined {
  const dot = subject.indexOf('.');
  const token = dot < 0 ? subject : subject.slice(0, dot);
  return token === '*' || token === '>' ? undefined : token;
}
