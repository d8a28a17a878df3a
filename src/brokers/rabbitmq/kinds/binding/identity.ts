import { createHash } from 'node:crypto';
import {
  type Address,
  canonicalJson,
  groupBy,
  type JsonObject,
  makeAddress,
  type Resource,
} from '../../../../model/index.ts';
import type { BindingRef, RabbitCall } from '../../calls.ts';
import { shownArguments } from '../arguments.ts';
import { brokerOf, exchangeNeed, pathOf, tableOf, text, vhostAndName } from '../parts.ts';

/*
 * What a binding is, and the calls that make and remove it; and the one that makes an exchange, which comes back
 * together with its bindings.
 */

export interface BindingIdentity {
  readonly vhost: string;
  readonly source: string;
  readonly destinationType: 'queue' | 'exchange';
  readonly destination: string;
  readonly routingKey: string;
  readonly arguments: JsonObject;
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

/** Twelve hex digits that tell bindings with different arguments apart: 48 bits. */
function digestArguments(args: JsonObject): string {
  return createHash('sha256')
    .update(canonicalJson(shownArguments(args)))
    .digest('hex')
    .slice(0, 12);
}

/** The exchange that a binding leads from, and the queue or exchange that it leads to. */
export function endsOf(binding: Resource): { readonly source: Address; readonly destination: Address } {
  const { vhost, source, destination, destinationType } = identityOf(binding);
  const broker = brokerOf(binding);
  return {
    source: makeAddress(broker, 'exchange', vhost, source),
    destination: makeAddress(broker, destinationType, vhost, destination),
  };
}

/** All of a binding, out of its address. */
export function identityOf(binding: Resource): BindingIdentity {
  const [vhost = '', source = '', type, destination = '', routingKey = ''] = pathOf(binding);
  const destinationType = type === 'exchange' ? 'exchange' : 'queue';
  return {
    vhost,
    source,
    destinationType,
    destination,
    routingKey,
    arguments: tableOf(binding.spec.arguments),
  };
}

export function bind(binding: Resource): RabbitCall {
  const { destinationType, ...body } = identityOf(binding);
  return { op: `${destinationType}.bind`, target: binding.address, body: body satisfies BindingRef };
}

export function unbind(binding: Resource): RabbitCall {
  const { destinationType, ...ref } = identityOf(binding);
  const propertiesKey = String(binding.spec['properties-key'] ?? '');
  return { op: `${destinationType}.unbind`, target: binding.address, body: { ...ref, propertiesKey } };
}

export function declareExchange(exchange: Resource): RabbitCall {
  const { spec, address } = exchange;
  return {
    op: 'exchange.declare',
    target: address,
    body: {
      ...vhostAndName(exchange),
      type: String(spec.type),
      durable: spec.durable !== false,
      autoDelete: spec['auto-delete'] === true,
      internal: spec.internal === true,
      arguments: tableOf(spec.arguments),
    },
  };
}

/** A binding's spec has its arguments, which its address has a digest of; live, also what the management API calls it. */
export function bindingResource(broker: string, binding: BindingIdentity, propertiesKey?: string): Resource {
  const { vhost, source, destination, destinationType } = binding;
  const end =
    destinationType === 'queue'
      ? [makeAddress(broker, 'queue', vhost, destination)]
      : exchangeNeed(broker, vhost, destination);
  const key = propertiesKey === undefined ? {} : { 'properties-key': propertiesKey };
  return {
    address: bindingAddress(broker, binding),
    spec: { arguments: binding.arguments, ...key },
    dependsOn: [makeAddress(broker, 'vhost', vhost), ...exchangeNeed(broker, vhost, source), ...end],
  };
}

/**
 * Live bindings. Some whose arguments look alike in JSON and differ in AMQP types share an address; all but the first
 * of them get the broker's own key as one more segment, so that each can be seen and deleted.
 */
export function liveBindings(broker: string, items: readonly JsonObject[]): Resource[] {
  const bindings = items.filter(({ source }) => source !== '').map(liveBinding);
  const twins = groupBy(bindings, (binding) => bindingAddress(broker, binding));
  return [...twins.values()].flatMap((alike) =>
    alike
      .sort((a, b) => (a.propertiesKey < b.propertiesKey ? -1 : 1))
      .map(({ propertiesKey, ...binding }, i) =>
        bindingResource(broker, i === 0 ? binding : { ...binding, twin: propertiesKey }, propertiesKey),
      ),
  );
}

type LiveBinding = BindingIdentity & { readonly propertiesKey: string };

function liveBinding(item: JsonObject): LiveBinding {
  return {
    vhost: text(item.vhost),
    source: text(item.source),
    destinationType: item.destination_type === 'exchange' ? 'exchange' : 'queue',
    destination: text(item.destination),
    routingKey: text(item.routing_key),
    arguments: tableOf(item.arguments),
    propertiesKey: text(item.properties_key),
  };
}
