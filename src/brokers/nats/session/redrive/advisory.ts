import { isObject, parseJson } from '../../../../model/index.ts';
import { textOf } from '../listings.ts';
import { numberOf, type StoredMessage } from './stored.ts';

/** A message that a consumer gave up, as a server tells it. */
export interface Advisory {
  readonly stream: string;
  readonly consumer: string;
  /** The sequence of the message in its stream. */
  readonly seq: number;
  readonly reason: string;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** https://github.com/nats-io/jsm.go/tree/main/schema_source/jetstream/advisory/v1 */
const PREFIX = 'io.nats.jetstream.advisory.v1.';
/** Of the advisories of a consumer, those after which it does not deliver the message any more. A nak is none. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['max_deliver', 'max-deliver'],
  ['terminated', 'terminated'],
]);

/** Larger ones are no advisories. */
const MAX_BYTES = 64 * 1024;
const MAX_REASON = 200;

/**
 * What an advisory says; `other` for one that is about no dead letter, and undefined for a message that is no advisory.
 * The subject is not asked, because streams may transform it.
 */
export function parseAdvisory({ data, time }: StoredMessage): Advisory | 'other' | undefined {
  if (data.length > MAX_BYTES || data[0] !== 0x7b) return undefined;
  const body = parsed(data);
  const type = isObject(body) ? textOf(body.type) : '';
  if (!isObject(body) || !type.startsWith(PREFIX)) return undefined;
  const reason = REASONS.get(type.slice(PREFIX.length));
  const seq = numberOf(body.stream_seq);
  if (reason === undefined || seq < 1) return 'other';
  const said = textOf(body.reason).slice(0, MAX_REASON);
  const told = Date.parse(textOf(body.timestamp));
  return {
    stream: textOf(body.stream),
    consumer: textOf(body.consumer),
    seq,
    // Since 2.10 a client may say why it terminates a message.
    reason: said === '' ? reason : `${reason}: ${said}`,
    time: Number.isNaN(told) ? time : told,
  };
}

function parsed(data: Uint8Array) {
  try {
    return parseJson(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}

/** Stream and consumer that the subject of an advisory names. */
export function namedIn(subject: string): { stream: string; consumer: string } | undefined {
  const [, stream, consumer] =
    /^\$JS\.EVENT\.ADVISORY\.CONSUMER\.(?:MAX_DELIVERIES|MSG_TERMINATED)\.([^.]+)\.([^.]+)$/.exec(subject) ??
    [];
  return stream === undefined || consumer === undefined ? undefined : { stream, consumer };
}
