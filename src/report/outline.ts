import { isExactInt, isObject, type Json, toBigInt } from '../model/index.ts';

/** Text that needs no quotes to be told from another kind of value or from the outline's own signs. */
const PLAIN_TEXT = /^[A-Za-z/*>#$^(.][^\p{C}"':]*(?<! )$/u;
const WORDS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

/**
 * A JSON value as lines in the manner of YAML: one item or field a line and no commas, so that a changed item changes
 * its own lines only.
 */
export function outline(value: Json): string[] {
  if (Array.isArray(value) && value.length > 0) {
    return value.flatMap((item: Json) =>
      outline(item).map((line, index) => (index === 0 ? `- ${line}` : `  ${line}`)),
    );
  }
  if (!isObject(value) || !isTree(value)) {
    return [
      toBigInt(value)?.toString() ?? (typeof value === 'string' ? textOf(value) : JSON.stringify(value)),
    ];
  }
  return Object.entries(value).flatMap(([key, item]) => {
    const lines = outline(item);
    const name = textOf(key);
    return isTree(item) ? [`${name}:`, ...lines.map((line) => `  ${line}`)] : [`${name}: ${lines[0] ?? ''}`];
  });
}

function isTree(value: Json): boolean {
  return typeof value === 'object' && value !== null && !isExactInt(value) && Object.keys(value).length > 0;
}

function textOf(text: string): string {
  return PLAIN_TEXT.test(text) && !WORDS.has(text) ? text : JSON.stringify(text);
}
