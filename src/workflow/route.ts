import { completeSides } from '../diff/index.ts';
import {
  type Graph,
  GraphBuilder,
  isObject,
  type Json,
  type JsonObject,
  makeAddress,
  oncePer,
  type Route,
  type RoutedTopology,
  RouteError,
  type Session,
} from '../model/index.ts';
import type { Checked, DeclaredBroker } from './check.ts';
import { type OpenOptions, withSession } from './sessions.ts';

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
  const broker = await chooseBroker(checked, options);
  const { routing } = broker.provider;
  if (!routing) throw new RouteError(`brokers of type ${broker.provider.name} have no routes`);
  const request = requestOf(routing.positions, routing.options, options);
  const topology = options.live ? await liveTopology(broker, options.live) : declaredTopology(broker);
  return (await routing.load()).route(request, topology);
}

/** What is declared for a broker, as the assumed broker would hold it. Once a broker: many questions are of it. */
export const declaredTopology = oncePer(({ assumed, desired, provider }: DeclaredBroker): RoutedTopology => {
  const context = completeSides({ broker: assumed }, desired, [], provider.kinds);
  return { broker: assumed, resources: [...context.desired.values()], live: false };
});

/** All that is on the broker, also what clients and the broker itself made. @throws ConnectionError, BrokerError */
export function liveTopology(
  declared: DeclaredBroker,
  options: OpenOptions & { readonly timeout: number },
): Promise<RoutedTopology> {
  return withSession(declared, options, (session) => wholeOf(session, declared));
}

/** All that a session reads. @throws ConnectionError, BrokerError */
export async function wholeOf(session: Session, { name, provider }: DeclaredBroker): Promise<RoutedTopology> {
  const resources = await session.read({ desired: [], retired: [], owns: [`${name}/**`] });
  const { broker } = session;
  const { live } = completeSides({ broker }, [], resources, provider.kinds);
  return { broker, resources: [...live.values()], live: true };
}

/** The broker that is named, or that takes these arguments; of several, the one that knows what is asked about. */
async function chooseBroker({ configured }: Checked, options: RouteOptions): Promise<DeclaredBroker> {
  const { broker: name, positions, options: given = {} } = options;
  if (name !== undefined) {
    const named = configured.get(name);
    if (named) return named;
    const names = [...configured.keys()].join(', ');
    throw new RouteError(`the broker ${name} is not configured`, `there are: ${names || 'none'}`);
  }
  const able = [...configured.values()].filter(({ provider: { routing } }) => routing);
  const fitting = able.filter(({ provider: { routing } }) => {
    const known = [...(routing?.positions ?? []), ...(routing?.options ?? [])].map(lastOf);
    return (
      positions.length <= (routing?.positions.length ?? 0) &&
      Object.keys(given).every((key) => known.includes(key))
    );
  });
  const [first] = fitting;
  if (first && fitting.length === 1) return first;
  if (able.length === 0) throw new RouteError('no broker is configured', 'brokerform init writes one');
  const forms = able.map(
    ({ name, provider: { routing } }) => `${name} (${routing?.positions.map(lastOf).join(', ')})`,
  );
  const naming = `name one with --broker: ${forms.join(', ')}`;
  if (fitting.length === 0) throw new RouteError('no configured broker takes these arguments', naming);
  const tried = await Promise.all(fitting.map((broker) => attempt(broker, options)));
  const knowing = tried.filter(({ knows }) => knows !== 'nothing');
  const exact = tried.filter(({ knows }) => knows === 'resource');
  const [best] = exact.length > 0 ? exact : knowing;
  if (best && (exact.length === 1 || knowing.length === 1)) return best.broker;
  if (knowing.length > 1) throw new RouteError('several brokers can answer', naming);
  const why = tried.flatMap(({ broker, reason }) => (reason ? [`${broker.name}: ${reason}`] : []));
  throw new RouteError(`no broker knows ${positions[0] ?? 'it'}`, [...why, naming].join('; '));
}

interface Attempt {
  readonly broker: DeclaredBroker;
  /** Whether what is asked about is a declared resource, or at least leads to one. */
  readonly knows: 'resource' | 'route' | 'nothing';
  readonly reason?: string;
}

async function attempt(broker: DeclaredBroker, options: RouteOptions): Promise<Attempt> {
  const { routing } = broker.provider;
  if (!routing) return { broker, knows: 'nothing' };
  const router = await routing.load();
  try {
    const request = requestOf(routing.positions, routing.options, options);
    const [start] = router.route(request, declaredTopology(broker)).nodes;
    if (start?.address !== undefined) return { broker, knows: 'resource' };
    return { broker, knows: (start?.next.length ?? 0) > 0 ? 'route' : 'nothing' };
  } catch (error) {
    if (!(error instanceof RouteError)) throw error;
    const reason = error.hint === undefined ? error.message : `${error.message} (${error.hint})`;
    return { broker, knows: 'nothing', reason };
  }
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
    // A picture has no room for all of them, and what becomes of the message at an end must show.
    const end = next.length === 0 ? notes.slice(0, 1) : [];
    const shown = [detail, ...end].filter((text) => text !== '').join(', ');
    if (!builder.find(own))
      builder.node({ id: own, kind, role, name, detail: shown, group, facts, ...(at && { at }) });
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
