import { createHash } from 'node:crypto';
import { compareDiagnostics, type Diagnostic, type Severity } from '../model/index.ts';
import { escapeText, printableJson } from '../text/escape.ts';
import { messageOf } from './style.ts';

const SEVERITY: Readonly<Record<Severity, string>> = { error: 'critical', warning: 'minor', info: 'info' };

/**
 * GitLab's Code Quality report. A finding keeps its fingerprint when it moves to another line, so that a merge request
 * shows what is new. https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
 */
export function diagnosticsGitlab(diagnostics: readonly Diagnostic[]): string {
  const seen = new Map<string, number>();
  const issues = [...diagnostics].sort(compareDiagnostics).map((diagnostic) => {
    const { code, severity, hint, at } = diagnostic;
    const message = messageOf(diagnostic);
    const identity = [code, at?.file ?? '', diagnostic.address ?? '', message].join('\0');
    // Equal findings in one file are distinguished by their order.
    const count = seen.get(identity) ?? 0;
    seen.set(identity, count + 1);
    return {
      description: escapeText(hint === undefined ? message : `${message} (${hint})`),
      check_name: escapeText(code),
      fingerprint: createHash('sha256').update(`${identity}\0${count}`).digest('hex'),
      severity: SEVERITY[severity],
      ...(at && { location: { path: at.file.toWellFormed(), lines: { begin: at.line } } }),
    };
  });
  return printableJson(issues);
}
