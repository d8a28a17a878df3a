/**
 * The known word that was probably meant: at most a third of it mistyped. Undefined where none is near.
 * @param most edits of a word, however long
 */
export function nearestWord(
  word: string,
  known: Iterable<string>,
  most = Number.POSITIVE_INFINITY,
): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const allowed = Math.min(most, Math.max(1, Math.floor(Math.max(word.length, candidate.length) / 3)));
    if (Math.abs(word.length - candidate.length) > allowed || word.length > 200) continue;
    const distance = editDistance(normalised(word), normalised(candidate));
    if (distance <= allowed && distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** A hint: the word that was probably meant, or else what to say where none is near. */
export function suggestionOr(otherwise: string, word: string, known: Iterable<string>): string {
  const near = nearestWord(word, known);
  return near === undefined ? otherwise : `did you mean ${near}?`;
}

/** `maxLength` and `max_length` are `max-length`. */
function normalised(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .replace(/[_. ]/g, '-')
    .toLowerCase();
}

/** Insertions, deletions, substitutions and swaps of neighbours (Damerau-Levenshtein, optimal alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      }
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
