import { type Body, itemsOf, type Json, type Source } from '../../../../model/index.ts';
import { addFriendly, argumentPlaces, rawArguments } from '../arguments.ts';
import type { Collector } from '../kind.ts';
import { checkName, checkRoutingKey } from '../names.ts';
import { bindingResource } from './resource.ts';

/** Where a binding leads to, when the body that it stands in says so. */
type Destination = { readonly queue: string } | { readonly exchange: string };

/** `bindings: [{ from, to or to-exchange, … }]` of a vhost. */
export function declareBindings(collector: Collector, vhostBody: Body, vhost: string): void {
  for (const item of itemsOf(vhostBody, 'bindings')) {
    const destination = destinationOf(collector, item);
    if (destination) declareBinding(collector, item, vhost, destination);
  }
}

/** `{ from, key or keys, x-match, arguments }`: one binding for each key. */
export function declareBinding(collector: Collector, body: Body, vhost: string, to: Destination): void {
  const { section, value, at } = body;
  const { from } = value;
  if (typeof from !== 'string' || !checkEnd(collector, 'an exchange', from, placeIn(body, 'from'))) return;
  const table = rawArguments(collector, body);
  addFriendly(collector, body, table, 'x-match', 'x-match');
  const [destinationType, destination] =
    'queue' in to ? ['queue' as const, to.queue] : ['exchange' as const, to.exchange];
  for (const [routingKey, keyAt] of keysOf(collector, body)) {
    if (!checkRoutingKey(collector, routingKey, keyAt)) continue;
    const identity = {
      vhost,
      source: from,
      destinationType,
      destination,
      routingKey,
      arguments: table.values,
    };
    // One of several keys is told apart by its own place.
    const place = Array.isArray(value.keys) ? keyAt : at;
    collector.add(bindingResource(section.broker, identity), place, argumentPlaces(table));
  }
}

function destinationOf(collector: Collector, body: Body): Destination | undefined {
  const { to, 'to-exchange': toExchange } = body.value;
  if ((to === undefined) === (toExchange === undefined)) {
    collector.error('binding-ends', body.at, 'a binding leads to either a queue or an exchange', {
      hint: 'write one of "to" (a queue) and "to-exchange"',
    });
    return undefined;
  }
  if (typeof to === 'string') {
    return checkName(collector, 'a queue', to, placeIn(body, 'to')) ? { queue: to } : undefined;
  }
  if (typeof toExchange !== 'string') return undefined;
  const isGood = checkEnd(collector, 'an exchange', toExchange, placeIn(body, 'to-exchange'));
  return isGood ? { exchange: toExchange } : undefined;
}

function checkEnd(collector: Collector, noun: 'an exchange', name: string, at: Source): boolean {
  if (name !== '') return checkName(collector, noun, name, at);
  collector.error('reserved-name', at, 'the default exchange cannot be bound', {
    hint: 'it reaches every queue by the queue’s own name already',
  });
  return false;
}

function keysOf(collector: Collector, body: Body): [key: string, at: Source][] {
  const { key, keys } = body.value;
  if (key !== undefined && keys !== undefined) {
    collector.error('given-twice', placeIn(body, 'keys'), '"key" and "keys" are both given', {
      hint: 'put the key among the keys',
      related: [placeIn(body, 'key')],
    });
    return [];
  }
  if (Array.isArray(keys)) {
    return keys.flatMap((item: Json, index) =>
      typeof item === 'string' ? [[item, body.section.at(keys, index)]] : [],
    );
  }
  return [[typeof key === 'string' ? key : '', key === undefined ? body.at : placeIn(body, 'key')]];
}

function placeIn({ section, value }: Body, key: string): Source {
  return section.at(value, key);
}
