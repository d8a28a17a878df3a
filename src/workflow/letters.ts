import {
  type AgeSpan,
  type DeadLetter,
  globMatcher,
  type LetterGroup,
  parseDuration,
  type RedriveReport,
} from '../model/index.ts';

/** Groups by where letters come from; hostile headers can make every letter differ. */
const MOST_GROUPS = 200;

const HOUR = 3_600_000;
const SPANS: readonly (readonly [below: string, milliseconds: number])[] = [
  ['1m', 60_000],
  ['10m', 600_000],
  ['1h', HOUR],
  ['1d', 24 * HOUR],
  ['7d', 7 * 24 * HOUR],
  ['30d', 30 * 24 * HOUR],
];

interface Group {
  readonly first: Pick<LetterGroup, 'source' | 'target' | 'reason' | 'status' | 'problem'>;
  count: number;
  bytes: number;
  redrivenBefore: number;
  oldest: number | undefined;
  newest: number | undefined;
}

type Summary = Pick<RedriveReport, 'read' | 'counts' | 'groups' | 'ungrouped' | 'ages'>;

/** Counts letters as they come: what it holds does not grow with their number. */
export class LetterSummary {
  #read = 0;
  readonly #counts = { chosen: 0, redriven: 0, skipped: 0, kept: 0, unconfirmed: 0 };
  readonly #groups = new Map<string, Group>();
  #ungrouped = 0;
  readonly #ages = new Map<string | undefined, number>();
  #ageless = 0;

  /** @param now epoch milliseconds */
  add(letter: DeadLetter, status: LetterGroup['status'], reason: string | undefined, now: number): void {
    this.#read++;
    this.#counts[status]++;
    if (status === 'skipped') return;
    this.#addAge(letter.time, now);
    this.#addToGroup(letter, status, reason);
  }

  get read(): number {
    return this.#read;
  }

  get redriven(): number {
    return this.#counts.redriven;
  }

  done(): Summary {
    const ages = [...SPANS.map(([below]) => below), undefined].flatMap((below): AgeSpan[] => {
      const count = this.#ages.get(below) ?? 0;
      return count === 0 ? [] : [{ ...(below !== undefined && { below }), count }];
    });
    return {
      read: this.#read,
      counts: { ...this.#counts },
      groups: [...this.#groups.values()].sort((a, b) => b.count - a.count).map(shown),
      ungrouped: this.#ungrouped,
      ages: [...ages, ...(this.#ageless > 0 ? [{ unknown: true, count: this.#ageless } as const] : [])],
    };
  }

  #addAge(time: number | undefined, now: number): void {
    if (time === undefined) {
      this.#ageless++;
      return;
    }
    const [below] = SPANS.find(([, span]) => now - time < span) ?? [];
    this.#ages.set(below, (this.#ages.get(below) ?? 0) + 1);
  }

  #addToGroup(letter: DeadLetter, status: LetterGroup['status'], problem: string | undefined): void {
    const { source, target, reason, time, size, redriven } = letter;
    const key = JSON.stringify([status, source, target, reason, problem]);
    let group = this.#groups.get(key);
    if (!group) {
      if (this.#groups.size >= MOST_GROUPS) {
        this.#ungrouped++;
        return;
      }
      const first = {
        ...(source !== undefined && { source }),
        ...(target !== undefined && { target }),
        ...(reason !== undefined && { reason }),
        status,
        ...(problem !== undefined && { problem }),
      };
      group = { first, count: 0, bytes: 0, redrivenBefore: 0, oldest: undefined, newest: undefined };
      this.#groups.set(key, group);
    }
    group.count++;
    group.bytes += size;
    if (redriven > 0) group.redrivenBefore++;
    if (time === undefined) return;
    group.oldest = Math.min(group.oldest ?? time, time);
    group.newest = Math.max(group.newest ?? time, time);
  }
}

function shown({ first, count, bytes, redrivenBefore, oldest, newest }: Group): LetterGroup {
  return {
    ...first,
    ...{ count, bytes, redrivenBefore },
    ...(oldest !== undefined && { oldest: isoOf(oldest) }),
    ...(newest !== undefined && { newest: isoOf(newest) }),
  };
}

/** Times come from headers, which anybody may write. */
const LAST = 8.64e15;

function isoOf(time: number): string {
  return new Date(Math.max(-LAST, Math.min(LAST, time))).toISOString();
}

/** Whether a letter is chosen. @param now epoch milliseconds */
export type LetterFilter = (letter: DeadLetter, now: number) => boolean;

const TEXTS: ReadonlyMap<string, (letter: DeadLetter) => string | undefined> = new Map([
  ['reason', ({ reason }) => reason],
  ['source', ({ source }) => source],
  ['target', ({ target }) => target],
  ['key', ({ key }) => key],
  ['id', ({ id }) => id],
  ['redriven', ({ redriven }) => String(redriven)],
]);
const AGES = ['older-than', 'newer-than'] as const;
const HEADER = 'header.';

/** What can be asked of a letter. */
const FILTER_KEYS: readonly string[] = [...TEXTS.keys(), ...AGES, `${HEADER}NAME`];

/** Characters. A glob takes the time of both lengths, multiplied; of a longer value only its beginning is compared. */
const LONGEST_CONDITION = 512;
const LONGEST_VALUE = 4096;

/**
 * Reads a condition: `reason=rejected`, `source!=orders.*`, `older-than=1d`, `header.tenant=acme`. A `*` stands for any
 * characters. A letter without the value is not equal to anything.
 */
export function parseLetterFilter(text: string): LetterFilter | { readonly problem: string } {
  if (text.length > LONGEST_CONDITION) return { problem: `longer than ${LONGEST_CONDITION} characters` };
  const [, key, not, value] = /^([^=!]+)(!?)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) return { problem: 'write KEY=VALUE or KEY!=VALUE' };
  const isNot = not === '!';
  if (key === 'older-than' || key === 'newer-than') return ageFilter(key, isNot, value);
  const read = key.startsWith(HEADER) ? headerReader(key.slice(HEADER.length)) : TEXTS.get(key);
  if (!read) return { problem: `unknown key ${JSON.stringify(key)}; there are ${FILTER_KEYS.join(', ')}` };
  const matches = globMatcher(value);
  return (letter) => {
    const found = read(letter)?.slice(0, LONGEST_VALUE);
    return (found !== undefined && matches(found)) !== isNot;
  };
}

function headerReader(name: string): ((letter: DeadLetter) => string | undefined) | undefined {
  return name === '' ? undefined : (letter) => letter.header(name);
}

/** The age of a letter without a time is unknown: it is neither older nor newer. */
function ageFilter(
  key: (typeof AGES)[number],
  isNot: boolean,
  value: string,
): LetterFilter | { readonly problem: string } {
  if (isNot) return { problem: `${key} has no !=; write the other one of ${AGES.join(', ')}` };
  const quantity = parseDuration(value, 'ms');
  if ('problem' in quantity) return { problem: `${JSON.stringify(value)} is ${quantity.problem}` };
  const span = quantity.value;
  if (/^-?\d+$/.test(value.trim()) || typeof span !== 'number' || span < 0) {
    return { problem: `write a duration with its unit, as ${key}=1d` };
  }
  return ({ time }, now) =>
    time !== undefined && (key === 'older-than' ? now - time > span : now - time <= span);
}
