import {
  type Address,
  type Change,
  type Context,
  kindOf,
  type Order,
  type Resource,
  type Risk,
  subject as subjectOf,
} from '../../../model/index.ts';
import { SubjectIndex } from '../fields/subjects.ts';
import { texts } from '../topology.ts';
import { atLeast } from '../version.ts';
import { consumerNameOf, streamNameOf } from './addresses.ts';

/*
 * A subject belongs to one stream, and within a work queue to one consumer: a server refuses what overlaps another's
 * (errors 10065, 10100). So one that moves must be released first, then claimed.
 */

/** Who shares the subjects that this resource claims: all streams, or the consumers of one work queue. */
function arenaOf({ address, needs }: Resource, { desired, live }: Context): string | undefined {
  if (kindOf(address) !== 'consumer') return 'streams';
  const [need = ''] = needs;
  const stream = desired.get(need) ?? live.get(need);
  return stream?.spec.retention === 'workqueue' ? need : undefined;
}

/** What a completed resource claims in its arena. A consumer without a filter asks for everything. */
function claimsOf(resource: Resource | undefined): readonly string[] {
  if (!resource) return [];
  if (kindOf(resource.address) !== 'consumer') return texts(resource, 'subjects');
  const filters = texts(resource, 'filter_subjects');
  return filters.length > 0 ? filters : ['>'];
}

/** Subjects and who holds them, apart for each arena. */
class Holdings {
  readonly #arenas = new Map<string, SubjectIndex<Address>>();

  add(arena: string, subject: string, owner: Address): void {
    const index = this.#arenas.get(arena) ?? new SubjectIndex();
    this.#arenas.set(arena, index);
    index.add(subject, owner);
  }

  /** What others hold of a subject. */
  others(arena: string, subject: string, self: Address): { subject: string; owner: Address }[] {
    const found = this.#arenas.get(arena)?.overlapping(subject) ?? [];
    return found.filter(({ owner }) => owner !== self);
  }
}

/** Which steps of a plan must wait for which, because they claim what the others release. */
export function orderClaims(changes: readonly Change[], context: Context): Order[] {
  const releasing = new Holdings();
  for (const change of changes) {
    const arena = change.action === 'create' ? undefined : arenaOf(change.before, context);
    if (change.action === 'create' || arena === undefined) continue;
    for (const subject of releasedBy(change)) releasing.add(arena, subject, subjectOf(change).address);
  }
  return changes.flatMap((change): Order[] => {
    const arena = change.action === 'delete' ? undefined : arenaOf(change.after, context);
    if (change.action === 'delete' || arena === undefined) return [];
    const next = change.after.address;
    const owners = claimsOf(change.after).flatMap((claim) => releasing.others(arena, claim, next));
    return [...new Set(owners.map(({ owner }) => owner))].map((first) => ({ first, next }));
  });
}

/** What a change gives up: whatever it holds now and does not want as it is. */
function releasedBy(change: Exclude<Change, { action: 'create' }>): string[] {
  const kept = change.action === 'delete' ? [] : claimsOf(change.after);
  return claimsOf(change.before).filter((held) => !kept.includes(held));
}

/** Claims that no order of steps can make good, and those that leave a subject without a stream for a moment. */
export function claimRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [];
  const { after } = change;
  const arena = arenaOf(after, context);
  // Servers before 2.10 look at the filters of a work queue only when a consumer is made.
  const isUnchecked = arena !== 'streams' && change.action === 'update' && !atLeast(context.broker, '2.10');
  const live = claimsOf(context.live.get(after.address));
  const added = claimsOf(after).filter((claim) => !live.includes(claim));
  if (arena === undefined || isUnchecked || added.length === 0) return [];
  const world = claimsIn(context);
  const taken = added.flatMap((claim) =>
    world.kept
      .others(arena, claim, after.address)
      .map(({ subject, owner }) => takenRisk(claim, subject, owner)),
  );
  if (taken.length > 0) return taken;
  const cycle = world.cycleThrough(after.address);
  if (cycle) return [swapRisk(cycle)];
  if (arena !== 'streams') return [];
  return added.flatMap((claim) =>
    world.released.others(arena, claim, after.address).map(({ owner }) => gapRisk(claim, owner)),
  );
}

