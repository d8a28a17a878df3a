import type { JsonObject } from '../../../model/index.ts';
import type { ServerRules } from '../facts.ts';
import { firstMatch, type Stream } from './account.ts';
import type { Match, Pattern, Subject, Token } from './subject.ts';

/*
 * Why a server refuses to store a message: `processJetStreamMsg` in server/stream.go. Names of headers are
 * case-sensitive. What depends on the messages of a stream, as Nats-Expected-Last-Sequence does, is not looked at.
 */

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

/** What becomes of a message in a stream. `passing`: it is deleted as soon as mirrors and sources have copied it. */
export type Fate = 'stored' | 'passing' | 'unwanted' | 'refused';

interface Decision {
  readonly fate: Fate;
  readonly isCertain: boolean;
  readonly why?: string;
}

/** Streams that keep messages for consumers only. */
export function fateIn(stream: Stream, subject: Subject, rules: ServerRules): Decision {
  const { retention } = stream.resource.spec;
  if (retention !== 'interest' && retention !== 'workqueue') return { fate: 'stored', isCertain: true };
  const taken = bestOf(stream.consumers.map(({ filters }) => firstMatch(subject, filters)?.match));
  const copied = bestOf(stream.copies.map(({ filters }) => firstMatch(subject, filters)?.match));
  if (retention === 'interest') {
    const why =
      overlooked(stream, subject, rules) ?? (taken === 'no' && copied === 'no' ? NO_INTEREST : undefined);
    if (why !== undefined) return { fate: 'unwanted', isCertain: true, why };
  }
  if (taken !== 'no') return { fate: 'stored', isCertain: taken === 'yes' };
  if (copied !== 'no') return { fate: 'passing', isCertain: copied === 'yes' };
  return { fate: 'stored', isCertain: true };
}

const NO_INTEREST = 'it has interest retention, and no consumer of it receives the message';

/** Why a server does not see the interest that there is. */
function overlooked({ consumers, copies }: Stream, subject: Subject, rules: ServerRules): string | undefined {
  if (subject.includes(''))
    return 'it has interest retention, for which no subject with an empty token counts';
  if (!rules.overlooksInterest || subject.includes(null)) return undefined;
  const patterns = [...consumers, ...copies].flatMap(({ filters }) => filters.map(({ pattern }) => pattern));
  return isSeen(patterns, subject) || !isSeen(patterns, subject, true)
    ? undefined
    : 'this server overlooks that a filter matches (2.10.16 to 2.11.11, and 2.12.0 to 2.12.3, lose such messages)';
}

/**
 * `matchLevelForAny` in server/sublist.go: where one filter has the last token of the subject and goes on, a `*` of
 * another one is overlooked.
 * @param mended as later servers do it
 */
function isSeen(patterns: readonly Pattern[], tokens: readonly Token[], mended = false): boolean {
  let level: readonly Pattern[] = patterns;
  let literal: readonly Pattern[] = [];
  let wild: readonly Pattern[] = [];
  for (const [i, token] of tokens.entries()) {
    if (level.length === 0) return false;
    if (level.some(([first]) => first === '>')) return true;
    wild = after(level, '*');
    if (isSeen(wild.filter(isMore), tokens.slice(i + 1), mended)) return true;
    literal = after(level, token);
    level = literal.filter(isMore);
  }
  if (literal.some((pattern) => !isMore(pattern))) return true;
  if (literal.length > 0 && !mended) return false;
  return wild.some((pattern) => !isMore(pattern));
}

function after(patterns: readonly Pattern[], token: Token): Pattern[] {
  return patterns.flatMap(([first, ...rest]) => (first === token ? [rest] : []));
}

function isMore(pattern: Pattern): boolean {
  return pattern.length > 0;
}

function bestOf(matches: readonly (Match | undefined)[]): Match {
  return matches.includes('yes') ? 'yes' : matches.includes('maybe') ? 'maybe' : 'no';
}
