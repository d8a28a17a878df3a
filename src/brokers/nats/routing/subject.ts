/*
 * The subject of one message, by its tokens. A transform can put a random number in place of a token, so that it
 * depends on chance whether a pattern matches.
 */

/** Null for a random number. */
export type Token = string | null;
export type Subject = readonly Token[];

/** Whether a pattern matches: `maybe` where a random number decides. */
export type Match = 'yes' | 'maybe' | 'no';

/** A pattern, split: `orders.*.>`. */
export type Pattern = readonly string[];

const NUMBER = /^\d{1,10}$/;

export function tokensOf(text: string): string[] {
  return text.split('.');
}

export function subjectText(subject: Subject): string {
  return subject.map((token) => token ?? '<random>').join('.');
}

/** The tokens of a subject are literal, also one that reads `*`, as a transform can make it. */
export function match(subject: Subject, pattern: Pattern): Match {
  let found: Match = 'yes';
  for (const [i, wanted] of pattern.entries()) {
    const token = subject[i];
    if (token === undefined) return 'no';
    if (wanted === '>') return found;
    if (wanted === '*' || token === wanted) continue;
    if (token !== null || !NUMBER.test(wanted)) return 'no';
    found = 'maybe';
  }
  return subject.length === pattern.length ? found : 'no';
}
