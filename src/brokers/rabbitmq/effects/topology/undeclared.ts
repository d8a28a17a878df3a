import { nearestWord } from '../../../../model/index.ts';

/** A search for a similar name is linear in the number of names; later findings have no suggestion. */
const MOST_SEARCHES = 100;

/**
 * Returns the hint for an undeclared name: a similar name, or the suppression comment for another project's resource.
 * Create one per run of a rule: a thousand bindings to one undeclared name then cost one search.
 */
export function hintsFor(code: string): (name: string, candidates: Iterable<string>) => string {
  const found = new Map<string, string | undefined>();
  return (name, candidates) => {
    if (!found.has(name) && found.size < MOST_SEARCHES) found.set(name, nearestWord(name, candidates));
    const nearest = found.get(name);
    return nearest === undefined
      ? `declare it; if another project owns it, add # brokerform-ignore ${code}: owned by …`
      : `did you mean "${nearest}"?`;
  };
}