function takenRisk(claim: string, subject: string, owner: Address): Risk {
  if (kindOf(owner) !== 'consumer') {
    return {
      class: 'refused',
      code: 'subject-taken',
      message: `${claim} overlaps ${subject}, which stream ${streamNameOf(owner)} holds and keeps`,
      hint: 'a subject belongs to one stream: let the other release it in the same plan, or retire that stream',
    };
  }
  return {
    class: 'refused',
    code: 'filter-taken',
    message: `${claim} overlaps ${subject}, which consumer ${consumerNameOf(owner)} of this work queue holds and keeps`,
    hint: 'a message of a work queue goes to one consumer: give the other one another filter in the same plan, or retire it',
  };
}

/** Each would have to release before the other, and none can be first. */
function swapRisk(cycle: readonly Address[]): Risk {
  const [first = ''] = cycle;
  const isConsumer = kindOf(first) === 'consumer';
  const names = cycle.map(isConsumer ? consumerNameOf : streamNameOf).join(' → ');
  const [who, what] = isConsumer ? ['consumers of a work queue', 'filters'] : ['streams', 'subjects'];
  return {
    class: 'refused',
    code: isConsumer ? 'filter-swap' : 'subject-swap',
    message: `${who} exchange ${what} (${names}): each would have to release before the other, and none can be first`,
    hint: isConsumer
      ? 'apply in two steps: first with an unused filter on one of them, then with the filters in their new place'
      : 'apply in two steps: first with the subjects removed from one of them, then with them in their new place',
  };
}

/** Between the two requests nobody takes the subject: a publish gets "no responders", and is stored nowhere. */
function gapRisk(claim: string, owner: Address): Risk {
  return {
    class: 'disruptive',
    code: 'subject-gap',
    message: `${claim} comes from stream ${streamNameOf(owner)}: a message published between release and claim is not stored, and its publisher gets no acknowledgement`,
    hint: 'publishers must retry what is not acknowledged, or stop while this is applied',
  };
}

interface Claims {
  /** What is held and stays held, and what live resources give up. */
  readonly kept: Holdings;
  readonly released: Holdings;
  cycleThrough(address: Address): readonly Address[] | undefined;
}

const claimsByContext = new WeakMap<Context, Claims>();

/** Made once a plan: every resource's risks look at all the others. */
function claimsIn(context: Context): Claims {
  const known = claimsByContext.get(context);
  if (known) return known;
  const kept = new Holdings();
  const released = new Holdings();
  for (const resource of context.live.values()) {
    const arena = arenaOf(resource, context);
    if (arena === undefined) continue;
    const { address } = resource;
    const desired = context.desired.get(address);
    const wanted = desired && claimsOf(desired);
    for (const held of claimsOf(resource)) {
      const isKept = wanted ? wanted.includes(held) : !context.deleted?.has(address);
      (isKept ? kept : released).add(arena, held, address);
    }
  }
  const waitsFor = (address: Address): Address[] => {
    const desired = context.desired.get(address);
    const arena = desired && arenaOf(desired, context);
    if (!desired || arena === undefined) return [];
    const live = claimsOf(context.live.get(address));
    return claimsOf(desired)
      .filter((claim) => !live.includes(claim))
      .flatMap((claim) => released.others(arena, claim, address).map(({ owner }) => owner));
  };
  const claims: Claims = { kept, released, cycleThrough: (address) => findCycle(address, waitsFor) };
  claimsByContext.set(context, claims);
  return claims;
}

function findCycle(start: Address, next: (address: Address) => Address[]): Address[] | undefined {
  const cameFrom = new Map<Address, Address>();
  const open = [start];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    for (const neighbour of next(address)) {
      if (neighbour === start) return pathTo(address, start, cameFrom);
      if (cameFrom.has(neighbour)) continue;
      cameFrom.set(neighbour, address);
      open.push(neighbour);
    }
  }
  return undefined;
}

function pathTo(end: Address, start: Address, cameFrom: ReadonlyMap<Address, Address>): Address[] {
  const path = [start];
  for (let at: Address | undefined = end; at !== undefined && at !== start; at = cameFrom.get(at)) {
    path.splice(1, 0, at);
  }
  return [...path, start];
}
