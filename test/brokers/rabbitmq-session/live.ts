import { inject } from 'vitest';
import type { RabbitCall } from '../../../src/brokers/rabbitmq/calls.ts';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import type { JsonObject, Outcome, Resource, Session } from '../../../src/model/index.ts';

export const LINES = ['old', 'current'] as const;
export type Line = (typeof LINES)[number];

/** The shared broker of this line; undefined where it cannot be had, and the test is to be skipped. */
export function brokerOf(line: Line) {
  return inject('rabbitmq')[line];
}

export interface OpenOptions {
  settings?: JsonObject;
  timeout?: number;
  resolve?: (template: string) => string;
}

export function open(
  line: Line,
  { settings = {}, timeout = 10_000, resolve = (text) => text }: OpenOptions = {},
) {
  const { url = '', management = '' } = brokerOf(line) ?? {};
  return connect({
    name: 'main',
    type: 'rabbitmq',
    settings: { url, management, ...settings },
    resolve,
    timeout,
  });
}

/** Settings for a user of the shared broker, by both protocols. */
export function loginAs(line: Line, user: string, password: string): JsonObject {
  const { url = '', management = '' } = brokerOf(line) ?? {};
  return {
    url: url.replace(/\/\/.*@/, `//${user}:${password}@`),
    management: management.replace(/\/\/(.*@)?/, `//${user}:${password}@`),
  };
}

let count = 0;
/** A vhost name that no other test has. */
export function freshVhost(): string {
  return `session-${process.pid}-${Date.now().toString(36)}-${count++}`;
}

export interface Signals {
  drain?: AbortSignal;
  abort?: AbortSignal;
  onOutcome?: (outcome: Outcome) => void;
}

export async function send(
  session: Session,
  units: readonly (readonly RabbitCall[])[],
  signals: Signals = {},
) {
  const never = new AbortController().signal;
  const outcomes: Outcome[] = [];
  for await (const outcome of session.send(units, {
    drain: signals.drain ?? never,
    abort: signals.abort ?? never,
  })) {
    outcomes.push(outcome);
    signals.onOutcome?.(outcome);
  }
  return outcomes.sort((a, b) => a.unit - b.unit);
}

export function statuses(outcomes: readonly Outcome[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

export async function readAll(session: Session, ...owns: string[]): Promise<Map<string, Resource>> {
  const resources = await session.read({ desired: [], retired: [], owns });
  return new Map(resources.map((resource) => [resource.address, resource]));
}

/** Calls as the kinds make them; the target is of no matter to a session. */
export const calls = {
  put: (path: string[], payload: JsonObject = {}): RabbitCall => ({
    op: 'http.put',
    target: '',
    body: { path, payload },
  }),
  delete: (...path: string[]): RabbitCall => ({ op: 'http.delete', target: '', body: { path } }),
  exchange: (vhost: string, name: string, type = 'topic', args: JsonObject = {}): RabbitCall => ({
    op: 'exchange.declare',
    target: '',
    body: { vhost, name, type, durable: true, autoDelete: false, internal: false, arguments: args },
  }),
  queue: (vhost: string, name: string, args: JsonObject = {}): RabbitCall => ({
    op: 'queue.declare',
    target: '',
    body: { vhost, name, durable: true, autoDelete: false, arguments: args },
  }),
  bind: (
    vhost: string,
    source: string,
    destination: string,
    routingKey: string,
    args: JsonObject = {},
  ): RabbitCall => ({
    op: 'queue.bind',
    target: '',
    body: { vhost, source, destination, routingKey, arguments: args },
  }),
  unbind: (
    vhost: string,
    source: string,
    destination: string,
    routingKey: string,
    propertiesKey: string,
    args: JsonObject = {},
  ): RabbitCall => ({
    op: 'queue.unbind',
    target: '',
    body: { vhost, source, destination, routingKey, arguments: args, propertiesKey },
  }),
  deleteQueue: (vhost: string, name: string, type = 'classic', ifEmpty = true): RabbitCall => ({
    op: 'queue.delete',
    target: '',
    body: { vhost, name, type, ifEmpty },
  }),
  deleteExchange: (vhost: string, name: string, ifUnused = false): RabbitCall => ({
    op: 'exchange.delete',
    target: '',
    body: { vhost, name, ifUnused },
  }),
};
