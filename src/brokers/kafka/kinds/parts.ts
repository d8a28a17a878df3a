import type { Context, Json } from '../../../model/index.ts';
import { isObject, type JsonObject, parseAddress, type Resource, type Risk } from '../../../model/index.ts';
import type { BrokerNode } from '../assignment.ts';
import { configOf } from '../configs.ts';
import { typedConfig } from '../values.ts';

/*
 * What the kinds share: names out of addresses, facts of the cluster, risks.
 */

/** The first name in a resource's address: of a topic, of a user. */
export function nameOf(resource: Resource): string {
  return parseAddress(resource.address).path[0] ?? '';
}

/** The live brokers of the cluster, by id; none where nobody has asked a cluster. */
export function brokersIn(context: Context): readonly BrokerNode[] {
  const { brokers } = context.broker.facts;
  return Array.isArray(brokers) ? (brokers as unknown as readonly BrokerNode[]) : [];
}

/** What a topic has that says nothing, as far as it is known. */
export function defaultOf(facts: JsonObject, config: string): Json | undefined {
  const { defaults } = facts;
  const text = isObject(defaults) ? defaults[config] : undefined;
  const usual = text ?? configOf(config)?.default;
  return usual === undefined ? undefined : typedConfig(config, usual);
}

export function disruptive(code: string, message: string, hint?: string): Risk {
  return { class: 'disruptive', code, message, ...(hint !== undefined && { hint }) };
}

export function destructive(code: string, message: string, hint?: string): Risk {
  return { class: 'destructive', code, message, ...(hint !== undefined && { hint }) };
}

export function refused(code: string, message: string, hint?: string): Risk {
  return { class: 'refused', code, message, ...(hint !== undefined && { hint }) };
}

/** `1 topic`, `3 topics`. */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
