import { type Json, jsonParts } from '../model/index.ts';

/**
 * Names come from files and brokers, so they are hostile until they have gone through one of these.
 * Each function takes raw text and gives text that its format shows as it stands.
 */

/** Control and format characters (ESC, CR, bidirectional overrides, zero-width …), line separators, lone surrogates. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function showInvisible(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  const hex = code.toString(16);
  return (
    SHORT[char] ??
    (code < 0x100 ? `\\x${hex.padStart(2, '0')}` : code < 0x10000 ? `\\u${hex}` : `\\u{${hex}}`)
  );
}

/** One line for a terminal: what could move the cursor, hide or reorder text is shown as `\x1b`, `\n`, `\u202e`. */
export function escapeText(text: string): string {
  return text.replace(INVISIBLE, showInvisible);
}

/** What Markdown, GitHub's extensions of it (mentions, autolinks, maths) or HTML could read as syntax. */
const MARKDOWN_SYNTAX = /[&<>"|`*_[\]{}()#+!~^$\\:@]/g;
const MENTION_OR_LINK = /[@#]|www(?=\.)/gi;

function entities(text: string): string {
  return text.replace(MARKDOWN_SYNTAX, (char) => `&#${char.charCodeAt(0)};`);
}

/** Prose for Markdown, safe in a table cell too: no markup, no link, and no mentions. */
export function escapeMarkdown(text: string): string {
  // GitHub looks for mentions after entities are decoded, so a zero-width space has to part the sign from the name.
  return escapeText(text)
    .split(MENTION_OR_LINK)
    .reduce<{ out: string; signs: string[] }>(
      ({ out, signs }, part, i) => ({
        out: i === 0 ? entities(part) : `${out}${entities(signs[i - 1] ?? '')}&#8203;${entities(part)}`,
        signs,
      }),
      { out: '', signs: escapeText(text).match(MENTION_OR_LINK) ?? [] },
    ).out;
}

/** A name or value for Markdown, safe in a table cell too. GitHub looks for no mentions inside `<code>`. */
export function markdownCode(text: string): string {
  return `<code>${entities(escapeText(text))}</code>`;
}

/** Lines that are already escaped for a terminal, as a fenced block that no run of backticks in them can close. */
export function markdownFence(lines: readonly string[]): string {
  const longest = lines
    .flatMap((line) => line.match(/`+/g) ?? [])
    .reduce((longest, run) => Math.max(longest, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${lines.map((line) => `${line}\n`).join('')}${fence}\n`;
}

/** The message of a GitHub workflow command. Newlines stay, as GitHub's `%0A`; everything else is shown. */
export function escapeAnnotation(text: string): string {
  return text
    .split('\n')
    .map((line) => escapeText(line).replaceAll('%', '%25'))
    .join('%0A');
}

/** A property value (`file=…`) of a GitHub workflow command. */
export function escapeAnnotationProperty(text: string): string {
  return escapeText(text).replaceAll('%', '%25').replaceAll(':', '%3A').replaceAll(',', '%2C');
}

const XML_SYNTAX: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** XML text or attribute value. Characters that XML 1.0 cannot hold at all are shown like in a terminal. */
export function escapeXml(text: string): string {
  return escapeText(text)
    .replace(/[\uFFFE\uFFFF]/g, showInvisible)
    .replace(/[&<>"']/g, (char) => XML_SYNTAX[char] ?? char);
}

/**
 * JSON text, indented, that is safe to show in a terminal: JSON itself lets DEL, C1 controls and bidirectional
 * overrides stand raw, and they can only be inside strings.
 */
export function printableJson(value: unknown): string {
  return `${visibleJson(JSON.stringify(value, undefined, 2))}\n`;
}

/** {@link printableJson} in parts, for data whose text is too large to be held as a whole. */
export function* printableJsonParts(value: Json): Generator<string> {
  for (const part of jsonParts(value, 2)) yield visibleJson(part);
  yield '\n';
}

function visibleJson(text: string): string {
  return text.replace(INVISIBLE, (char) =>
    char === '\n'
      ? char
      : Array.from(
          { length: char.length },
          (_, i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, '0')}`,
        ).join(''),
  );
}
