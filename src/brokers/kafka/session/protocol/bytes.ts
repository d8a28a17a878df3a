/** Kafka's wire format: big-endian numbers, and texts and lists with their length in front. */

/** Writes one message. `flexible`: lengths are varints, and every structure ends with its tagged fields. */
export class Writer {
  readonly flexible: boolean;
  #buffer = Buffer.allocUnsafe(512);
  #length = 0;

  constructor(flexible: boolean) {
    this.flexible = flexible;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  int8(value: number): void {
    const at = this.#reserve(1);
    this.#buffer.writeInt8(value, at);
  }

  int16(value: number): void {
    const at = this.#reserve(2);
    this.#buffer.writeInt16BE(value, at);
  }

  int32(value: number): void {
    const at = this.#reserve(4);
    this.#buffer.writeInt32BE(value, at);
  }

  int64(value: number): void {
    const at = this.#reserve(8);
    this.#buffer.writeBigInt64BE(BigInt(value), at);
  }

  float64(value: number): void {
    const at = this.#reserve(8);
    this.#buffer.writeDoubleBE(value, at);
  }

  varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest % 128) | 0x80);
      rest = Math.floor(rest / 128);
    }
    this.#byte(rest);
  }

  /** A number of either sign, as records have them. */
  zigzag(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  /** The length of a list; of a missing one: -1. */
  count(length: number): void {
    if (this.flexible) this.varint(length + 1);
    else this.int32(length);
  }

  string(value: string | null): void {
    const length = value === null ? -1 : Buffer.byteLength(value);
    if (this.flexible) this.varint(length + 1);
    else this.int16(length);
    if (!value) return;
    const at = this.#reserve(length);
    this.#buffer.write(value, at, 'utf8');
  }

  data(value: Buffer): void {
    this.count(value.length);
    this.append(value);
  }

  append(value: Buffer): void {
    const at = this.#reserve(value.length);
    value.copy(this.#buffer, at);
  }

  /** Ends a structure; we have no tagged field to send. */
  end(): void {
    if (this.flexible) this.varint(0);
  }

  #byte(value: number): void {
    const at = this.#reserve(1);
    this.#buffer[at] = value;
  }

  /** Makes room, perhaps in another buffer: it must be called before the buffer is looked at. */
  #reserve(size: number): number {
    const at = this.#length;
    this.#length += size;
    if (this.#length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, at);
      this.#buffer = larger;
    }
    return at;
  }
}

/** The response does not have the expected form. */
export class MalformedResponse extends RangeError {
  override readonly name = 'MalformedResponse';
}

/** Reads one message. @throws RangeError when it ends too early. */
export class Reader {
  readonly flexible: boolean;
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer, flexible: boolean) {
    this.#buffer = buffer;
    this.flexible = flexible;
  }

  /** The rest of the message, to be read in the other form. */
  rest(flexible: boolean): Reader {
    return new Reader(this.#buffer.subarray(this.#at), flexible);
  }

  int8(): number {
    return this.#buffer.readInt8(this.skip(1));
  }

  int16(): number {
    return this.#buffer.readInt16BE(this.skip(2));
  }

  int32(): number {
    return this.#buffer.readInt32BE(this.skip(4));
  }

  /** Offsets, times and sizes: all far below 2^53. */
  int64(): number {
    return Number(this.#buffer.readBigInt64BE(this.skip(8)));
  }

  float64(): number {
    return this.#buffer.readDoubleBE(this.skip(8));
  }

  varint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      if (factor > 2 ** 63) throw new MalformedResponse('a number has no end');
      const byte = this.#buffer.readUInt8(this.skip(1));
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
  }

  /** A number of either sign, as records have them. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** -1 where the list is missing. */
  count(): number {
    return this.flexible ? this.varint() - 1 : this.int32();
  }

  string(): string | null {
    const length = this.flexible ? this.varint() - 1 : this.int16();
    if (length < 0) return null;
    const start = this.skip(length);
    return this.#buffer.toString('utf8', start, start + length);
  }

  /** Null where the length is -1. */
  data(length = this.count()): Buffer | null {
    if (length < 0) return null;
    const start = this.skip(length);
    return this.#buffer.subarray(start, start + length);
  }

  /** Ends a structure, and passes over the tagged fields in it unless they are asked for. */
  end(onTag?: (tag: number, value: Reader) => void): void {
    if (!this.flexible) return;
    for (let left = this.varint(); left > 0; left--) {
      const tag = this.varint();
      const length = this.varint();
      const start = this.skip(length);
      onTag?.(tag, new Reader(this.#buffer.subarray(start, start + length), true));
    }
  }

  /** @returns where what is passed over begins @throws MalformedResponse */
  skip(size: number): number {
    const at = this.#at;
    this.#at += size;
    if (this.#at > this.#buffer.length) throw new MalformedResponse('the answer ends too early');
    return at;
  }
}
