import { isObject, type Json, type JsonObject, toBigInt } from '../../../../model/index.ts';
import { textIn } from '../../fields/values.ts';
import { answerIn, type JetStreamApi } from '../api.ts';
import { isNoMessage, Refusal, unless } from '../refusals.ts';

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
  const answer = await unless(isNoMessage, api.read({ verb: 'STREAM.MSG.GET', path: [stream], body }));
  const message = answer?.message;
  if (!isObject(message)) return undefined;
  return {
    seq: numberOf(message.seq),
    subject: textIn(message.subject),
    time: Date.parse(textIn(message.time)),
    headers: parseHeaders(bytesOf(message.hdrs)),
    data: bytesOf(message.data),
  };
}

/** Deletes a message, or finds it deleted. Its bytes are not overwritten. @throws as `JetStreamApi.once` */
export async function deleteMessage(api: JetStreamApi, stream: string, seq: number): Promise<void> {
  const request = { verb: 'STREAM.MSG.DELETE', path: [stream], body: { seq, no_erase: true } };
  // Sending it twice does no harm: the second one finds no message.
  const isGone = (error: unknown) =>
    isNoMessage(error) || (error instanceof Refusal && error.errCode === NO_SEQUENCE);
  await unless(isGone, api.read(request));
}

export function numberOf(value: Json | undefined): number {
  return Number(toBigInt(value) ?? 0);
}

function bytesOf(value: Json | undefined): Uint8Array {
  return Buffer.from(textIn(value), 'base64');
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

/** How often a message was redriven, and by which run. */
const MARK = 'Brokerform-Redrive';
/** The `Nats-Msg-Id` that its publisher gave it. */
const FIRST_ID = 'Brokerform-Msg-Id';
const MESSAGE_ID = 'Nats-Msg-Id';
/** The beginning of the ids of copies. */
export const OUR_ID = 'brokerform-redrive:';
const TTL = 'Nats-TTL';

export interface Copy {
  readonly subject: string;
  readonly stream: string;
  readonly headers: readonly Header[];
  readonly data: Uint8Array;
}

export function headerIn(headers: readonly Header[] | undefined, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return headers?.find(([own]) => own.toLowerCase() === wanted)?.[1];
}

export function redrivenOf(headers: readonly Header[] | undefined): number {
  const [count] = /^\d{1,9}/.exec(headerIn(headers, MARK) ?? '') ?? ['0'];
  return Number(count);
}

/**
 * The headers of a copy. Those of NATS are orders to the server, such as a rollup, which would purge the stream, or an
 * expected sequence, so they are left out. The message id becomes one that is the same in each run: a run after a kill is
 * told that the copy is there, and the publisher's own id would have it dropped as a duplicate of the dead message.
 */
export function copyHeaders(
  headers: readonly Header[],
  { id, run, keepsTtl }: { readonly id: string; readonly run: string; readonly keepsTtl: boolean },
): Header[] {
  const given = headerIn(headers, FIRST_ID) ?? headerIn(headers, MESSAGE_ID);
  const first = given?.startsWith(OUR_ID) ? undefined : given;
  const own = headers.filter(([name]) => {
    const lower = name.toLowerCase();
    if (lower === TTL.toLowerCase()) return keepsTtl;
    return !lower.startsWith('nats-') && lower !== MARK.toLowerCase() && lower !== FIRST_ID.toLowerCase();
  });
  return [
    ...own,
    [MARK, `${redrivenOf(headers) + 1}; run=${run}`],
    ...(first === undefined ? [] : [[FIRST_ID, first] as const]),
    [MESSAGE_ID, id],
  ];
}

/**
 * Publishes a copy, and returns once its stream has it.
 * @throws Refusal, ResponseTimeout, ConnectionLost, or the client's own error.
 */
export async function publish(api: JetStreamApi, copy: Copy): Promise<void> {
  const { headers: newHeaders } = await import('@nats-io/transport-node');
  const headers = newHeaders();
  for (const [name, value] of copy.headers) headers.append(name, value);
  headers.set('Nats-Expected-Stream', copy.stream);
  const time = api.settings.timeout;
  const answer = answerIn(await api.link.request(copy.subject, copy.data, time, headers));
  if (textIn(answer.stream) !== copy.stream || numberOf(answer.seq) < 1) {
    throw new Refusal(500, 0, 'the acknowledgement names no sequence of the stream');
  }
}
