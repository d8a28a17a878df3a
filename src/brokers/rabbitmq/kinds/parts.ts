import {
  type Change,
  type JsonObject,
  parseAddress,
  type Resource,
  type Risk,
  subject,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';

/*
 * What the kinds share: names out of addresses, and management API requests.
 */

/** The decoded path of a resource's address: `['/orders', 'failed']` of a queue. */
export function pathOf(resource: Resource): string[] {
  return parseAddress(resource.address).path;
}

export function brokerOf(resource: Resource): string {
  return parseAddress(resource.address).broker;
}

/** For kinds whose address is `<vhost>/<name>`. */
export function vhostAndName(resource: Resource): { vhost: string; name: string } {
  const [vhost = '', name = ''] = pathOf(resource);
  return { vhost, name };
}

export function httpPut(resource: Resource, path: readonly string[], payload: JsonObject): RabbitCall {
  return { op: 'http.put', target: resource.address, body: { path, payload } };
}

export function httpDelete(resource: Resource, path: readonly string[]): RabbitCall {
  return { op: 'http.delete', target: resource.address, body: { path } };
}

/** The calls of a kind that one PUT makes and changes, and one DELETE removes. */
export function putOrDelete(change: Change, path: readonly string[], payload: JsonObject): RabbitCall[] {
  const resource = subject(change);
  return [change.action === 'delete' ? httpDelete(resource, path) : httpPut(resource, path, payload)];
}

export function disruptive(code: string, message: string): Risk {
  return { class: 'disruptive', code, message };
}

export function destructive(code: string, message: string, hint?: string): Risk {
  return { class: 'destructive', code, message, ...(hint !== undefined && { hint }) };
}

/** `1 queue`, `3 queues`. */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
