import { Lexer } from 'yaml';
import type { Diagnostic, Suppression } from '../model/index.ts';
import type { SourceMap } from './source-map.ts';

const CANDIDATE = /#\s*brokerform-ignore/;
const COMMENT = /^#\s*brokerform-ignore\b\s*([^:]*)(?::(.*))?$/;
const CODE = /^[a-z0-9-]+\/[a-z0-9-]+$/;

/**
 * The comments `# brokerform-ignore <code>, …: <reason>` of a file. At the end of a line it covers that line, on a
 * line of its own the next line that holds more than a comment.
 */
export function readSuppressions(
  text: string,
  places: SourceMap,
): { suppressions: Suppression[]; diagnostics: Diagnostic[] } {
  const suppressions: Suppression[] = [];
  const diagnostics: Diagnostic[] = [];
  if (!CANDIDATE.test(text)) return { suppressions, diagnostics };
  const next = nextContentLines(text);
  for (const { offset, comment } of comments(text)) {
    const match = COMMENT.exec(comment.trimEnd());
    if (!match) continue;
    const at = places.source(offset);
    const codes = (match[1] ?? '')
      .split(',')
      .map((code) => code.trim())
      .filter((code) => code !== '');
    const reason = (match[2] ?? '').trim();
    const bad = codes.find((code) => !CODE.test(code));
    if (codes.length === 0 || bad !== undefined) {
      diagnostics.push({
        code: 'load/suppression-code',
        severity: 'error',
        message:
          bad === undefined
            ? 'this brokerform-ignore comment names no rule'
            : `${JSON.stringify(bad)} in this brokerform-ignore comment is not a rule's code`,
        at,
        hint: 'write it as # brokerform-ignore rabbitmq/unbound-queue: the reason',
      });
    } else if (reason === '') {
      diagnostics.push({
        code: 'load/suppression-reason',
        severity: 'error',
        message: 'this brokerform-ignore comment gives no reason, and the next reader will need it',
        at,
        hint: `add it after a colon: # brokerform-ignore ${codes.join(', ')}: the reason`,
      });
    } else {
      const ownLine = text.slice(offset - at.col + 1, offset).trim() === '';
      const covers = ownLine ? (next[at.line] ?? at.line) : at.line;
      suppressions.push({ codes, reason, at, covers });
    }
  }
  return { suppressions, diagnostics };
}

/** Only the lexer can tell a comment from the same characters within a string. */
function* comments(text: string): Generator<{ offset: number; comment: string }> {
  let offset = 0;
  let isScalar = false;
  for (const lexeme of new Lexer().lex(text)) {
    // Marks of the lexer that stand for no text: document, end of flow, scalar.
    if (lexeme === '\x02' || lexeme === '\x18' || lexeme === '\x1f') {
      isScalar = lexeme === '\x1f';
      continue;
    }
    if (!isScalar && lexeme.startsWith('#')) yield { offset, comment: lexeme };
    isScalar = false;
    offset += lexeme.length;
  }
}

/** For each line, from 1: the first line after it that holds more than a comment. */
function nextContentLines(text: string): Int32Array {
  const lines = text.split('\n');
  const next = new Int32Array(lines.length + 1);
  let found = 0;
  for (let line = lines.length; line > 0; line--) {
    next[line] = found === 0 ? line : found;
    if (!BLANK_OR_COMMENT.test(lines[line - 1] ?? '')) found = line;
  }
  return next;
}

const BLANK_OR_COMMENT = /^[ \t]*(?:#|\r?$)/;
