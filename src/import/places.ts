import type { Source } from '../model/index.ts';

/** Where the values of another tool's file were written, by the container that holds them. */
export interface ForeignPlaces {
  at(container: object, key?: string | number): Source | undefined;
  atValue(container: object, key: string | number): Source | undefined;
}

/** `channels["user/signedup"].bindings` */
export function pathTo(path: string, key: string | number): string {
  if (typeof key === 'number') return `${path}[${key}]`;
  if (!/^[\w-]+$/.test(key)) return `${path}[${JSON.stringify(shortened(key))}]`;
  return path === '' ? key : `${path}.${key}`;
}

const LONGEST = 80;

/** A text of the file's, short enough for a message. */
export function shortened(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
