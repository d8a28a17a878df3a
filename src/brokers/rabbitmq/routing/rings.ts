import { formatDuration, type RouteHop, type RouteNode } from '../../../model/index.ts';
import type { WayOut } from './notes.ts';

/** A hop, with what a ring of dead letters depends on. */
export interface RingHop extends RouteHop {
  /** Of dead letters: by what they leave the queue. */
  readonly ways?: readonly WayOut[];
  /** Milliseconds in the queue before they expire. */
  readonly ttl?: number;
}

/** A node in the making. */
export interface Draft extends RouteNode {
  readonly notes: string[];
  readonly next: RingHop[];
}

/**
 * Says at a queue to which dead letters come back when they do, and what becomes of them: the broker drops those
 * that no consumer has rejected on the way. https://www.rabbitmq.com/docs/dlx#cycles
 */
export function addRingNotes(drafts: readonly Draft[]): void {
  const byId = new Map(drafts.map((draft) => [draft.id, draft]));
  const path: { draft: Draft; hop?: RingHop }[] = [];
  const done = new Set<string>();
  const onPath = new Map<string, number>();
  const visit = (draft: Draft): void => {
    onPath.set(draft.id, path.length);
    const place: { draft: Draft; hop?: RingHop } = { draft };
    path.push(place);
    for (const hop of draft.next) {
      place.hop = hop;
      const next = byId.get(hop.to);
      const start = next && onPath.get(next.id);
      if (start !== undefined) noteRing(path.slice(start));
      else if (next && !done.has(next.id)) visit(next);
    }
    path.pop();
    onPath.delete(draft.id);
    done.add(draft.id);
  };
  const [first] = drafts;
  if (first) visit(first);
}

function noteRing(ring: readonly { draft: Draft; hop?: RingHop }[]): void {
  const letters = ring.flatMap(({ hop }) => (hop?.ways ? [hop] : []));
  const queue = ring.find(({ draft }) => draft.kind === 'queue')?.draft;
  // A ring of exchange bindings alone passes a message once.
  if (letters.length === 0 || !queue) return;
  const has = ({ ways }: RingHop, wanted: (reason: string) => boolean) =>
    ways?.some(([reason]) => wanted(reason)) ?? false;
  const isAutomatic = letters.every((hop) => has(hop, (reason) => reason !== 'rejected'));
  const delay = letters.reduce((sum, { ttl = 0 }) => sum + ttl, 0);
  const back = `dead letters come back here${delay > 0 ? ` after ${formatDuration(delay, 'ms')}` : ''}`;
  const note = isAutomatic
    ? `${back}: dropped then, unless a consumer rejected them on the way`
    : `${back}, again and again until a consumer accepts them`;
  if (!queue.notes.includes(note)) queue.notes.push(note);
}
