import type { YAMLParseError } from 'yaml';
import type { Diagnostic, Source } from '../model/index.ts';
import { loadError } from './problems.ts';

const HINTS: Partial<Record<YAMLParseError['code'], string>> = {
  BAD_ALIAS: 'quote the text if no alias was meant',
  BAD_DQ_ESCAPE: 'write the backslash twice, or use single quotes',
  BAD_INDENT: 'keys of one mapping start in one column, and what belongs to a key is indented deeper',
  BAD_SCALAR_START: 'put the text in quotes',
  BLOCK_AS_IMPLICIT_KEY: 'put the nested mapping on lines of its own, or quote the text that holds a colon',
  BLOCK_IN_FLOW: 'inside { } and [ ] write values in that style too',
  MISSING_CHAR: 'add what is missing, or quote the text',
  MULTILINE_IMPLICIT_KEY: 'a key needs a colon and a space after it, on one line',
  TAB_AS_INDENT: 'use spaces; YAML does not allow tabs as indentation',
  UNEXPECTED_TOKEN: 'remove it, or quote the text that it is part of',
};

/** An error of the YAML parser, in its own words, with what to do about it. */
export function syntaxDiagnostic(error: YAMLParseError, text: string, at: Source): Diagnostic {
  if (error.code === 'TAB_AS_INDENT' || startsWithTab(text, error.pos[0])) {
    return loadError('tab', 'this line is indented with a tab, which YAML does not allow', at, 'use spaces');
  }
  const template = unquotedTemplate(text, error.pos[0]);
  return {
    code: 'load/syntax',
    severity: 'error',
    message: `this is not valid YAML: ${lowerFirst(error.message)}`,
    at,
    hint: template
      ? `put ${template} in quotes: braces mean a mapping here`
      : (HINTS[error.code] ?? 'correct it'),
  };
}

function startsWithTab(text: string, offset: number): boolean {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return /^ *\t/.test(text.slice(lineStart, lineStart + 200));
}

/** `{ max-length: ${MAX} }` is the mistake that people make with variables. */
function unquotedTemplate(text: string, offset: number): string | undefined {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const lineEnd = text.indexOf('\n', offset);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd).slice(0, 1000);
  return /[[{,].*[:,[]\s*(\$\{[A-Za-z0-9_:-]*\})/.exec(line)?.[1];
}

function lowerFirst(message: string): string {
  return /^[A-Z][a-z]/.test(message) ? message.charAt(0).toLowerCase() + message.slice(1) : message;
}
