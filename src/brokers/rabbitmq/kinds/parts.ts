import {
  type Address,
  type BrokerIdentity,
  brokerOf as brokerName,
  type Change,
  type Context,
  isObject,
  type Json,
  type JsonObject,
  makeAddress,
  parseAddress,
  type Resource,
  type Risk,
  type Source,
  subject,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { factsOf } from '../facts.ts';
import type { Collector } from './kind.ts';

/*
 * What the kinds share: names out of addresses, needs, values of listings, management API requests, risks, checks of names.
 */

/** The decoded path of a resource's address: `['/orders', 'failed']` of a queue. */
export function pathOf(resource: Pick<Resource, 'address'>): string[] {
  return parseAddress(resource.address).path;
}

export function brokerOf(resource: Pick<Resource, 'address'>): string {
  return brokerName(resource.address);
}

/** For kinds whose address is one name: a vhost, a user. */
export function nameOf(resource: Resource): string {
  return pathOf(resource)[0] ?? '';
}

/** Live resources of a kind in a vhost. */
export function liveIn(
  { live }: Pick<Context, 'live'>,
  kind: string,
  broker: string,
  vhost: string,
): Resource[] {
  const prefix = `${makeAddress(broker, kind, vhost)}/`;
  return [...live.values()].filter(({ address }) => address.startsWith(prefix));
}

/** For kinds whose address is `<vhost>/<name>`. */
export function vhostAndName(resource: Pick<Resource, 'address'>): { vhost: string; name: string } {
  const [vhost = '', name = ''] = pathOf(resource);
  return { vhost, name };
}

/**
 * A dependency may name an undeclared resource; it is an edge only if both ends exist. No need is what every vhost
 * has: the default exchange, and those of the broker.
 */
export function exchangeNeed(broker: string, vhost: string, name: unknown): Address[] {
  const isNeed = typeof name === 'string' && !isPredeclaredExchange(name);
  return isNeed ? [makeAddress(broker, 'exchange', vhost, name)] : [];
}

/** The default exchange and `amq.*` exchanges exist in every vhost and cannot be declared or deleted. */
export function isPredeclaredExchange(name: string): boolean {
  return name === '' || name.startsWith('amq.');
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** A table as brokers list it: an empty one is an empty list on 3.x. */
export function tableOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/** Tags of a vhost or user, sorted: a list, or `a, b` before 3.9. */
export function sortedTags(tags: Json | undefined): string[] {
  const list = Array.isArray(tags) ? tags.map(String) : text(tags).split(',');
  return [...new Set(list.map((tag) => tag.trim()).filter((tag) => tag !== ''))].sort();
}

/** @param optional where the user may lack the right to it */
export function httpPut(
  resource: Resource,
  path: readonly string[],
  payload: JsonObject,
  optional = false,
): RabbitCall {
  return { op: 'http.put', target: resource.address, body: { path, payload, ...(optional && { optional }) } };
}

export function httpDelete(resource: Resource, path: readonly string[], optional = false): RabbitCall {
  return { op: 'http.delete', target: resource.address, body: { path, ...(optional && { optional }) } };
}

/** The calls of a kind that one PUT makes and changes, and one DELETE removes. */
export function putOrDelete(change: Change, path: readonly string[], payload: JsonObject): RabbitCall[] {
  const resource = subject(change);
  return [change.action === 'delete' ? httpDelete(resource, path) : httpPut(resource, path, payload)];
}

/** The user that brokerform is connected as. */
export function isOwnUser(user: string, broker: BrokerIdentity): boolean {
  return user === factsOf(broker).user;
}

export const lockedOut: Risk = {
  class: 'refused',
  code: 'own-user',
  message: 'brokerform is connected as this user and would lock itself out',
};

/** Of a live queue, in `Resource.metrics`. A key that was not read is absent, and counts as not empty. */
export type QueueCounts = {
  readonly ready?: number;
  readonly unacknowledged?: number;
  readonly consumers?: number;
  /** Of an exclusive queue: the name of its connection. */
  readonly owner?: string;
  /** AMQP 1.0 connections that the vhost has. */
  readonly amqp10?: number;
};

export function countsOf(queue: Resource): QueueCounts {
  return (queue.metrics ?? {}) as QueueCounts;
}

export const ADMINISTRATOR = 'the tag "administrator"';
export const POLICYMAKER = 'the tag "policymaker"';

/** AMQP names and routing keys are short strings: 255 bytes. */
const LONGEST = 255;

const encoder = new TextEncoder();

function bytesOf(text: string): number {
  return text.length * 3 <= LONGEST ? text.length : encoder.encode(text).length;
}

/** Refuses what the broker would refuse, or would store under another name. */
export function checkName(collector: Collector, noun: string, name: string, at: Source): boolean {
  if (name === '') {
    collector.error('bad-name', at, `${noun} needs a name`);
    return false;
  }
  const bytes = bytesOf(name);
  if (bytes > LONGEST) {
    collector.error('bad-name', at, `a name of ${bytes} bytes is too long: ${noun} may have ${LONGEST}`);
    return false;
  }
  // The broker drops them without a word (`rabbit_mgmt_util`, `rabbit_channel:strip_cr_lf`).
  if (/[\r\n]/.test(name) && (noun === 'a queue' || noun === 'an exchange')) {
    collector.error('bad-name', at, `${noun} cannot have a line break in its name: the broker removes it`);
    return false;
  }
  // Its router takes them, also percent-encoded, for steps in the path (`cowboy_router:remove_dot_segments`).
  if ((name === '.' || name === '..') && noun !== 'a queue' && noun !== 'an exchange') {
    collector.error('bad-name', at, `${noun} cannot be named "${name}": the management API cannot tell it`);
    return false;
  }
  return true;
}

/** As {@link checkName}, for what the file declares: `amq.` names are the broker's own. */
export function checkDeclaredName(
  collector: Collector,
  noun: 'a queue' | 'an exchange',
  name: string,
  at: Source,
): boolean {
  if (!checkName(collector, noun, name, at)) return false;
  if (!name.startsWith('amq.')) return true;
  collector.error(
    'reserved-name',
    at,
    `"${name}" cannot be declared: names that start with amq. are the broker's own`,
    {
      hint: noun === 'an exchange' ? 'bindings may name it without a declaration' : 'choose another name',
    },
  );
  return false;
}

export function checkRoutingKey(collector: Collector, key: string, at: Source): boolean {
  const bytes = bytesOf(key);
  if (bytes <= LONGEST) return true;
  collector.error('bad-name', at, `a routing key of ${bytes} bytes is too long: it may have ${LONGEST}`);
  return false;
}
