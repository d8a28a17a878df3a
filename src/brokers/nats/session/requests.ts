import {
  type BrokerIdentity,
  canonicalJson,
  equalJson,
  isObject,
  type Json,
  type JsonObject,
} from '../../../model/index.ts';
import { type Limited, type NatsFacts, supports } from '../facts.ts';
import { consumerFields } from '../fields/consumer.ts';
import { type Fields, fieldIn, IDENTITY } from '../fields/field.ts';
import { isDefault, normalize } from '../fields/normalize.ts';
import { duplicateWindow, streamFields } from '../fields/stream.ts';
import { isToken } from '../fields/subjects.ts';
import { isUnset, listIn, numberIn } from '../fields/values.ts';
import type { NatsCall } from '../kinds/index.ts';
import type { MoveCall } from '../kinds/stream/move-calls.ts';
import type { ApiRequest } from './api.ts';

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
  const [first] = listIn(config.backoff);
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

/** A sent configuration. */
export interface Sent {
  readonly config: JsonObject;
  readonly of: 'stream' | 'consumer';
  /** A field that this request does not change. */
  readonly ignored?: string;
}

/**
 * Sent fields that the response lacks: servers up to 2.11 silently drop unknown fields. Different values are left to the
 * comparison with the plan, which knows derived values.
 */
export function droppedFields(sent: Sent, echo: JsonObject, broker: BrokerIdentity): string[] {
  // Usually nothing is missing, and normalizing is unnecessary.
  if (droppedParts(sent.config, echo, []).length === 0) return [];
  const fields = fieldsOf(sent);
  const wanted = normal(sent, sent.config, broker);
  const kept = normal(sent, echo, broker);
  return Object.entries(wanted).flatMap(([name, value]) => {
    if (isNothing(fields, name, value)) return [];
    return isNothing(fields, name, kept[name]) ? [name] : droppedParts(value, kept[name], [name]);
  });
}

/** True if the live configuration is already as sent: the write would be a no-op. */
export function isSame(sent: Sent, live: JsonObject, broker: BrokerIdentity): boolean {
  return equalJson(normal(sent, sent.config, broker), normal(sent, live, broker));
}

function fieldsOf(sent: Sent): Fields {
  return sent.of === 'stream' ? streamFields : consumerFields;
}

function normal(sent: Sent, config: JsonObject, broker: BrokerIdentity): Record<string, Json> {
  const { filter_subject: one, ...rest } = config;
  const single = sent.of === 'consumer' && typeof one === 'string' && one !== '';
  const joined = single ? { ...rest, filter_subjects: [one] } : rest;
  const result = normalize(fieldsOf(sent), joined, broker);
  if (sent.of === 'stream' && config.duplicate_window === undefined) {
    result.duplicate_window = duplicateWindow(result, broker);
  }
  for (const name of [...IDENTITY, sent.ignored ?? '']) delete result[name];
  if (isObject(result.metadata) && Object.keys(result.metadata).length === 0) result.metadata = null;
  return result;
}

function isNothing(fields: Fields, name: string, value: Json | undefined): boolean {
  const field = fieldIn(fields, name);
  // A normalized response has no default for a field that the server does not support.
  return isEmpty(value) || (field !== undefined && isDefault(field, value));
}

/** The values that Go omits in JSON. */
function isEmpty(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isObject(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === false || value === 0 || value === '';
}

function droppedParts(sent: Json, kept: Json | undefined, path: readonly string[]): string[] {
  if (Array.isArray(sent)) {
    return droppedItems(sent, listIn(kept), path);
  }
  if (!isObject(sent) || !isObject(kept)) return [];
  return Object.entries(sent).flatMap(([name, value]) => {
    if (isEmpty(value)) return [];
    const inner = [...path, name];
    return isEmpty(kept[name]) ? [inner.join('.')] : droppedParts(value, kept[name], inner);
  });
}

/** The identity of a source, independent of its position: several can copy from one stream. */
const SOURCE_IDENTITY = ['name', 'filter_subject', 'subject_transforms', 'external'];

/** The missing parts of the items of a list. A source that the response lacks is missing as a whole. */
function droppedItems(sent: readonly Json[], kept: readonly Json[], path: readonly string[]): string[] {
  const isNamed = (item: Json): item is JsonObject => isObject(item) && typeof item.name === 'string';
  if (!sent.every(isNamed)) return sent.flatMap((item, index) => droppedParts(item, kept[index], path));
  const free = kept.filter(isNamed);
  const take = (isMeant: (other: JsonObject) => boolean) => {
    const index = free.findIndex(isMeant);
    return index === -1 ? undefined : free.splice(index, 1)[0];
  };
  const alike = sent.map((item) => take((other) => identityOf(other) === identityOf(item)));
  return sent.flatMap((item, index) => {
    const other = alike[index] ?? take(({ name }) => name === item.name);
    return other ? droppedParts(item, other, path) : [path.join('.')];
  });
}

function identityOf(source: JsonObject): string {
  return canonicalJson(SOURCE_IDENTITY.map((part) => source[part] ?? null));
}
