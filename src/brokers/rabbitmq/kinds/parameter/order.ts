import {
  type Address,
  type Change,
  kindOf,
  type Order,
  parseAddress,
  subject,
} from '../../../../model/index.ts';
import { type End, endsOf } from './references.ts';

/*
 * What must be there before the broker acts on it. A shovel declares its queues itself when it finds none, as
 * classic ones, and what it publishes to an exchange without bindings is lost.
 */

/**
 * A shovel or upstream starts when all is done that it names, and stops before any of that goes or is replaced.
 * A limit of a vhost changes before queues are made there.
 */
export function orderReferences(changes: readonly Change[]): Order[] {
  const named = new NamedChanges(changes);
  return changes.flatMap((change): Order[] => {
    const { address, spec } = subject(change);
    const [vhostOrName = '', component = ''] = parseAddress(address).path;
    switch (kindOf(address)) {
      case 'vhost-limits':
        return named.queuesMadeIn(vhostOrName).map((next) => ({ first: address, next }));
      case 'parameter': {
        const ends = endsOf(component, spec.value);
        return ends.flatMap((end) => named.at(end)).flatMap((other) => orderBoth(change, other));
      }
      default:
        return [];
    }
  });
}

/** The order of a parameter and of what it works on. */
function orderBoth(parameter: Change, other: Change): Order[] {
  const own = subject(parameter).address;
  const { address } = subject(other);
  if (parameter.action !== 'delete') return other.action === 'delete' ? [] : [{ first: address, next: own }];
  return other.action === 'delete' || other.action === 'replace' ? [{ first: own, next: address }] : [];
}

/** The changes of what an end can name. */
class NamedChanges {
  readonly #byName = new Map<string, { vhost: string | undefined; change: Change }[]>();
  readonly #queuesMade = new Map<string, Address[]>();

  constructor(changes: readonly Change[]) {
    for (const change of changes) {
      const { address } = subject(change);
      const { kind, path } = parseAddress(address);
      const [vhost = '', name = ''] = path;
      if (kind === 'queue' || kind === 'exchange') this.#add(kind, name, vhost, change);
      // What an exchange gets goes on by its bindings.
      if (kind === 'binding') this.#add('exchange', name, vhost, change);
      if (kind === 'permission' || kind === 'topic-permission') this.#add('user', name, vhost, change);
      if (kind === 'user') this.#add('user', vhost, undefined, change);
      if (kind === 'queue' && change.action === 'create') append(this.#queuesMade, vhost, address);
    }
  }

  /** Those of its queues and exchanges, of bindings from these, and of its users and their rights. */
  at({ queues, exchanges, users, vhosts }: End): Change[] {
    const names = [
      ...queues.map((name) => keyOf('queue', name)),
      ...exchanges.map((name) => keyOf('exchange', name)),
      ...users.flatMap((name) => (name === undefined ? [] : [keyOf('user', name)])),
    ];
    return names
      .flatMap((name) => this.#byName.get(name) ?? [])
      .filter(({ vhost }) => vhost === undefined || vhosts.includes(undefined) || vhosts.includes(vhost))
      .map(({ change }) => change);
  }

  queuesMadeIn(vhost: string): readonly Address[] {
    return this.#queuesMade.get(vhost) ?? [];
  }

  #add(kind: string, name: string, vhost: string | undefined, change: Change): void {
    append(this.#byName, keyOf(kind, name), { vhost, change });
  }
}

function keyOf(kind: string, name: string): string {
  return JSON.stringify([kind, name]);
}

function append<T>(map: Map<string, T[]>, key: string, item: T): void {
  const members = map.get(key);
  if (members) members.push(item);
  else map.set(key, [item]);
}
