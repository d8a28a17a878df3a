import { nearestWord } from '../../../../model/index.ts';

/** Looking for a likely name costs as much as there are names; past this many answers, findings do without. */
const MOST_SEARCHES = 100;

/**
 * What to do about a name that nobody declares: the likely spelling, or how to say that it is another project's.
 * One of these serves a whole run of a rule, so that a thousand bindings to one missing name cost one search.
 */
export function hintsFor(code: string): (name: string, candidates: Iterable<string>) => string {
  const found = new Map<string, string | undefined>();
  return (name, candidates) => {
    if (!found.has(name) && found.size < MOST_SEARCHES) found.set(name, nearestWord(name, candidates));
    const nearest = found.get(name);
    return nearest === undefined
      ? `declare it; where another project owns it, say so: # brokerform-ignore ${code}: owned by …`
      : `did you mean "${nearest}"?`;
  };
}
