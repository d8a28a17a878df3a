import { compareDiagnostics, type Diagnostic, formatSource, groupBy } from '../model/index.ts';
import { escapeXml } from '../text/escape.ts';
import type { About } from './about.ts';
import { messageOf } from './style.ts';

/**
 * JUnit XML in the form that Jenkins, GitLab and Azure read: a suite a file, a case a finding. Only errors fail
 * a case; a file without findings is not listed, and no finding at all is one case that passed.
 */
export function diagnosticsJunit(diagnostics: readonly Diagnostic[], { command }: About): string {
  const sorted = [...diagnostics].sort(compareDiagnostics);
  const suites = groupBy(sorted, ({ at }) => at?.file ?? 'brokerform');
  const body =
    suites.size === 0
      ? [suiteXml('brokerform', [], [`    <testcase name="${command}" classname="brokerform" time="0"/>`])]
      : Array.from(suites, ([name, found]) =>
          suiteXml(
            name,
            found,
            found.map((one) => caseXml(name, one)),
          ),
        );
  const failures = diagnostics.filter(({ severity }) => severity === 'error').length;
  const tests = Math.max(1, diagnostics.length);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="brokerform ${command}" tests="${tests}" failures="${failures}" errors="0" time="0">`,
    ...body,
    '</testsuites>',
    '',
  ].join('\n');
}

function suiteXml(name: string, found: readonly Diagnostic[], cases: readonly string[]): string {
  const failures = found.filter(({ severity }) => severity === 'error').length;
  return [
    `  <testsuite name="${escapeXml(name)}" tests="${cases.length}" failures="${failures}" errors="0" skipped="0" time="0">`,
    ...cases,
    '  </testsuite>',
  ].join('\n');
}

function caseXml(file: string, diagnostic: Diagnostic): string {
  const { at, severity, code, hint } = diagnostic;
  const message = messageOf(diagnostic);
  const name = at ? `${code} ${at.line}:${at.col}` : code;
  const text = [
    ...(at ? [formatSource(at)] : []),
    `${severity}: ${message}`,
    ...(hint === undefined ? [] : [`hint: ${hint}`]),
  ]
    .map(escapeXml)
    .join('\n');
  const body =
    severity === 'error'
      ? `<failure message="${escapeXml(message)}" type="${escapeXml(code)}">${text}</failure>`
      : `<system-out>${text}</system-out>`;
  return `    <testcase name="${escapeXml(name)}" classname="${escapeXml(file)}" time="0">${body}</testcase>`;
}
