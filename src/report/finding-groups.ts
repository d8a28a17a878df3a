import { compareDiagnostics, type Diagnostic, formatSource, type Severity } from '../model/index.ts';
import { plural } from '../text/words.ts';

/** Findings of one rule at one place have one cause: the first stands for all of them. */
export interface FindingGroup {
  readonly first: Diagnostic;
  /** How many others there are. */
  readonly more: number;
}

const RANK: Readonly<Record<Severity, number>> = { error: 0, warning: 1, info: 2 };

/**
 * Errors first, in the order of the files, as they are mended; the others by rule, so that what is alike stands together.
 * @param each every finding as a group of its own
 */
export function groupFindings(diagnostics: readonly Diagnostic[], each = false): FindingGroup[] {
  const sorted = [...diagnostics].sort(compareFindings);
  return each ? sorted.map((first) => ({ first, more: 0 })) : groupedInOrder(sorted);
}

/** Each group where its first finding is. */
export function groupedInOrder(diagnostics: readonly Diagnostic[]): FindingGroup[] {
  const groups = new Map<string, { first: Diagnostic; more: number }>();
  for (const diagnostic of diagnostics) {
    const { code, severity, at } = diagnostic;
    // Without a place, nothing says that the cause is the same.
    const key = at ? `${severity} ${code} ${formatSource(at)}` : `${groups.size}`;
    const group = groups.get(key);
    if (group) group.more++;
    else groups.set(key, { first: diagnostic, more: 0 });
  }
  return [...groups.values()];
}

function compareFindings(a: Diagnostic, b: Diagnostic): number {
  const byRule = a.severity === 'error' || a.code === b.code ? 0 : a.code < b.code ? -1 : 1;
  return RANK[a.severity] - RANK[b.severity] || byRule || compareDiagnostics(a, b);
}

export function moreText({ more }: FindingGroup): string {
  return `and ${plural(more, 'more finding')} of this rule here`;
}
