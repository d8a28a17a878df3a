import { isObject, parseJson } from '../../../../model/index.ts';
import type { JetStreamApi } from '../api.ts';
import { textOf } from '../listings.ts';
import { Refusal } from '../refusals.ts';
import { type Header, numberOf } from './stored.ts';

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
  const answer = parseJson(
    new TextDecoder().decode(await api.link.request(copy.subject, copy.data, time, headers)),
  );
  if (!isObject(answer)) throw new Refusal(500, 0, 'the acknowledgement is not a JSON object');
  if (isObject(answer.error)) {
    const { code, err_code, description } = answer.error;
    throw new Refusal(numberOf(code), numberOf(err_code), textOf(description));
  }
  if (textOf(answer.stream) !== copy.stream || numberOf(answer.seq) < 1) {
    throw new Refusal(500, 0, 'the acknowledgement names no sequence of the stream');
  }
}
