import { type DeadLetter, globMatcher, parseDuration } from '../model/index.ts';

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
