/*
 * Which records of a partition were redriven. A committed offset says it of all records before it; of those behind it, the
 * metadata of the commit does, of which a broker keeps 4096 bytes (offset.metadata.max.bytes): a letter that a filter
 * leaves behind is still there for the next run.
 */

/** Bytes of metadata, with some room: a cluster may allow less, never more by default. */
const MOST = 4_000;
const RANGES = 'brokerform1 ';
const BITMAP = 'brokerform1b ';

/** From a first offset up to, and without, an end. */
type Range = readonly [start: number, end: number];

export class Progress {
  /** All records before it are done. */
  readonly from: number;
  /** Done ones behind it: in order, apart from each other. */
  readonly #ranges: readonly Range[];

  private constructor(from: number, ranges: readonly Range[]) {
    const [first] = ranges;
    const isNext = first !== undefined && first[0] <= from;
    this.from = isNext ? Math.max(from, first[1]) : from;
    this.#ranges = isNext ? ranges.slice(1) : ranges;
  }

  static none(from: number): Progress {
    return new Progress(from, []);
  }

  /**
   * Of a commit. Metadata of others, or that is damaged, says nothing.
   * @param start the first offset that the log still has
   */
  static read(offset: number, metadata: string, start: number): Progress {
    const from = Math.max(offset, start);
    const ranges = decode(offset, metadata)
      .map(([first, end]): Range => [Math.max(first, from), end])
      .filter(([first, end]) => end > first);
    return new Progress(from, ranges);
  }

  has(offset: number): boolean {
    const range = this.#ranges[this.#firstEndingAfter(offset)];
    return offset < this.from || (range !== undefined && range[0] <= offset);
  }

  /** With these offsets as well: those of records that were redriven, or that the log has no record for. */
  with(start: number, end: number): Progress {
    if (end <= Math.max(start, this.from)) return this;
    // Ranges that touch this one become one with it.
    const first = this.#firstEndingAfter(start - 1);
    let last = first;
    let [from, to] = [start, end];
    for (let range = this.#ranges[last]; range && range[0] <= end; range = this.#ranges[++last]) {
      [from, to] = [Math.min(from, range[0]), Math.max(to, range[1])];
    }
    return new Progress(this.from, this.#ranges.toSpliced(first, last - first, [from, to]));
  }

  /** The index of the first range that ends behind an offset; there may be thousands. */
  #firstEndingAfter(offset: number): number {
    let [low, high] = [0, this.#ranges.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ranges[middle]?.[1] ?? 0) > offset) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** Undefined where it is too scattered to be kept. */
  get metadata(): string | undefined {
    if (this.#ranges.length === 0) return '';
    const ranges = RANGES + encodeRanges(this.from, this.#ranges);
    if (ranges.length <= MOST) return ranges;
    const end = this.#ranges.at(-1)?.[1] ?? this.from;
    const bitmap = ((end - this.from) / 6) * 1.01 > MOST ? undefined : BITMAP + this.#bitmap(end);
    return bitmap !== undefined && bitmap.length <= MOST ? bitmap : undefined;
  }

  #bitmap(end: number): string {
    const bits = Buffer.alloc(Math.ceil((end - this.from) / 8));
    for (const [start, stop] of this.#ranges) {
      for (let at = start - this.from; at < stop - this.from; at++) {
        bits[at >>> 3] = (bits[at >>> 3] ?? 0) | (1 << (at & 7));
      }
    }
    return bits.toString('base64');
  }
}

/** `5.5.a.1`: the gap before a range and its length, in turn, in base 36. */
function encodeRanges(from: number, ranges: readonly Range[]): string {
  let at = from;
  const numbers: string[] = [];
  for (const [start, end] of ranges) {
    numbers.push((start - at).toString(36), (end - start).toString(36));
    at = end;
  }
  return numbers.join('.');
}

function decode(from: number, metadata: string): Range[] {
  if (metadata.startsWith(BITMAP)) return decodeBitmap(from, metadata.slice(BITMAP.length));
  if (!metadata.startsWith(RANGES)) return [];
  const numbers = metadata
    .slice(RANGES.length)
    .split('.')
    .map((text) => (/^[0-9a-z]{1,10}$/.test(text) ? Number.parseInt(text, 36) : Number.NaN));
  if (numbers.length % 2 === 1 || numbers.some(Number.isNaN)) return [];
  const ranges: Range[] = [];
  let at = from;
  for (let i = 0; i < numbers.length; i += 2) {
    const start = at + (numbers[i] ?? 0);
    at = start + (numbers[i + 1] ?? 0);
    ranges.push([start, at]);
  }
  return ranges;
}

function decodeBitmap(from: number, text: string): Range[] {
  const ranges: Range[] = [];
  let start: number | undefined;
  const bits = Buffer.from(text, 'base64');
  for (let at = 0; at <= bits.length * 8; at++) {
    const isSet = ((bits[at >>> 3] ?? 0) & (1 << (at & 7))) !== 0;
    if (isSet) start ??= at;
    else if (start !== undefined) {
      ranges.push([from + start, from + at]);
      start = undefined;
    }
  }
  return ranges;
}
