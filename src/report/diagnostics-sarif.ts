import { compareDiagnostics, type Diagnostic, type Severity, type Source } from '../model/index.ts';
import { escapeText, printableJson } from '../text/escape.ts';
import type { About } from './about.ts';
import { messageOf } from './style.ts';

const LEVEL: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', info: 'note' };

/** SARIF 2.1.0, for code scanning. https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html */
export function diagnosticsSarif(diagnostics: readonly Diagnostic[], about: About): string {
  const sorted = [...diagnostics].sort(compareDiagnostics);
  const codes = [...new Set(sorted.map(({ code }) => code))].sort();
  const indices = new Map(codes.map((code, i) => [code, i]));
  return printableJson({
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'brokerform', rules: codes.map((code) => ruleOf(code, about)) } },
        // Columns count characters as the YAML parser does, in UTF-16 code units.
        columnKind: 'utf16CodeUnits',
        results: sorted.map((diagnostic) => ({
          ruleId: escapeText(diagnostic.code),
          ruleIndex: indices.get(diagnostic.code),
          level: LEVEL[diagnostic.severity],
          message: {
            text: [messageOf(diagnostic), ...(diagnostic.hint ? [`Hint: ${diagnostic.hint}`] : [])]
              .map(plainText)
              .join('\n'),
          },
          ...(diagnostic.at ? { locations: [location(diagnostic.at)] } : {}),
          ...(diagnostic.related?.length ? { relatedLocations: diagnostic.related.map(location) } : {}),
        })),
      },
    ],
  });
}

/** Code scanning wants a description and a help text of every rule. */
function ruleOf(code: string, { command }: About) {
  const text = plainText(code);
  const help = command === 'validate' ? `brokerform explain ${text}` : `brokerform ${command} shows it whole`;
  return { id: escapeText(code), shortDescription: { text }, help: { text: help } };
}

/** SARIF reads `[text](target)` as a link even in plain text (3.11.6): a space keeps a name from being one. */
function plainText(text: string): string {
  return escapeText(text).replaceAll('](', '] (');
}

function location(at: Source) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(at.file) },
      region: { startLine: at.line, startColumn: at.col },
    },
  };
}

/** A relative path as a URI reference: it stays relative, so that code scanning finds it in the repository. */
function uriOf(file: string): string {
  return file.toWellFormed().replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
}
