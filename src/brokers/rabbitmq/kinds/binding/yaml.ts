import {
  type Body,
  canonicalJson,
  groupBy,
  itemsOf,
  type Json,
  type JsonObject,
  literalText,
  type Resource,
  type Source,
} from '../../../../model/index.ts';
import { bindingFields } from '../../fields/exchange.ts';
import { fits } from '../../fields/field.ts';
import { addFriendly, argumentPlaces, rawArguments } from '../arguments.ts';
import type { Collector } from '../kind.ts';
import { brokerOf, checkName, checkRoutingKey } from '../parts.ts';
import { escapeTexts } from '../secrets.ts';
import { type BindingIdentity, BindingMaker, bindingAddress, identityOf } from './identity.ts';

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
  const maker = makerFor(collector, section.broker);
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
    // Several keys are distinguished by their places.
    const place = Array.isArray(value.keys) ? keyAt : at;
    collector.add(maker.make(identity), place, argumentPlaces(table));
  }
}

/** Of what is gathered for one broker. */
const makers = new WeakMap<Collector, BindingMaker>();

function makerFor(collector: Collector, broker: string): BindingMaker {
  const maker = makers.get(collector) ?? new BindingMaker(broker);
  makers.set(collector, maker);
  return maker;
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

/** Bindings of one vhost, by what they lead to. */
export class WrittenBindings {
  readonly notes: string[] = [];
  readonly #groups: Map<string, BindingIdentity[]>;

  constructor(bindings: readonly Resource[]) {
    const kept: BindingIdentity[] = [];
    for (const resource of bindings) {
      const identity = identityOf(resource);
      const { destination, source, routingKey } = identity;
      if (bindingAddress(brokerOf(resource), identity) !== resource.address) {
        // YAML would say the same as for its twin: their AMQP types, which differ, are not listed.
        this.notes.push(
          `the binding ${source} → ${destination} (key ${JSON.stringify(routingKey)}) is there twice with different AMQP types, and written once`,
        );
        continue;
      }
      kept.push(identity);
    }
    this.#groups = groupBy(kept, (one) => keyOf(one.destinationType, one.destination));
  }

  /** Those that lead to this queue or exchange, as the list below it; each is given once. */
  take(type: 'queue' | 'exchange', name: string): JsonObject[] {
    const key = keyOf(type, name);
    const members = this.#groups.get(key) ?? [];
    this.#groups.delete(key);
    return written(members);
  }

  /** What nothing took: those to destinations that are not written. */
  rest(): JsonObject[] {
    return [...this.#groups.values()].flatMap((members) => {
      const [{ destination, destinationType } = { destination: '', destinationType: 'queue' }] = members;
      const key = destinationType === 'queue' ? 'to' : 'to-exchange';
      return written(members).map(({ from, ...more }) => ({
        from: from ?? '',
        [key]: literalText(destination),
        ...more,
      }));
    });
  }
}

function keyOf(type: string, name: string): string {
  return `${type} ${name}`;
}

/** One item for each source and argument table, with all its keys. */
function written(bindings: readonly BindingIdentity[]): JsonObject[] {
  const items = new Map<string, { from: string; keys: string[]; args: JsonObject }>();
  for (const { source, routingKey, arguments: args } of bindings) {
    const id = `${canonicalJson(args)} ${source}`;
    const item = items.get(id) ?? { from: source, keys: [], args };
    items.set(id, item);
    item.keys.push(routingKey);
  }
  const sorted = [...items.values()].sort((a, b) => (itemOrder(a) < itemOrder(b) ? -1 : 1));
  return sorted.map(({ from, keys, args }) => ({
    from: literalText(from),
    ...writtenKeys(keys.sort()),
    ...argumentsOf(args),
  }));
}

function itemOrder({ from, keys, args }: { from: string; keys: string[]; args: JsonObject }): string {
  return JSON.stringify([from, keys.toSorted()[0] ?? '', canonicalJson(args)]);
}

function writtenKeys(keys: readonly string[]): JsonObject {
  const [first = ''] = keys;
  if (keys.length > 1) return { keys: keys.map(literalText) };
  return first === '' ? {} : { key: literalText(first) };
}

function argumentsOf(args: JsonObject): JsonObject {
  const { 'x-match': match, ...rest } = args;
  const isFriendly = match !== undefined && fits(bindingFields['x-match'], match);
  const table: Readonly<Record<string, Json>> = isFriendly ? rest : args;
  return {
    ...(isFriendly && { 'x-match': match }),
    ...(Object.keys(table).length > 0 && { arguments: escapeTexts(withVoids(table)) }),
  };
}

/** The management API lists a void as the text `undefined` (seen on 3.10 and 4.3), which hardly anybody binds by. */
function withVoids(table: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(table).map(([key, value]) => [
      key,
      value === 'undefined' || value === null ? { $type: 'void' } : value,
    ]),
  );
}
