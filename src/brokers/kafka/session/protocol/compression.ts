import { gunzipSync } from 'node:zlib';
import { MalformedResponse } from './bytes.ts';

/** The most bytes that a batch of records may have once decompressed. */
const MOST = 256 * 1024 * 1024;

/** By the number that a batch has: https://kafka.apache.org/documentation/#recordbatch */
const DECOMPRESS: Readonly<Record<number, (data: Buffer, most: number) => Buffer | Promise<Buffer>>> = {
  0: (data) => data,
  1: (data, most) => gunzipSync(data, { maxOutputLength: most }),
  2: snappy,
  3: lz4,
  4: zstd,
};

/** @param most bytes that it may become @throws MalformedResponse */
export async function decompress(codec: number, data: Buffer, most = MOST): Promise<Buffer> {
  const work = DECOMPRESS[codec];
  if (!work) throw new MalformedResponse(`a batch of records has the unknown compression ${codec}`);
  try {
    return await work(data, most);
  } catch (error) {
    if (error instanceof MalformedResponse) throw error;
    throw new MalformedResponse('a batch of records cannot be decompressed');
  }
}

/** Output that grows, up to a limit. */
class Output {
  #buffer = Buffer.allocUnsafe(64 * 1024);
  readonly #most: number;
  length = 0;

  constructor(most: number) {
    this.#most = most;
  }

  append(data: Uint8Array): void {
    this.#reserve(data.length);
    this.#buffer.set(data, this.length);
    this.length += data.length;
  }

  /** Repeats what is `distance` bytes back; source and target may overlap. */
  repeat(distance: number, length: number): void {
    if (distance < 1 || distance > this.length) throw new RangeError('a repetition of nothing');
    this.#reserve(length);
    const end = this.length + length;
    // What was repeated is there to be repeated.
    while (this.length < end) {
      const from = this.length - distance;
      const some = Math.min(distance, end - this.length);
      this.#buffer.copyWithin(this.length, from, from + some);
      this.length += some;
    }
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.length);
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed > this.#most)
      throw new MalformedResponse(`a batch of records has more than ${this.#most} bytes`);
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#buffer.length * 2));
    this.#buffer.copy(larger, 0, 0, this.length);
    this.#buffer = larger;
  }
}

/** `\x82SNAPPY\0`: blocks with their lengths in front, as Java's library writes them. */
const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const XERIAL_HEADER = 16;

/** https://github.com/google/snappy/blob/main/format_description.txt */
function snappy(data: Buffer, most: number): Buffer {
  const output = new Output(most);
  if (!data.subarray(0, XERIAL.length).equals(XERIAL)) {
    snappyBlock(data, output);
    return output.bytes();
  }
  for (let at = XERIAL_HEADER; at < data.length; ) {
    const length = data.readUInt32BE(at);
    at += 4;
    if (at + length > data.length) throw new RangeError('a block ends too early');
    snappyBlock(data.subarray(at, at + length), output);
    at += length;
  }
  return output.bytes();
}

function snappyBlock(data: Buffer, output: Output): void {
  let at = 0;
  // The length of the block once decompressed, which its elements tell as well.
  while (data.readUInt8(at++) >= 0x80);
  const begin = output.length;
  // Each block is on its own.
  const copy = (distance: number, length: number) => {
    if (distance > output.length - begin) throw new RangeError('a copy from another block');
    output.repeat(distance, length);
  };
  while (at < data.length) {
    const tag = data.readUInt8(at++);
    const kind = tag & 3;
    if (kind === 0) {
      const short = tag >>> 2;
      const extra = Math.max(0, short - 59);
      const length = (extra === 0 ? short : data.readUIntLE(at, extra)) + 1;
      at += extra;
      if (at + length > data.length) throw new RangeError('a literal ends too early');
      output.append(data.subarray(at, at + length));
      at += length;
    } else if (kind === 1) {
      copy(((tag >>> 5) << 8) | data.readUInt8(at), ((tag >>> 2) & 7) + 4);
      at += 1;
    } else {
      const size = kind === 2 ? 2 : 4;
      copy(data.readUIntLE(at, size), (tag >>> 2) + 1);
      at += size;
    }
  }
}

const LZ4_MAGIC = 0x184d2204;

/** https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md; checksums are the batch's own. */
function lz4(data: Buffer, most: number): Buffer {
  const output = new Output(most);
  for (let at = 0; at < data.length; ) {
    if (data.readUInt32LE(at) !== LZ4_MAGIC) throw new RangeError('no LZ4 frame');
    const flags = data.readUInt8(at + 4);
    at += 6 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0) + 1;
    for (;;) {
      const head = data.readUInt32LE(at);
      at += 4;
      if (head === 0) break;
      const length = head & 0x7fffffff;
      if (at + length > data.length) throw new RangeError('a block ends too early');
      const block = data.subarray(at, at + length);
      if (head >>> 31 === 1) output.append(block);
      else lz4Block(block, output);
      at += length + (flags & 0x10 ? 4 : 0);
    }
    if (flags & 0x04) at += 4;
  }
  return output.bytes();
}

function lz4Block(data: Buffer, output: Output): void {
  let at = 0;
  const extended = (length: number): number => {
    if (length < 15) return length;
    let whole = length;
    for (;;) {
      const byte = data.readUInt8(at++);
      whole += byte;
      if (byte !== 255) return whole;
    }
  };
  while (at < data.length) {
    const token = data.readUInt8(at++);
    const literals = extended(token >>> 4);
    if (at + literals > data.length) throw new RangeError('literals end too early');
    output.append(data.subarray(at, at + literals));
    at += literals;
    // The last sequence has no match.
    if (at >= data.length) return;
    const distance = data.readUInt16LE(at);
    at += 2;
    output.repeat(distance, extended(token & 15) + 4);
  }
}

async function zstd(data: Buffer, most: number): Promise<Buffer> {
  // Node has it from 22.15 on.
  const { Decompress } = await import('fzstd');
  const output = new Output(most);
  const stream = new Decompress((chunk) => output.append(chunk));
  stream.push(data, true);
  return output.bytes();
}
