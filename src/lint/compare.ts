import { compareDiagnostics, type Diagnostic, type FindingChanges, groupBy } from '../model/index.ts';

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
