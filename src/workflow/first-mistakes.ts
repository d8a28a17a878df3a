import type { Diagnostic } from '../model/index.ts';

/** A file with more mistakes of one kind has one reason for all of them: the rest are counted. */
const MOST_OF_A_CODE = 1000;

/**
 * The first mistakes of each code in each file, and how many more there are, at the first that is left out.
 * @param sorted by file and place
 * @param isListed codes of which all are kept, as a baseline accepts them one by one
 */
export function firstMistakes(
  sorted: readonly Diagnostic[],
  isListed: (code: string) => boolean,
): Diagnostic[] {
  const counts = new Map<string, number>();
  const keyOf = ({ code, at }: Diagnostic) => `${code} ${at?.file ?? ''}`;
  for (const one of sorted) counts.set(keyOf(one), (counts.get(keyOf(one)) ?? 0) + 1);
  const seen = new Map<string, number>();
  return sorted.flatMap((one): Diagnostic[] => {
    const key = keyOf(one);
    const number = (seen.get(key) ?? 0) + 1;
    seen.set(key, number);
    if (number <= MOST_OF_A_CODE || isListed(one.code)) return [one];
    if (number > MOST_OF_A_CODE + 1) return [];
    const { code, severity, at } = one;
    const rest = ((counts.get(key) ?? 0) - MOST_OF_A_CODE).toLocaleString('en-US');
    const message = `${rest} more errors of this kind`;
    return [{ code, severity, message, ...(at && { at }), hint: 'correct those that are listed first' }];
  });
}
