import { isScalar, type Node, Scalar } from 'yaml';
import type { Json } from '../model/index.ts';

export const CORE = 'tag:yaml.org,2002:';

/** What a value of each scalar tag is; https://yaml.org/spec/1.2.2/#103-core-schema */
export const SCALAR_TAGS: Readonly<Record<string, (value: Json) => boolean>> = {
  [`${CORE}int`]: (value) =>
    (typeof value === 'number' && Number.isInteger(value)) || typeof value === 'object',
  [`${CORE}float`]: (value) => typeof value === 'number',
  [`${CORE}bool`]: (value) => typeof value === 'boolean',
  [`${CORE}null`]: (value) => value === null,
};

export function isMergeKey(node: Node): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && node.value === '<<';
}

/** No character was written for it. */
export function isEmpty(node: Node): boolean {
  return isScalar(node) && node.type === Scalar.PLAIN && node.value === '';
}

/** Where a node begins: an offset into the text. */
export function start(node: Node): number {
  return node.range?.[0] ?? 0;
}

/** A text of the user's, short enough for a message. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}…` : text);
}
