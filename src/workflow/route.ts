import { completeSides } from '../diff/index.ts';
import {
  type Graph,
  GraphBuilder,
  isObject,
  type Json,
  type JsonObject,
  makeAddress,
  type Route,
  type RoutedTopology,
  RouteError,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { closeSessions, type OpenOptions, openSessions } from './sessions.ts';

export interface RouteOptions {
  /** A configured broker; the only one that can answer where absent. */
  readonly broker?: string;
  /** What the provider asks for, in its order: `events`, `order.created`. */
  readonly positions: readonly string[];
  /** By the last part of a key: `{ vhost: 'shop' }`. */
  readonly options?: Readonly<Record<string, Json>>;
  /** Read the broker instead of the files. */
  readonly live?: OpenOptions & { readonly timeout: number };
}

/**
 * Where a message goes, or what a client may do.
 * @throws RouteError where the request does not fit any broker, or asks of something that is not there
 * @throws ConnectionError, BrokerError with `live`
 */
export async function route(checked: Checked, options: RouteOptions): Promise<Route> {
  const broker = chooseBroker(checked, options);
  const { routing } = broker.provider;
  if (!routing) throw new RouteError(`brokers of type ${broker.provider.name} have no routes`);
  const request = requestOf(routing.positions, routing.options, options);
  const topology = options.live ? await liveTopology(broker, options.live) : declaredTopology(broker);
  return (await routing.load()).route(request, topology);
}

/** What is declared for a broker, as the assumed broker would hold it. */
export function declaredTopology({ assumed, desired, provider }: DeclaredBroker): RoutedTopology {
  const context = completeSides({ broker: assumed }, desired, [], provider.kinds);
  return { broker: assumed, resources: [...context.desired.values()], live: false };
}

/** All that is on the broker, also what clients and the broker itself made. @throws ConnectionError, BrokerError */
export async function liveTopology(
  { name, provider, connect }: DeclaredBroker,
  options: OpenOptions & { readonly timeout: number },
): Promise<RoutedTopology> {
  const sessions = await openSessions([{ provider, connection: connect(options.timeout) }], options);
  try {
    const session = sessions.get(name);
    if (!session) throw new Error(`no session to ${name}`);
    const { broker } = session;
    const resources = await session.read({ desired: [], retired: [], owns: [`${name}/**`] });
    const { live } = completeSides({ broker }, [], resources, provider.kinds);
    return { broker, resources: [...live.values()], live: true };
  } finally {
    await closeSessions(sessions.values());
  }
}

/** The broker that takes these arguments; of several, the one that `--broker` names. */
function chooseBroker({ configured }: Checked, { broker: name, positions, options = {} }: RouteOptions) {
  if (name !== undefined) {
    const named = configured.get(name);
    if (named) return named;
    throw new RouteError(
      `the broker ${name} is not configured`,
      `there are: ${[...configured.keys()].join(', ') || 'none'}`,
    );
  }
  const able = [...configured.values()].filter(({ provider: { routing } }) => routing);
  const fitting = able.filter(({ provider: { routing } }) => {
    const known = [...(routing?.positions ?? []), ...(routing?.options ?? [])].map(lastOf);
    return (
      positions.length <= (routing?.positions.length ?? 0) &&
      Object.keys(options).every((key) => known.includes(key))
    );
  });
  const declaring = fitting.filter(({ desired }) =>
    desired.some(({ address }) => address.split('/').includes(encodeURIComponent(positions[0] ?? ''))),
  );
  const [only] = declaring.length > 0 ? declaring : fitting;
  if (only && (fitting.length === 1 || declaring.length === 1)) return only;
  if (able.length === 0) throw new RouteError('no broker is configured', 'brokerform init writes one');
  throw new RouteError(
    fitting.length === 0 ? 'no configured broker takes these arguments' : 'several brokers can answer',
    `name one with --broker: ${able.map((one) => `${one.name} (${one.provider.routing?.positions.map(lastOf).join(', ')})`).join(', ')}`,
  );
}

function requestOf(
  positions: readonly string[],
  known: readonly string[],
  { positions: given, options = {} }: RouteOptions,
): JsonObject {
  if (given.length > positions.length) {
    throw new RouteError(`too many arguments: ${positions.map(lastOf).join(', ')} are expected`);
  }
  const request: Record<string, Json> = {};
  for (const [i, value] of given.entries()) set(request, positions[i] ?? '', value);
  for (const [key, value] of Object.entries(options)) {
    const path = [...positions, ...known].find((one) => lastOf(one) === key);
    if (path === undefined) {
      const names = [...positions, ...known].map(lastOf).join(', ');
      throw new RouteError(`--${key} says nothing about this broker`, `what can be asked: ${names}`);
    }
    set(request, path, value);
  }
  return request;
}

function set(request: Record<string, Json>, path: string, value: Json): void {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) {
    request[first] = value;
    return;
  }
  const inner = request[first];
  const next = { ...(isObject(inner) ? inner : {}) };
  set(next, rest.join('.'), value);
  request[first] = next;
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** A route as a picture: each resource once, with all ways that messages go from it. */
export function routeGraph({ subject, broker, nodes }: Route): Graph {
  const builder = new GraphBuilder();
  const group = makeAddress(broker.name, 'route');
  builder.group(group, `${broker.name} · ${broker.type}`);
  const ids = new Map(nodes.map(({ id, address }) => [id, address ?? id]));
  const drawn = new Set<string>();
  for (const { id, address, kind, role, name, detail, at, notes, next } of nodes) {
    const own = address ?? id;
    const facts = notes.map((text) => ({ name: 'note', text }));
    if (!builder.find(own))
      builder.node({ id: own, kind, role, name, detail, group, facts, ...(at && { at }) });
    for (const hop of next) {
      const to = ids.get(hop.to) ?? hop.to;
      const key = JSON.stringify([own, to, hop.role, hop.label]);
      if (drawn.has(key)) continue;
      drawn.add(key);
      builder.edge({ from: own, to, role: hop.role, label: hop.label, ...(hop.at && { at: hop.at }) });
    }
  }
  return { title: subject, external: 'named, and not declared', omitted: [], ...builder.done() };
}
