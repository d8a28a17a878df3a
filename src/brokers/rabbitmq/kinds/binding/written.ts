import {
  canonicalJson,
  groupBy,
  type Json,
  type JsonObject,
  type Resource,
} from '../../../../model/index.ts';
import { bindingFields } from '../../fields/exchange.ts';
import { fits } from '../../fields/field.ts';
import { escapeText, escapeTexts } from '../literals.ts';
import { brokerOf } from '../parts.ts';
import { type BindingIdentity, bindingAddress, identityOf } from './identity.ts';

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
        [key]: escapeText(destination),
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
    from: escapeText(from),
    ...keysOf(keys.sort()),
    ...argumentsOf(args),
  }));
}

function itemOrder({ from, keys, args }: { from: string; keys: string[]; args: JsonObject }): string {
  return JSON.stringify([from, keys.toSorted()[0] ?? '', canonicalJson(args)]);
}

function keysOf(keys: readonly string[]): JsonObject {
  const [first = ''] = keys;
  if (keys.length > 1) return { keys: keys.map(escapeText) };
  return first === '' ? {} : { key: escapeText(first) };
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
