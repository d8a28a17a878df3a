/*
 * The part of AMQP 0-9-1 that moving messages takes. amqplib turns properties into JavaScript values, which loses
 * integers beyond 2^53, the types of numbers, and texts that are not UTF-8. Here properties and bodies stay the bytes
 * that the broker sent. https://www.rabbitmq.com/amqp-0-9-1-reference
 */

const METHOD = 1;
const HEADER = 2;
const BODY = 3;
const HEARTBEAT = 8;
const END = 0xce;
/** Bytes before and behind a frame's payload. */
const BEFORE = 7;
const OVERHEAD = BEFORE + 1;

/** Class and method, as in the first four bytes of a method frame. */
export const METHODS = {
  connectionStart: 0x000a000a,
  connectionStartOk: 0x000a000b,
  connectionTune: 0x000a001e,
  connectionTuneOk: 0x000a001f,
  connectionOpen: 0x000a0028,
  connectionOpenOk: 0x000a0029,
  connectionClose: 0x000a0032,
  connectionCloseOk: 0x000a0033,
  connectionBlocked: 0x000a003c,
  connectionUnblocked: 0x000a003d,
  channelOpen: 0x0014000a,
  channelOpenOk: 0x0014000b,
  channelClose: 0x00140028,
  queueDeclare: 0x0032000a,
  queueDeclareOk: 0x0032000b,
  confirmSelect: 0x0055000a,
  confirmSelectOk: 0x0055000b,
  qos: 0x003c000a,
  qosOk: 0x003c000b,
  consume: 0x003c0014,
  consumeOk: 0x003c0015,
  cancel: 0x003c001e,
  cancelOk: 0x003c001f,
  publish: 0x003c0028,
  return: 0x003c0032,
  deliver: 0x003c003c,
  ack: 0x003c0050,
  nack: 0x003c0078,
} as const;

export type Frame =
  | { readonly kind: 'method'; readonly channel: number; readonly method: number; readonly args: Buffer }
  /** `bytes` is the whole frame; `bodySize` of all the body frames that follow. */
  | { readonly kind: 'header'; readonly bytes: Buffer; readonly bodySize: number }
  | { readonly kind: 'body'; readonly bytes: Buffer; readonly size: number }
  | { readonly kind: 'heartbeat' };

/** Cuts what comes in into frames. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0);
  readonly #maxSize: number;

  /** @param maxSize of a frame, in bytes: a peer that sends more is not a broker that keeps what it negotiated */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** @throws Error for what is not AMQP */
  *read(chunk: Buffer): Generator<Frame> {
    const bytes = this.#rest.length > 0 ? Buffer.concat([this.#rest, chunk]) : chunk;
    let start = 0;
    while (bytes.length - start >= OVERHEAD) {
      const size = bytes.readUInt32BE(start + 3);
      if (size > this.#maxSize) throw new Error(`a frame of ${size} bytes is larger than agreed`);
      const end = start + OVERHEAD + size;
      if (bytes.length < end) break;
      if (bytes[end - 1] !== END) throw new Error('a frame does not end where it should');
      const frame = bytes.subarray(start, end);
      start = end;
      // Taken off first: the reader of this frame may stop.
      this.#rest = bytes.subarray(start);
      yield decode(frame);
    }
    this.#rest = bytes.subarray(start);
  }
}

function decode(bytes: Buffer): Frame {
  const payload = bytes.subarray(BEFORE, -1);
  switch (bytes[0]) {
    case METHOD:
      return {
        kind: 'method',
        channel: bytes.readUInt16BE(1),
        method: payload.readUInt32BE(0),
        args: payload.subarray(4),
      };
    case HEADER:
      return { kind: 'header', bytes, bodySize: Number(payload.readBigUInt64BE(4)) };
    case BODY:
      return { kind: 'body', bytes, size: payload.length };
    case HEARTBEAT:
      return { kind: 'heartbeat' };
    default:
      throw new Error(`a frame of the unknown type ${bytes[0]}`);
  }
}

export const HEARTBEAT_FRAME = Buffer.from([HEARTBEAT, 0, 0, 0, 0, 0, 0, END]);

export function methodFrame(channel: number, method: number, ...parts: readonly Buffer[]): Buffer {
  return frameOf(METHOD, channel, Buffer.concat([uint32(method), ...parts]));
}

/** A content header frame with this payload. */
export function headerFrame(channel: number, payload: Buffer): Buffer {
  return frameOf(HEADER, channel, payload);
}

/** The payload of a content header frame: class, weight, body size, property flags, properties. */
export function headerPayload(frame: Buffer): Buffer {
  return frame.subarray(BEFORE, -1);
}

function frameOf(type: number, channel: number, payload: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(OVERHEAD + payload.length);
  frame[0] = type;
  frame.writeUInt16BE(channel, 1);
  frame.writeUInt32BE(payload.length, 3);
  payload.copy(frame, BEFORE);
  frame[frame.length - 1] = END;
  return frame;
}

export function uint8(value: number): Buffer {
  return Buffer.from([value]);
}

export function uint16(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(2);
  bytes.writeUInt16BE(value);
  return bytes;
}

export function uint32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function uint64(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

/** @throws RangeError for more than 255 bytes */
export function shortText(value: string | Buffer): Buffer {
  const bytes = typeof value === 'string' ? Buffer.from(value) : value;
  if (bytes.length > 255) throw new RangeError('a name of more than 255 bytes');
  return Buffer.concat([uint8(bytes.length), bytes]);
}

export function longText(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** A table of texts, truth values, integers of 32 bits, and tables. */
export type Table = { readonly [key: string]: string | boolean | number | Table };

export function tableBytes(table: Table): Buffer {
  const entries = Object.entries(table).flatMap(([key, value]) => {
    if (typeof value === 'string') return [shortText(key), Buffer.from('S'), longText(value)];
    if (typeof value === 'boolean') return [shortText(key), Buffer.from('t'), uint8(value ? 1 : 0)];
    if (typeof value === 'number') return [shortText(key), Buffer.from('I'), uint32(value)];
    return [shortText(key), Buffer.from('F'), tableBytes(value)];
  });
  const bytes = Buffer.concat(entries);
  return Buffer.concat([uint32(bytes.length), bytes]);
}

/** The short text at this offset, without its length. */
export function shortTextAt(bytes: Buffer, offset: number): Buffer {
  const start = offset + 1;
  return bytes.subarray(start, start + bytes.readUInt8(offset));
}
