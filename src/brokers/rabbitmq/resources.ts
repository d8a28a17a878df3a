import type { Address, Json, JsonObject, Resource } from '../../model/index.ts';
import {
  type BindingIdentity,
  bindingAddress,
  exchangeAddress,
  globalParameterAddress,
  operatorPolicyAddress,
  parameterAddress,
  permissionAddress,
  policyAddress,
  queueAddress,
  topicPermissionAddress,
  userAddress,
  userLimitsAddress,
  vhostAddress,
  vhostLimitsAddress,
} from './addresses.ts';
import { type FederationRef, isDeclarable, membersOfSet, upstreamsOf } from './kinds/parameter/references.ts';
import type {
  BindingSpec,
  ExchangeSpec,
  GlobalParameterSpec,
  ParameterSpec,
  PermissionSpec,
  PolicySpec,
  QueueSpec,
  TopicPermissionSpec,
  UserLimitsSpec,
  UserSpec,
  VhostLimitsSpec,
  VhostSpec,
} from './specs.ts';

/*
 * One constructor a kind, the same for declared resources, live listings and definitions files: the address, and
 * what the resource needs. A need may name what nobody declares; it is an edge only where both ends are there.
 */

/** A spec before it is completed: its fields, as far as they are given, and whatever was given for them. */
type Raw<Spec> = { readonly [Field in keyof Spec]?: Json };

/** The default exchange and `amq.*` exchanges are there in every vhost, and nobody may declare or delete them. */
export function isPredeclaredExchange(name: string): boolean {
  return name === '' || name.startsWith('amq.');
}

export function vhostResource(broker: string, vhost: string, spec: Raw<VhostSpec>): Resource {
  return { address: vhostAddress(broker, vhost), spec, needs: [] };
}

export function vhostLimitsResource(broker: string, vhost: string, spec: Raw<VhostLimitsSpec>): Resource {
  return { address: vhostLimitsAddress(broker, vhost), spec, needs: [vhostAddress(broker, vhost)] };
}

export function userResource(broker: string, user: string, spec: Raw<UserSpec>): Resource {
  return { address: userAddress(broker, user), spec, needs: [] };
}

export function userLimitsResource(broker: string, user: string, spec: Raw<UserLimitsSpec>): Resource {
  return { address: userLimitsAddress(broker, user), spec, needs: [userAddress(broker, user)] };
}

export function permissionResource(
  broker: string,
  vhost: string,
  user: string,
  spec: Raw<PermissionSpec>,
): Resource {
  const needs = [vhostAddress(broker, vhost), userAddress(broker, user)];
  return { address: permissionAddress(broker, vhost, user), spec, needs };
}

export function topicPermissionResource(
  broker: string,
  vhost: string,
  user: string,
  exchange: string,
  spec: Raw<TopicPermissionSpec>,
): Resource {
  const address = topicPermissionAddress(broker, vhost, user, exchange);
  const needs = [vhostAddress(broker, vhost), userAddress(broker, user)];
  return { address, spec, needs: [...needs, ...exchangeNeed(broker, vhost, exchange)] };
}

export function exchangeResource(
  broker: string,
  vhost: string,
  name: string,
  spec: Raw<ExchangeSpec>,
): Resource {
  const alternate = argumentOf(spec, 'alternate-exchange');
  const needs = alternate === name ? [] : exchangeNeed(broker, vhost, alternate);
  return {
    address: exchangeAddress(broker, vhost, name),
    spec,
    needs: [vhostAddress(broker, vhost), ...needs],
  };
}

export function queueResource(broker: string, vhost: string, name: string, spec: Raw<QueueSpec>): Resource {
  const needs = exchangeNeed(broker, vhost, argumentOf(spec, 'x-dead-letter-exchange'));
  return { address: queueAddress(broker, vhost, name), spec, needs: [vhostAddress(broker, vhost), ...needs] };
}

/** `propertiesKey`: live bindings only. */
export function bindingResource(broker: string, binding: BindingIdentity, propertiesKey?: string): Resource {
  const { vhost, source, destination, destinationType } = binding;
  const end =
    destinationType === 'queue'
      ? [queueAddress(broker, vhost, destination)]
      : exchangeNeed(broker, vhost, destination);
  const key = propertiesKey === undefined ? {} : { 'properties-key': propertiesKey };
  const spec: BindingSpec = { arguments: binding.arguments, ...key };
  return {
    address: bindingAddress(broker, binding),
    spec,
    needs: [vhostAddress(broker, vhost), ...exchangeNeed(broker, vhost, source), ...end],
  };
}

export function policyResource(
  broker: string,
  kind: 'policy' | 'operator-policy',
  vhost: string,
  name: string,
  spec: Raw<PolicySpec>,
): Resource {
  const address = (kind === 'policy' ? policyAddress : operatorPolicyAddress)(broker, vhost, name);
  const definition = (spec.definition ?? {}) as JsonObject;
  const exchanges = ['dead-letter-exchange', 'alternate-exchange'].flatMap((key) =>
    exchangeNeed(broker, vhost, definition[key]),
  );
  const upstreams = federationNeeds(broker, vhost, upstreamsOf(definition));
  return { address, spec, needs: [vhostAddress(broker, vhost), ...exchanges, ...upstreams] };
}

export function parameterResource(
  broker: string,
  vhost: string,
  component: string,
  name: string,
  spec: Raw<ParameterSpec>,
): Resource {
  const address = parameterAddress(broker, vhost, component, name);
  const members = federationNeeds(broker, vhost, membersOfSet(component, spec.value));
  return { address, spec, needs: [vhostAddress(broker, vhost), ...members] };
}

export function globalParameterResource(
  broker: string,
  name: string,
  spec: Raw<GlobalParameterSpec>,
): Resource {
  return { address: globalParameterAddress(broker, name), spec, needs: [] };
}

function federationNeeds(broker: string, vhost: string, references: readonly FederationRef[]): Address[] {
  return references
    .filter(isDeclarable)
    .map(([component, name]) => parameterAddress(broker, vhost, component, name));
}

function argumentOf(spec: JsonObject, name: string): unknown {
  return (spec.arguments as JsonObject | undefined)?.[name];
}

function exchangeNeed(broker: string, vhost: string, name: unknown): Address[] {
  return typeof name !== 'string' || isPredeclaredExchange(name)
    ? []
    : [exchangeAddress(broker, vhost, name)];
}
