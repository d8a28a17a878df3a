import {
  type Address,
  type GraphBuilder,
  isObject,
  type JsonObject,
  makeAddress,
  parseAddress,
  type Resource,
} from '../../../model/index.ts';
import { isPredeclaredExchange, tableOf } from '../kinds/parts.ts';
import type { Exchange, Queue, Topology, Vhost } from '../routing/read-topology.ts';

/** Draws in one vhost. */
export interface VhostGraph {
  readonly builder: GraphBuilder;
  readonly broker: string;
  readonly vhost: string;
  readonly group: Address;
  /** The ids of what is declared, or only named. */
  exchange(name: string): string;
  queue(name: string): string;
}

export function vhostGraph(builder: GraphBuilder, broker: string, vhost: string): VhostGraph {
  const group = drawVhost(builder, broker, vhost);
  const end = (kind: 'exchange' | 'queue', id: Address, name: string) =>
    builder.name({ id, kind, role: kind === 'queue' ? 'store' : 'router', group, ...shownName(kind, name) });
  return {
    builder,
    broker,
    vhost,
    group,
    exchange: (name) => end('exchange', makeAddress(broker, 'exchange', vhost, name), name),
    queue: (name) => end('queue', makeAddress(broker, 'queue', vhost, name), name),
  };
}

function shownName(kind: 'exchange' | 'queue', name: string): { name: string; detail?: string } {
  if (kind === 'queue' || !isPredeclaredExchange(name)) return { name };
  return { name: name === '' ? '(default exchange)' : name, detail: 'in every vhost' };
}

/** Where a resource is declared, if it is. */
export function placeOf({ at }: Resource) {
  return at ? { at } : {};
}

/** A vhost need not be declared to have something in it. */
export function drawVhost(
  builder: GraphBuilder,
  broker: string,
  vhost: string,
  resources?: readonly Address[],
): Address {
  const id = makeAddress(broker, 'vhost', vhost);
  if (resources || !builder.hasGroup(id)) builder.group(id, `${broker} · vhost ${vhost}`, resources);
  return id;
}

/*
 * What carries messages from and to other brokers. https://www.rabbitmq.com/docs/shovel-dynamic
 * https://www.rabbitmq.com/docs/federation
 */

interface Link {
  readonly resource: Resource;
  readonly name: string;
  readonly value: JsonObject;
}

export function drawLinks(
  parameters: readonly Resource[],
  topology: Topology,
  graphOf: (vhost: string) => VhostGraph,
): void {
  const byVhost = new Map<string, Map<string, Link[]>>();
  for (const resource of parameters) {
    const [vhost = '', component = '', name = ''] = parseAddress(resource.address).path;
    const components = byVhost.get(vhost) ?? new Map<string, Link[]>();
    byVhost.set(vhost, components);
    const links = components.get(component) ?? [];
    components.set(component, [...links, { resource, name, value: tableOf(resource.spec.value) }]);
  }
  for (const [vhost, components] of byVhost) {
    const graph = graphOf(vhost);
    for (const shovel of components.get('shovel') ?? []) drawShovel(graph, shovel);
    const upstreams = components.get('federation-upstream') ?? [];
    const sets = components.get('federation-upstream-set') ?? [];
    drawFederation(graph, upstreams, sets, topology.vhosts.get(vhost));
  }
}

function drawShovel(graph: VhostGraph, { resource, name, value }: Link): void {
  const { builder, group } = graph;
  const id = resource.address;
  builder.node({ id, kind: 'shovel', role: 'link', name, group, ...placeOf(resource) });
  const from = shovelEnd(graph, id, value, 'src');
  const to = shovelEnd(graph, id, value, 'dest');
  if (from) builder.edge({ from: from.node, to: id, role: 'copy', label: from.label });
  if (to) builder.edge({ from: id, to: to.node, role: 'copy', label: to.label });
}

/** The node at one end. Where the URI is secret, or leads to another host, it may not be one of ours. */
function shovelEnd(
  graph: VhostGraph,
  shovel: Address,
  value: JsonObject,
  side: 'src' | 'dest',
): { node: string; label: string } | undefined {
  const uri = [value[`${side}-uri`]].flat()[0];
  const vhost = typeof uri === 'string' ? localVhost(uri, graph.vhost) : undefined;
  const key = value[`${side}-exchange-key`];
  const label = typeof key === 'string' ? key : '';
  for (const kind of ['queue', 'exchange', 'address'] as const) {
    const name = value[`${side}-${kind}`];
    if (typeof name !== 'string') continue;
    if (vhost === graph.vhost && kind !== 'address') return { node: graph[kind](name), label };
    const id = `${shovel}/${side}/${encodeURIComponent(name.toWellFormed())}`;
    const role = kind === 'exchange' ? 'router' : 'store';
    const detail = vhost === undefined ? `where ${side}-uri leads` : `in vhost ${vhost}`;
    return { node: graph.builder.name({ id, kind, role, name, detail, group: graph.group }), label };
  }
  return undefined;
}

/** The vhost of a URI without a host, which means this broker; undefined for any other. */
function localVhost(uri: string, own: string): string | undefined {
  const path = /^amqps?:\/\/(?:\/([^?]*))?(?:\?.*)?$/.exec(uri);
  if (!path) return undefined;
  try {
    return path[1] === undefined ? own : decodeURIComponent(path[1]);
  } catch {
    return undefined;
  }
}

/** Which exchanges and queues take from an upstream is said by their policy: one upstream, a set, or `all`. */
function drawFederation(
  { builder, group }: VhostGraph,
  upstreams: readonly Link[],
  sets: readonly Link[],
  vhost: Vhost | undefined,
): void {
  for (const { resource, name } of upstreams) {
    const id = resource.address;
    const link = { kind: 'upstream', role: 'link', detail: 'federation', ...placeOf(resource) } as const;
    builder.node({ id, name, group, ...link });
  }
  const targets = [...(vhost?.exchanges.values() ?? []), ...(vhost?.queues.values() ?? [])];
  for (const target of targets) {
    if (!target.resource) continue;
    for (const { resource } of upstreamsOf(target, upstreams, sets)) {
      builder.edge({
        from: resource.address,
        to: target.resource.address,
        role: 'copy',
        label: 'federation',
      });
    }
  }
}

function upstreamsOf(
  target: Exchange | Queue,
  upstreams: readonly Link[],
  sets: readonly Link[],
): readonly Link[] {
  const setting = (key: string) =>
    'setting' in target ? target.setting(key)?.value : target.policies[0]?.definition[key];
  const set = setting('federation-upstream-set');
  if (set === 'all') return upstreams;
  const members = sets.find(({ name }) => name === set)?.resource.spec.value;
  const named = new Set([
    setting('federation-upstream'),
    ...(Array.isArray(members) ? members.map((member) => isObject(member) && member.upstream) : []),
  ]);
  return upstreams.filter(({ name }) => named.has(name));
}
