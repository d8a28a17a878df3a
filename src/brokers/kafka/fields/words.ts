/** A word of a spec, and the number that stands for it in the protocol. */
export interface WireWord {
  readonly wire: number;
}

/** In the order of the table. */
export function wordsOf<W extends string>(table: Readonly<Record<W, unknown>>): readonly W[] {
  return Object.keys(table) as W[];
}

/** The word for a number of the protocol; undefined for what is newer than the table. */
export function wordOf<W extends string>(table: Readonly<Record<W, WireWord>>, wire: number): W | undefined {
  return wordsOf(table).find((word) => table[word].wire === wire);
}
