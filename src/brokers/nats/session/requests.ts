import { type BrokerIdentity, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { type Limited, type NatsFacts, supports } from '../facts.ts';
import { duplicateWindow } from '../fields/stream.ts';
import { isToken } from '../fields/subjects.ts';
import { isUnset, numberIn } from '../fields/values.ts';
import type { NatsCall } from '../kinds/index.ts';
import type { MoveCall } from '../kinds/stream/move-calls.ts';
import type { ApiRequest } from './api.ts';
import type { Sent } from './verify-response.ts';

/** A call as a request of the API, and how to verify its result. */
export interface Write {
  readonly request: ApiRequest;
  /** The configuration that the response must echo. */
  readonly sent?: Sent;
}

/** A call that is one request. */
export type WriteCall = Exclude<NatsCall, MoveCall | { op: 'consumer.reset' }>;

/** @throws UnsafeName */
export function writeOf(call: WriteCall): Write {
  switch (call.op) {
    case 'stream.create':
    case 'stream.update': {
      const { name, config } = call.body;
      const verb = call.op === 'stream.create' ? 'STREAM.CREATE' : 'STREAM.UPDATE';
      return {
        request: { verb, path: tokens(name), body: config },
        sent: { config, of: 'stream' },
      };
    }
    case 'stream.delete':
      return { request: { verb: 'STREAM.DELETE', path: tokens(call.body.name) } };
    case 'consumer.create':
    case 'consumer.update': {
      const { stream, name, config } = call.body;
      const action = call.op === 'consumer.create' ? 'create' : 'update';
      return {
        request: {
          verb: 'CONSUMER.CREATE',
          path: [...tokens(stream, name), ...filterOf(config)],
          body: { stream_name: stream, config, action },
        },
        // An update does not change it, and echoes the old value.
        sent: { config, of: 'consumer', ...(action === 'update' ? { ignored: 'pause_until' } : {}) },
      };
    }
    case 'consumer.pause': {
      const { stream, name, pause_until } = call.body;
      const body = pause_until !== '' && { body: { pause_until } };
      return { request: { verb: 'CONSUMER.PAUSE', path: tokens(stream, name), ...body } };
    }
    case 'consumer.delete': {
      const { stream, name } = call.body;
      return { request: { verb: 'CONSUMER.DELETE', path: tokens(stream, name) } };
    }
  }
}

/** What requests the live state of the resource of a call. */
export function infoOf({ body }: WriteCall): ApiRequest {
  return 'stream' in body
    ? { verb: 'CONSUMER.INFO', path: [body.stream, body.name] }
    : { verb: 'STREAM.INFO', path: [body.name] };
}

/**
 * The same request, which servers from 2.11 on refuse if they would store something else than it says. What they derive
 * from other fields is written out. Not where a field is left to a server that has limits of its own, or may have:
 * it would refuse to fill in its limit.
 */
export function pedantic(request: ApiRequest, broker: BrokerIdentity): ApiRequest {
  const { verb, body } = request;
  if (!body || !supports(broker, '2.11')) return request;
  const isLeft = (config: JsonObject, fields: readonly Limited[]) =>
    fields.some((field) => isUnset(config[field]) && (broker.facts as NatsFacts).serverLimits?.[field] !== 0);
  if (verb === 'STREAM.CREATE' || verb === 'STREAM.UPDATE') {
    if (isLeft(body, ['duplicate_window'])) return request;
    return { ...request, body: { ...exactStream(body, broker), pedantic: true } };
  }
  const { config } = body;
  if (verb !== 'CONSUMER.CREATE' || !isObject(config) || isLeft(config, ['max_ack_pending', 'max_batch']))
    return request;
  return { ...request, body: { ...body, config: exactConsumer(config), pedantic: true } };
}

function exactStream(config: JsonObject, broker: BrokerIdentity): JsonObject {
  const { republish, max_age, duplicate_window: given } = config;
  const window = duplicateWindow(config, broker);
  const isShortened = isUnset(given) && window > 0 && BigInt(window) === numberIn(max_age);
  return {
    ...config,
    ...(isObject(republish) && { republish: { ...republish, src: republish.src || '>' } }),
    ...(isShortened && { duplicate_window: window }),
  };
}

function exactConsumer(config: JsonObject): JsonObject {
  const [first]: readonly Json[] = Array.isArray(config.backoff) ? config.backoff : [];
  return first === undefined ? config : { ...config, ack_wait: first };
}

/** A name that would address other resources, `*` or `a.b`, or end the line of the protocol. */
export class UnsafeName extends Error {
  override readonly name = 'UnsafeName';
}

/** @throws UnsafeName */
export function tokens(...names: string[]): string[] {
  const unsafe = names.find((name) => !isToken(name));
  if (unsafe === undefined) return names;
  throw new UnsafeName(`no request can be sent for the name ${JSON.stringify(unsafe)}`);
}

/** The subject of the request also has a single filter, so that permissions can depend on it. */
function filterOf(config: JsonObject): string[] {
  const { filter_subject: filter, filter_subjects: several } = config;
  if (typeof filter !== 'string' || filter === '' || Array.isArray(several)) return [];
  if (/[\s\p{Cc}]/u.test(filter))
    throw new UnsafeName(`no request can be sent for ${JSON.stringify(filter)}`);
  return [filter];
}
