import {
  type Baseline,
  type BaselineEntry,
  baselineKey,
  compareDiagnostics,
  type Diagnostic,
  type FindingChanges,
  groupBy,
} from '../model/index.ts';

export interface Baselined {
  /** Findings that the baseline does not accept. */
  readonly found: readonly Diagnostic[];
  readonly accepted: number;
  /** Entries that accept more findings than exist. */
  readonly stale: readonly BaselineEntry[];
}

/** Removes accepted findings. If there are more findings than an entry accepts, the last ones remain. */
export function applyBaseline(diagnostics: readonly Diagnostic[], { entries }: Baseline): Baselined {
  const left = new Map<string, number>();
  for (const entry of entries) {
    const key = baselineKey(entry);
    left.set(key, (left.get(key) ?? 0) + entry.count);
  }
  const found = diagnostics.filter((diagnostic) => {
    const key = baselineKey(diagnostic);
    const count = left.get(key) ?? 0;
    if (count > 0) left.set(key, count - 1);
    return count === 0;
  });
  return {
    found,
    accepted: diagnostics.length - found.length,
    stale: entries.filter((entry) => (left.get(baselineKey(entry)) ?? 0) > 0),
  };
}

/** A baseline that accepts these findings; sorted for small diffs. */
export function baselineOf(diagnostics: readonly Diagnostic[]): BaselineEntry[] {
  const entries = new Map<string, BaselineEntry>();
  for (const diagnostic of diagnostics) {
    const { code, address, path } = diagnostic;
    const key = baselineKey(diagnostic);
    const count = (entries.get(key)?.count ?? 0) + 1;
    entries.set(key, {
      code,
      ...(address !== undefined && { address }),
      ...(path !== undefined && { path }),
      count,
    });
  }
  return [...entries].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/**
 * Separates new findings from existing ones. Findings are compared by rule, severity, resource and message, because
 * lines and file names can move without a change.
 */
export function compareFindings(before: readonly Diagnostic[], after: readonly Diagnostic[]): FindingChanges {
  const left = groupBy(before, identityOf);
  const found: Diagnostic[] = [];
  let remaining = 0;
  for (const diagnostic of after) {
    if (left.get(identityOf(diagnostic))?.pop()) remaining++;
    else found.push(diagnostic);
  }
  const fixed = [...left.values()].flat().sort(compareDiagnostics);
  return { new: found.sort(compareDiagnostics), fixed, remaining };
}

function identityOf({ code, severity, address = '', message }: Diagnostic): string {
  return [code, severity, address, message].join('\0');
}
