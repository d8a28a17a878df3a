import { gzipSync } from 'node:zlib';
import { MalformedResponse, Reader, Writer } from './bytes.ts';
import { decompress } from './compression.ts';

/** A header of a record: the order counts, a name may come more than once, and a value may be missing. */
export interface RecordHeader {
  readonly name: string;
  readonly value: Buffer | null;
}

export interface KafkaRecord {
  readonly offset: number;
  /** Epoch milliseconds; −1 where there is none. */
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly RecordHeader[];
}

export type NewRecord = Pick<KafkaRecord, 'key' | 'value' | 'headers'>;

/** A batch that was read. */
export interface RecordBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly producerId: number;
  readonly isTransactional: boolean;
  /** What a control batch says; absent for records. */
  readonly control?: 'abort' | 'commit';
  /** How its records are compressed; 0 for not at all. */
  readonly codec: number;
  /** @throws MalformedResponse */
  records(): Promise<KafkaRecord[]>;
}

/* The head of a batch: https://kafka.apache.org/documentation/#recordbatch */
const LENGTH_AT = 8;
const MAGIC_AT = 16;
const CRC_AT = 17;
const ATTRIBUTES_AT = 21;
const RECORDS_AT = 61;
/** What the length does not count: the base offset and itself. */
const BEFORE_LENGTH = 12;
const MAGIC = 2;

const CODEC = 0x07;
const TRANSACTIONAL = 0x10;
const CONTROL = 0x20;

/** Batches of a response; its last one may be cut off, and is left out then. @throws MalformedResponse */
export function readBatches(data: Buffer): RecordBatch[] {
  const batches: RecordBatch[] = [];
  for (let at = 0; at + RECORDS_AT <= data.length; ) {
    const end = at + BEFORE_LENGTH + data.readInt32BE(at + LENGTH_AT);
    if (data.readInt8(at + MAGIC_AT) !== MAGIC) {
      throw new MalformedResponse('records are in a format older than that of Kafka 0.11');
    }
    if (end < at + RECORDS_AT) throw new MalformedResponse('a batch of records has an impossible length');
    if (end > data.length) break;
    batches.push(readBatch(data.subarray(at, end)));
    at = end;
  }
  return batches;
}

function readBatch(data: Buffer): RecordBatch {
  const baseOffset = Number(data.readBigInt64BE(0));
  const attributes = data.readInt16BE(ATTRIBUTES_AT);
  const firstTime = Number(data.readBigInt64BE(27));
  const content = data.subarray(RECORDS_AT);
  const codec = attributes & CODEC;
  return {
    baseOffset,
    lastOffset: baseOffset + data.readInt32BE(23),
    producerId: Number(data.readBigInt64BE(43)),
    isTransactional: (attributes & TRANSACTIONAL) !== 0,
    ...(attributes & CONTROL && { control: controlOf(content) }),
    codec,
    async records() {
      const bytes = new Reader(await decompress(codec, content), true);
      const count = data.readInt32BE(57);
      const records: KafkaRecord[] = [];
      for (let i = 0; i < count; i++) records.push(readRecord(bytes, baseOffset, firstTime));
      return records;
    },
  };
}

/** The key of a control record is its version and its type: 0 aborts, 1 commits. */
function controlOf(content: Buffer): 'abort' | 'commit' {
  const { key } = readRecord(new Reader(content, true), 0, 0);
  return key?.readInt16BE(2) === 1 ? 'commit' : 'abort';
}

/** Numbers in records are zigzag varints, lengths among them. */
function readRecord(from: Reader, baseOffset: number, firstTime: number): KafkaRecord {
  from.zigzag();
  from.skip(1);
  const timestamp = firstTime + from.zigzag();
  const offset = baseOffset + from.zigzag();
  const key = from.data(from.zigzag());
  const value = from.data(from.zigzag());
  const headers: RecordHeader[] = [];
  for (let left = from.zigzag(); left > 0; left--) {
    headers.push({ name: from.data(from.zigzag())?.toString('utf8') ?? '', value: from.data(from.zigzag()) });
  }
  return { offset, timestamp, key, value, headers };
}

/** Who sends a batch; without it, the broker neither drops a repetition nor takes part in a transaction. */
export interface BatchProducer {
  readonly id: number;
  readonly epoch: number;
  /** Of the first record, in its partition. */
  readonly sequence: number;
}

/** A batch to send, whose records are from now. @param compressed by gzip, which every broker reads */
export function writeBatch(
  records: readonly NewRecord[],
  now: number,
  compressed: boolean,
  producer?: BatchProducer,
): Buffer {
  const plain = new Writer(true);
  for (const [index, record] of records.entries()) {
    const written = writeRecord(record, index);
    plain.zigzag(written.length);
    plain.append(written);
  }
  const content = compressed ? gzipSync(plain.bytes()) : plain.bytes();
  const batch = Buffer.alloc(RECORDS_AT + content.length);
  batch.writeInt32BE(batch.length - BEFORE_LENGTH, LENGTH_AT);
  // The leader's epoch; only brokers set it.
  batch.writeInt32BE(-1, 12);
  batch.writeInt8(MAGIC, MAGIC_AT);
  batch.writeInt16BE((compressed ? 1 : 0) | (producer ? TRANSACTIONAL : 0), ATTRIBUTES_AT);
  batch.writeInt32BE(records.length - 1, 23);
  batch.writeBigInt64BE(BigInt(now), 27);
  batch.writeBigInt64BE(BigInt(now), 35);
  batch.writeBigInt64BE(BigInt(producer?.id ?? -1), 43);
  batch.writeInt16BE(producer?.epoch ?? -1, 51);
  batch.writeInt32BE(producer?.sequence ?? -1, 53);
  batch.writeInt32BE(records.length, 57);
  content.copy(batch, RECORDS_AT);
  batch.writeUInt32BE(crc32c(batch.subarray(ATTRIBUTES_AT)), CRC_AT);
  return batch;
}

function writeRecord({ key, value, headers }: NewRecord, offset: number): Buffer {
  const to = new Writer(true);
  // Attributes, and the time after the batch's.
  to.int8(0);
  to.zigzag(0);
  to.zigzag(offset);
  writeData(to, key);
  writeData(to, value);
  to.zigzag(headers.length);
  for (const header of headers) {
    writeData(to, Buffer.from(header.name));
    writeData(to, header.value);
  }
  return to.bytes();
}

function writeData(to: Writer, value: Buffer | null): void {
  to.zigzag(value?.length ?? -1);
  if (value) to.append(value);
}

/** Castagnoli's polynomial, reflected. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** The checksum of a batch of records: CRC-32C. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) crc = (TABLE[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
