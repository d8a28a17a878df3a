import { createHash } from 'node:crypto';
import {
  type Address,
  canonicalJson,
  isObject,
  type Json,
  type JsonObject,
  makeAddress,
} from '../../model/index.ts';
import type { Arguments } from './specs.ts';

/*
 * The addresses of every kind, in one place: what is declared and what is read from a broker meet by address only.
 * Names are as on the broker, decoded.
 */

export function vhostAddress(broker: string, vhost: string): Address {
  return makeAddress(broker, 'vhost', vhost);
}

export function vhostLimitsAddress(broker: string, vhost: string): Address {
  return makeAddress(broker, 'vhost-limits', vhost);
}

export function userAddress(broker: string, user: string): Address {
  return makeAddress(broker, 'user', user);
}

export function userLimitsAddress(broker: string, user: string): Address {
  return makeAddress(broker, 'user-limits', user);
}

export function permissionAddress(broker: string, vhost: string, user: string): Address {
  return makeAddress(broker, 'permission', vhost, user);
}

export function topicPermissionAddress(
  broker: string,
  vhost: string,
  user: string,
  exchange: string,
): Address {
  return makeAddress(broker, 'topic-permission', vhost, user, exchange);
}

export function exchangeAddress(broker: string, vhost: string, name: string): Address {
  return makeAddress(broker, 'exchange', vhost, name);
}

export function queueAddress(broker: string, vhost: string, name: string): Address {
  return makeAddress(broker, 'queue', vhost, name);
}

export interface BindingIdentity {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: Arguments;
  /**
   * Live only, and only for the second and further bindings whose arguments look the same in JSON and differ in
   * AMQP types: each gets an address of its own, so that none is hidden by another.
   */
  readonly twin?: string;
}

export function bindingAddress(broker: string, binding: BindingIdentity): Address {
  const path = [
    binding.vhost,
    binding.source,
    binding.destinationType,
    binding.destination,
    binding.routingKey,
  ];
  if (Object.keys(binding.arguments).length > 0) path.push(digestArguments(binding.arguments));
  if (binding.twin !== undefined) path.push(binding.twin);
  return makeAddress(broker, 'binding', ...path);
}

export function policyAddress(broker: string, vhost: string, name: string): Address {
  return makeAddress(broker, 'policy', vhost, name);
}

export function operatorPolicyAddress(broker: string, vhost: string, name: string): Address {
  return makeAddress(broker, 'operator-policy', vhost, name);
}

export function parameterAddress(broker: string, vhost: string, component: string, name: string): Address {
  return makeAddress(broker, 'parameter', vhost, component, name);
}

export function globalParameterAddress(broker: string, name: string): Address {
  return makeAddress(broker, 'global-parameter', name);
}

/** Twelve hex digits that tell bindings with different arguments apart: 48 bits. */
function digestArguments(args: Arguments): string {
  return createHash('sha256')
    .update(canonicalJson(shownArguments(args)))
    .digest('hex')
    .slice(0, 12);
}

/**
 * Arguments as the management API shows them (seen on 3.10 and 4.3): without their AMQP types, and void as the text
 * `undefined`. A declared `short 1` and the live `1` that it becomes are the same then.
 */
export function shownArguments(args: Arguments): JsonObject {
  return Object.fromEntries(Object.entries(args).map(([key, value]) => [key, shown(value)]));
}

const SHOWN_VOID = 'undefined';

function shown(value: Json): Json {
  if (Array.isArray(value)) return value.map(shown);
  if (value === null) return SHOWN_VOID;
  if (!isObject(value)) return value;
  if (value.$type === 'void') return SHOWN_VOID;
  if (typeof value.$type === 'string' && value.value !== undefined) return shown(value.value);
  return shownArguments(value);
}
