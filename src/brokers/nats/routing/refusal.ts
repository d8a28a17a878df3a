import type { BrokerIdentity, JsonObject } from '../../../model/index.ts';
import { atLeast, supports } from '../facts.ts';

/*
 * Why a server refuses to store a message: `processJetStreamMsg` in server/stream.go. Names of headers are
 * case-sensitive. What depends on the messages of a stream, as Nats-Expected-Last-Sequence does, is not looked at.
 */

/** What differs between the servers. */
export interface ServerRules {
  /** Streams, mirrors and sources have transforms. */
  readonly transforms: boolean;
  /** Copies lose their Nats-Expected headers. Others lose a message whose headers do not fit them, or stop at it. */
  readonly expectations: { readonly mirror: boolean; readonly source: boolean };
  /** The header that sources add is refused from publishers. */
  readonly sourceHeader: boolean;
  /** Streams with interest retention lose messages for some combinations of filters. */
  readonly overlooksInterest: boolean;
}

export function rulesOf(broker: Pick<BrokerIdentity, 'version' | 'facts'>): ServerRules {
  return {
    transforms: supports(broker, '2.10'),
    expectations: { mirror: atLeast(broker, '2.11.5'), source: atLeast(broker, '2.10.14') },
    sourceHeader: supports(broker, '2.15'),
    overlooksInterest:
      atLeast(broker, '2.10.16') &&
      !(atLeast(broker, '2.12') ? atLeast(broker, '2.12.4') : atLeast(broker, '2.11.12')),
  };
}

/** The state of a message that decides about it. */
export interface Coming {
  readonly by: 'publish' | 'mirror' | 'source';
  readonly headers: JsonObject;
  /** It came through a source, which leaves a header of its own on it. */
  readonly isSourced: boolean;
  /** Its header Nats-Expected-Stream is still on it. */
  readonly isExpecting: boolean;
}

export const EXPECTED = 'Nats-Expected-Stream';

/** @param name of the stream, with its spec
 * @returns undefined for a message that is stored */
export function refusal(
  name: string,
  spec: JsonObject,
  coming: Coming,
  rules: ServerRules,
): string | undefined {
  if (spec.sealed === true) return 'the stream is sealed';
  const { by, headers, isSourced, isExpecting } = coming;
  const isPublished = by === 'publish';
  if (isExpecting && headers[EXPECTED] !== name) {
    const why = `its header ${EXPECTED} names ${String(headers[EXPECTED])}`;
    return isPublished ? why : `${why}, and on this server a ${by} loses such a message, or stops at it`;
  }
  if (!isPublished) return undefined;
  if (isSourced && rules.sourceHeader) {
    return 'it has the header Nats-Stream-Source of a source, which servers from 2.15 on take from no publisher';
  }
  for (const [header, field] of Object.entries(NEEDED)) {
    // A completed spec has all fields that the server knows.
    if (!hasHeader(headers, header) || spec[field] === undefined || spec[field] === true) continue;
    return `its header ${header} needs ${field}: true`;
  }
  if (spec.allow_msg_counter !== true || hasHeader(headers, 'Nats-Incr')) return undefined;
  return 'a message of a counter needs a Nats-Incr header';
}

/** The field of a stream that a header needs. On a server without the field, the header has no meaning. */
const NEEDED: Readonly<Record<string, string>> = {
  'Nats-Rollup': 'allow_rollup_hdrs',
  'Nats-TTL': 'allow_msg_ttl',
  'Nats-Incr': 'allow_msg_counter',
  'Nats-Schedule': 'allow_msg_schedules',
};

/** The fields of a stream by which it refuses messages. */
export const REFUSING: readonly string[] = ['sealed', 'allow_msg_counter', ...Object.values(NEEDED)];

export function hasHeader(headers: JsonObject, name: string): boolean {
  return Object.hasOwn(headers, name) && headers[name] !== '';
}
