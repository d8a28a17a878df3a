import type { Kind, Resource } from '../../../model/index.ts';
import { adoptEquivalents, tableOf } from '../arguments.ts';
import type { RabbitCall } from '../calls.ts';
import { bind, identityOf, unbind } from './amqp-calls.ts';
import { reviveSources } from './auto-delete.ts';
import { declaredArguments } from './exchange.ts';
import { exclusiveQueueOf } from './exclusive.ts';
import { destinationsInstead } from './moved-binding.ts';
import { disruptive } from './parts.ts';
import { ownerOfBinding } from './system-owned.ts';

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
    const { spec } = resource;
    return {
      ...spec,
      arguments: adoptEquivalents(tableOf(spec.arguments), declaredArguments(resource, context)),
    };
  },

  fixed: () => 'a binding is its arguments',

  risks(change, context) {
    if (change.action === 'create') return [];
    const instead = change.action === 'delete' ? destinationsInstead(change.before, context) : [];
    return instead.length > 0
      ? [
          disruptive(
            'binding-moved',
            `messages go to ${instead.join(', ')} instead; until this one is removed they may arrive at both, none are lost`,
          ),
        ]
      : [disruptive('binding-removed', 'messages that took this way no longer arrive')];
  },

  calls(change, context): RabbitCall[] {
    if (change.action === 'create') return [bind(change.after)];
    const removal = [unbind(change.before), ...reviveSources([change.before], context, false)];
    return change.action === 'delete' ? removal : [...removal, bind(change.after)];
  },

  cascadesFrom: ['vhost', 'exchange', 'queue'],

  cannotRecreate: (resource, context) => exclusiveQueueOf(resource, context) !== undefined,

  systemOwned: ownerOfBinding,

  stillText(resource) {
    const { source, destination } = identityOf(resource);
    return `messages keep going from ${source} to ${destination}`;
  },
};

function argumentsText(resource: Resource): string {
  return Object.entries(tableOf(resource.spec.arguments))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ');
}
