import { disruptive, type Resource } from '../../../../model/index.ts';
import type { RabbitCall } from '../../calls.ts';
import { bindingEnds, bindingFields } from '../../fields/exchange.ts';
import { bodyOf, byName, listOf, propertiesOf, ref } from '../../fields/field.ts';
import { completeArguments } from '../arguments.ts';
import type { RabbitKind } from '../kind.ts';
import { tableOf } from '../parts.ts';
import { isOfMove, ownerOfBinding } from '../system-owned.ts';
import { bind, identityOf, liveBindings, unbind } from './identity.ts';
import { destinationsInstead, exclusiveQueueOf, reviveSources } from './neighbours.ts';
import { declareBindings } from './yaml.ts';

const headers = byName(
  'For a headers exchange: the headers to match. A value of another AMQP type than JSON gives is written `{ $type: short, value: 1 }`; `{ $type: void }` asks for presence alone.',
  ref('argument-value'),
);

/**
 * `<broker>/binding/<vhost>/<source>/<queue|exchange>/<destination>/<routing key>[/<digest of the arguments>]`. All of a
 * binding is its identity: it is created or deleted, never updated. https://www.rabbitmq.com/docs/exchanges#bindings
 */
export const binding: RabbitKind = {
  definitions: {
    binding: bodyOf(
      'A binding between an exchange and a queue or another exchange.',
      { ...propertiesOf(bindingFields), arguments: headers, ...propertiesOf(bindingEnds) },
      { required: ['from'] },
    ),
    'nested-binding': bodyOf(
      'A binding that leads here.',
      { ...propertiesOf(bindingFields), arguments: headers },
      { required: ['from'] },
    ),
  },
  inVhost: {
    keys: { bindings: listOf('Bindings that do not stand under their queue or exchange.', 'binding') },
    declare: declareBindings,
    write: (_, { bindings }) => ({ bindings: bindings.rest() }),
  },
  listing: {
    path: 'bindings',
    per: 'vhost',
    along: ['exchange', 'queue'],
    read: (items, { broker }) => liveBindings(broker, items),
  },
  exported: 'bindings',

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
    const args = completeArguments(resource, context);
    // No copy of what is complete: there may be 100,000 bindings.
    return args === spec.arguments ? spec : { ...spec, arguments: args };
  },

  immutableReason: () => 'a binding is its arguments',

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

  predeclared: isOfMove,

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
