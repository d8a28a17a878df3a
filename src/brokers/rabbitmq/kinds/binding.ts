import type { Kind, Resource } from '../../../model/index.ts';
import type { BindingIdentity } from '../addresses.ts';
import { adoptEquivalents, tableOf } from '../arguments.ts';
import type { BindingRef, RabbitCall } from '../calls.ts';
import { declaredArguments } from './exchange.ts';
import { disruptive, pathOf } from './parts.ts';

/** https://www.rabbitmq.com/docs/exchanges#bindings */
export const binding: Kind = {
  title(resource) {
    const { vhost, source, destination, destinationType, routingKey } = identityOf(resource);
    const args = Object.keys(tableOf(resource.spec.arguments)).length > 0 ? [argumentsText(resource)] : [];
    const key = routingKey === '' ? [] : [`key ${routingKey}`];
    return {
      title: `binding ${source} → ${destinationType === 'exchange' ? 'exchange ' : ''}${destination}`,
      detail: [...key, ...args, `vhost ${vhost}`].join('  '),
    };
  },

  complete(resource, context) {
    const { arguments: args, ...rest } = resource.spec;
    return { ...rest, arguments: adoptEquivalents(tableOf(args), declaredArguments(resource, context)) };
  },

  fixed: () => 'a binding is its arguments',

  risks(change) {
    return change.action === 'create'
      ? []
      : [disruptive('binding-removed', 'messages that took this way no longer arrive')];
  },

  calls(change): RabbitCall[] {
    const resource = change.action === 'delete' ? change.before : change.after;
    const { vhost, source, destination, destinationType, routingKey } = identityOf(resource);
    const target = resource.address;
    const bodyOf = ({ spec }: Resource): BindingRef => ({
      vhost,
      source,
      destination,
      routingKey,
      arguments: tableOf(spec.arguments),
    });
    const remove = (before: Resource): RabbitCall => ({
      op: `${destinationType}.unbind`,
      target,
      body: { ...bodyOf(before), propertiesKey: String(before.spec['properties-key'] ?? '') },
    });
    if (change.action === 'delete') return [remove(change.before)];
    const bind: RabbitCall = { op: `${destinationType}.bind`, target, body: bodyOf(change.after) };
    return change.action === 'create' ? [bind] : [remove(change.before), bind];
  },

  diesWith: () => true,

  reserved(resource) {
    const { source, destinationType, destination } = identityOf(resource);
    if (source === '') return 'the broker binds every queue to the default exchange';
    return destinationType === 'queue' && destination.startsWith('amq.')
      ? 'the broker named its queue for a client'
      : undefined;
  },
};

/** All of a binding, out of its address. */
export function identityOf(resource: Resource): BindingIdentity {
  const [vhost = '', source = '', type, destination = '', routingKey = ''] = pathOf(resource);
  const destinationType = type === 'exchange' ? 'exchange' : 'queue';
  return {
    vhost,
    source,
    destinationType,
    destination,
    routingKey,
    arguments: tableOf(resource.spec.arguments),
  };
}

function argumentsText(resource: Resource): string {
  return Object.entries(tableOf(resource.spec.arguments))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
