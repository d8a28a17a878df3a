import { type Address, makeAddress, type Sketch } from '../../../model/index.ts';
import { isPredeclaredExchange } from '../kinds/parts.ts';

/** Draws in one vhost. */
export interface VhostGraph {
  readonly sketch: Sketch;
  readonly broker: string;
  readonly vhost: string;
  readonly group: Address;
  /** The ids of what is declared, or only named. */
  exchange(name: string): string;
  queue(name: string): string;
}

export function vhostGraph(sketch: Sketch, broker: string, vhost: string): VhostGraph {
  const group = drawVhost(sketch, broker, vhost);
  const end = (kind: 'exchange' | 'queue', id: Address, name: string) =>
    sketch.name({ id, kind, role: kind === 'queue' ? 'store' : 'router', group, ...shownName(kind, name) });
  return {
    sketch,
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

/** A vhost need not be declared to have something in it. */
export function drawVhost(
  sketch: Sketch,
  broker: string,
  vhost: string,
  resources?: readonly Address[],
): Address {
  const id = makeAddress(broker, 'vhost', vhost);
  if (resources || !sketch.hasGroup(id)) sketch.group(id, `${broker} · vhost ${vhost}`, resources);
  return id;
}
