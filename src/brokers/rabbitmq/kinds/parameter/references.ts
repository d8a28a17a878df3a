import {
  type Address,
  addTo,
  type Change,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  kindOf,
  makeAddress,
  type Order,
  parseAddress,
  subject,
} from '../../../../model/index.ts';

/*
 * What parameters and policies name. A shovel or a link names by URI the broker on which its queues and exchanges
 * are, and that may be this one; who cannot tell takes it to be.
 */

/** Component and name of a federation parameter. */
type FederationRef = readonly [component: 'federation-upstream' | 'federation-upstream-set', name: string];

/** The set of all upstreams of a vhost, which is predeclared. */
const EVERY_UPSTREAM = 'all';

/** What the definition of a policy federates with. https://www.rabbitmq.com/docs/federation-reference */
export function upstreamsOf(definition: JsonObject): FederationRef[] {
  const { 'federation-upstream': upstream, 'federation-upstream-set': set } = definition;
  return [
    ...(typeof upstream === 'string' ? [['federation-upstream', upstream] as const] : []),
    ...(typeof set === 'string' ? [['federation-upstream-set', set] as const] : []),
  ];
}

/** What the value of a parameter rests on, beside what its URIs lead to. */
export function membersOfSet(component: string, value: Json | undefined): FederationRef[] {
  if (component !== 'federation-upstream-set' || !Array.isArray(value)) return [];
  return value.flatMap((item: Json): FederationRef[] =>
    isObject(item) && typeof item.upstream === 'string' ? [['federation-upstream', item.upstream]] : [],
  );
}

export function federationNeeds(
  broker: string,
  vhost: string,
  references: readonly FederationRef[],
): Address[] {
  return references
    .filter(([component, name]) => component === 'federation-upstream' || name !== EVERY_UPSTREAM)
    .map(([component, name]) => makeAddress(broker, 'parameter', vhost, component, name));
}

/** One end of a shovel or link: names there, and where that is. `undefined`: unknown, it may be any. */
interface End {
  readonly queues: readonly string[];
  readonly exchanges: readonly string[];
  /** As whom it logs in; none where the broker itself connects to itself. */
  readonly users: readonly (string | undefined)[];
  readonly vhosts: readonly (string | undefined)[];
}

/** The ends of a shovel or an upstream; no component else is known to connect. */
function endsOf(component: string, value: Json | undefined): End[] {
  if (!isObject(value)) return [];
  if (component === 'shovel') return ['src', 'dest'].map((side) => shovelEnd(value, side));
  return component === 'federation-upstream' ? [{ ...placesOf(value.uri), ...named(value, '') }] : [];
}

function shovelEnd(value: JsonObject, side: string): End {
  const { queues, exchanges } = named(value, `${side}-`);
  const addressed = addressNames(value[`${side}-address`]);
  return {
    ...placesOf(value[`${side}-uri`]),
    queues: [...queues, ...addressed],
    exchanges: [...exchanges, ...addressed],
  };
}

function named(value: JsonObject, prefix: string): Pick<End, 'queues' | 'exchanges'> {
  const textOf = (key: string) => {
    const text = value[prefix + key];
    return typeof text === 'string' && text !== '' ? [text] : [];
  };
  return { queues: textOf('queue'), exchanges: textOf('exchange') };
}

/** Every name that an AMQP 1.0 address may hold. https://www.rabbitmq.com/docs/amqp#address-v1 */
function addressNames(address: Json | undefined): string[] {
  if (typeof address !== 'string') return [];
  return [
    address,
    ...address
      .split('/')
      .filter((segment) => segment !== '')
      .map(decoded),
  ];
}

type SourceMap = Pick<End, 'users' | 'vhosts'>;

/** The users and vhosts of one URI or a list of them. What the environment gives stays unknown. */
function placesOf(uris: Json | undefined): SourceMap {
  const list: readonly (Json | undefined)[] = Array.isArray(uris) ? uris : [uris];
  const places = list.map(placeOf);
  return { users: places.flatMap(({ users }) => users), vhosts: places.flatMap(({ vhosts }) => vhosts) };
}

const NOWHERE: SourceMap = { users: [undefined], vhosts: [undefined] };
const DEFAULT_VHOST = '/';
const URI = /^amqps?:\/\/(?:([^@/?]*)@)?[^@/?]*(?:\/([^?]*))?/s;

/** A URI without a vhost means `/`, not the vhost of the parameter (seen on 3.10.8 and 4.3.6). */
function placeOf(uri: Json | undefined): SourceMap {
  const text = isSecretRef(uri) ? uri.$secret : uri;
  const [match, credentials, path] = (typeof text === 'string' && URI.exec(text)) || [];
  if (match === undefined) return NOWHERE;
  const known = (part: string) => (part.includes('${') ? undefined : decoded(part));
  return {
    users: credentials === undefined ? [] : [known(credentials.split(':', 1)[0] ?? '')],
    vhosts: [path === undefined ? DEFAULT_VHOST : known(path)],
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/*
 * What must be there before the broker acts on it. A shovel declares its queues itself when it finds none, as
 * classic ones, and what it publishes to an exchange without bindings is lost.
 */

const ACTING: ReadonlySet<string> = new Set(['vhost-limits', 'parameter']);

/**
 * A shovel or upstream starts when all is done that it names, and stops before any of that goes or is replaced.
 * A limit of a vhost changes before queues are made there.
 */
export function orderReferences(changes: readonly Change[]): Order[] {
  const acting = changes.filter((change) => ACTING.has(kindOf(subject(change).address)));
  // The index of all others takes a second for 100,000 bindings.
  if (acting.length === 0) return [];
  const named = new NamedChanges(changes);
  return acting.flatMap((change): Order[] => {
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
      if (kind === 'queue' && change.action === 'create') addTo(this.#queuesMade, vhost, address);
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
    addTo(this.#byName, keyOf(kind, name), { vhost, change });
  }
}

function keyOf(kind: string, name: string): string {
  return JSON.stringify([kind, name]);
}
