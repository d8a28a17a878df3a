import { isObject, type Json, type JsonObject, toBigInt } from '../../../../model/index.ts';
import type { JetStreamApi } from '../api.ts';
import { textOf } from '../listings.ts';
import { Refusal } from '../refusals.ts';

/** A header as it stands in a message; the same name may come more than once. */
export type Header = readonly [name: string, value: string];

/** A message as its stream keeps it. */
export interface StoredMessage {
  readonly seq: number;
  readonly subject: string;
  /** When the stream got it, in epoch milliseconds. */
  readonly time: number;
  /** Undefined where they cannot be read, and so cannot be sent again unchanged. */
  readonly headers: readonly Header[] | undefined;
  readonly data: Uint8Array;
}

/** `no message found` */
const NO_MESSAGE = 10037;
/** `sequence 12 not found`, where one is to be deleted. */
const NO_SEQUENCE = 10043;

/** The message of a sequence; undefined if the stream has none. @throws as `JetStreamApi.read` */
export function messageAt(
  api: JetStreamApi,
  stream: string,
  seq: number,
): Promise<StoredMessage | undefined> {
  return read(api, stream, { seq });
}

/** The first message of this sequence or a later one. @throws as `JetStreamApi.read` */
export function messageFrom(
  api: JetStreamApi,
  stream: string,
  seq: number,
): Promise<StoredMessage | undefined> {
  return read(api, stream, { seq, next_by_subj: '>' });
}

async function read(api: JetStreamApi, stream: string, body: JsonObject): Promise<StoredMessage | undefined> {
  const answer = await unlessCode(NO_MESSAGE, api.read({ verb: 'STREAM.MSG.GET', path: [stream], body }));
  const message = answer?.message;
  if (!isObject(message)) return undefined;
  return {
    seq: numberOf(message.seq),
    subject: textOf(message.subject),
    time: Date.parse(textOf(message.time)),
    headers: parseHeaders(bytesOf(message.hdrs)),
    data: bytesOf(message.data),
  };
}

/** Deletes a message, or finds it deleted. Its bytes are not overwritten. @throws as `JetStreamApi.once` */
export async function deleteMessage(api: JetStreamApi, stream: string, seq: number): Promise<void> {
  const request = { verb: 'STREAM.MSG.DELETE', path: [stream], body: { seq, no_erase: true } };
  // Sending it twice does no harm: the second one finds no message.
  await unlessCode(NO_SEQUENCE, unlessCode(NO_MESSAGE, api.read(request)));
}

async function unlessCode<T>(code: number, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && error.errCode === code) return undefined;
    throw error;
  }
}

export function numberOf(value: Json | undefined): number {
  return Number(toBigInt(value) ?? 0);
}

function bytesOf(value: Json | undefined): Uint8Array {
  return Buffer.from(textOf(value), 'base64');
}

/** `NATS/1.0`, then a line a header. */
function parseHeaders(bytes: Uint8Array): readonly Header[] | undefined {
  if (bytes.length === 0) return [];
  const lines = decoded(bytes)?.split('\r\n');
  if (!lines?.shift()?.startsWith('NATS/1.0')) return undefined;
  const headers: Header[] = [];
  for (const line of lines) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    if (colon < 1) return undefined;
    headers.push([line.slice(0, colon), line.slice(colon + 1).trim()]);
  }
  return headers;
}

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
