import type { Exchange } from './topology.ts';

/*
 * Exchange types that do not give a message to all whose binding matches; seen on 3.10.8 and 4.3.6, with the plug-ins
 * that they ship with. https://www.rabbitmq.com/docs/exchanges
 */

interface Choice {
  readonly by: string;
  /** Whether one of its destinations gets the message in any case. */
  readonly always: boolean;
}

const CHOICES: ReadonlyMap<string, Choice> = new Map([
  ['x-consistent-hash', { by: 'by hash of the routing key', always: true }],
  ['x-modulus-hash', { by: 'by hash of the routing key', always: true }],
  ['x-random', { by: 'at random', always: true }],
  // There may be none on that node.
  ['x-local-random', { by: "at random among those on the publisher's node", always: false }],
]);

/** Exchanges that pass a message on by exactly one of their bindings. */
export function choosesOne({ type }: Exchange): boolean {
  return CHOICES.get(type)?.always === true;
}

/** What decides which of its destinations gets a message; undefined where all that match get it. */
export function choiceOf({ type, arguments: args }: Exchange): string | undefined {
  const by = CHOICES.get(type)?.by;
  if (type !== 'x-consistent-hash') return by;
  const header = args['hash-header'];
  const property = args['hash-property'];
  if (typeof header === 'string') return `by hash of the header ${header}`;
  return typeof property === 'string' ? `by hash of ${property}` : by;
}

const KNOWN_TYPES: ReadonlySet<string> = new Set([
  'direct',
  'fanout',
  'headers',
  'topic',
  'x-recent-history',
  ...CHOICES.keys(),
]);

/** Types whose routing is known: all but those of other plug-ins. */
export function isKnownType(type: string): boolean {
  return KNOWN_TYPES.has(type);
}

/** The queues and exchanges that an exchange is bound to, each once. */
export function endsOf({ outgoing }: Exchange): ReadonlySet<string> {
  return new Set(
    outgoing.map(({ destination, toQueue }) => `${toQueue ? 'queue' : 'exchange'} ${destination}`),
  );
}
