import type { Resource } from '../../../model/index.ts';
import type { BindingIdentity } from '../addresses.ts';
import { tableOf } from '../arguments.ts';
import type { BindingRef, RabbitCall } from '../calls.ts';
import { pathOf, vhostAndName } from './parts.ts';

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
