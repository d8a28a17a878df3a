import { formatCount } from '../model/index.ts';

/** Counts and times as people read them. */

export function plural(count: number, one: string, many = pluralOf(one)): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function pluralOf(word: string): string {
  return /[^aeiou]y$/.test(word)
    ? `${word.slice(0, -1)}ies`
    : /(?:s|x|ch|sh)$/.test(word)
      ? `${word}es`
      : `${word}s`;
}

/** Milliseconds as `850 ms`, `3.2 s`, `2 min 5 s`. */
export function formatElapsed(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** Non-zero parts of a summary: `1 blocked · 12 safe`. */
export function joinParts(
  parts: readonly (readonly [count: number, label: string])[],
  decorate: (label: string, text: string) => string = (_, text) => text,
): string {
  return parts
    .filter(([count]) => count > 0)
    .map(([count, label]) => decorate(label, `${formatCount(count)} ${label}`))
    .join(' · ');
}
