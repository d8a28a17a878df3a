import { compareDiagnostics, type Diagnostic, type Diff } from '../model/index.ts';
import { diffSections } from './diff-text.ts';
import { effectFindings, riskyFindings } from './plan-findings.ts';
import { brokenTestFindings } from './tests-text.ts';

/** What the head changes that somebody should look at, at the lines of its YAML; the worst first. */
export function diffFindings(diff: Diff): Diagnostic[] {
  const effects = effectFindings(diff.effects, 'diff');
  const undeclared = diff.undeclared.map(
    ({ address, title, fields, reset, at, owned }): Diagnostic => ({
      code: 'diff/undeclared',
      severity: 'info',
      message: fields
        ? `${title}: ${fields.map(({ name }) => name).join(', ')} no longer declared; the broker keeps the current value`
        : `${title} is no longer declared; ${owned ? 'apply --prune deletes it' : 'it stays on the broker'}`,
      address,
      // The line of a resource that is gone is a line of the base.
      ...(fields && at && { at }),
      ...(reset !== undefined && { hint: `to reset, write ${reset}` }),
    }),
  );
  const guards = diff.guards
    .filter(({ weaker }) => weaker)
    .map(
      ({ name, before = 'unset', after = 'unset' }): Diagnostic => ({
        code: 'diff/weaker-guard',
        severity: 'warning',
        message: `${name} is less strict than before: ${before} → ${after}`,
      }),
    );
  return [
    ...brokenTestFindings(diff.brokenTests),
    ...riskyFindings(diffSections(diff)),
    ...[...diff.findings.new].sort(compareDiagnostics),
    ...guards,
    ...effects,
    ...undeclared,
  ];
}
