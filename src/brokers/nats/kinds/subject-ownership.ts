import {
  type Address,
  type Change,
  type Context,
  cycleThrough,
  disruptive,
  kindOf,
  type Order,
  oncePer,
  type Resource,
  type Risk,
  refused,
  renamesIn,
  subject as subjectOf,
} from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { SubjectIndex } from '../fields/subjects.ts';
import { stringsIn } from '../fields/values.ts';
import { consumerNameOf, filtersOf, streamAddress, streamNameOf, streamOf } from './addresses.ts';
import { heldStreamOf } from './stream/move-calls.ts';

/*
 * A subject belongs to one stream, and within a work queue to one consumer: servers reject overlaps (errors 10065,
 * 10100). To move a subject, a plan must release it first, then claim it.
 */

const STREAMS = 'streams';

/** Where a subject has one owner: all streams, or the consumers of one work queue. */
function scopeOf(resource: Resource, context: Context): string | undefined {
  if (kindOf(resource.address) !== 'consumer') return STREAMS;
  const stream = streamOf(resource, context);
  return stream?.spec.retention === 'workqueue' ? stream.address : undefined;
}

/** The subjects that a completed resource claims in its scope. A consumer without a filter claims all. */
function claimsOf(resource: Resource | undefined): readonly string[] {
  if (!resource) return [];
  return kindOf(resource.address) === 'consumer' ? filtersOf(resource) : stringsIn(resource.spec.subjects);
}

/** Subjects and their owners, by scope. */
class Ownership {
  readonly #scopes = new Map<string, SubjectIndex<Address>>();

  add(scope: string, subject: string, owner: Address): void {
    const index = this.#scopes.get(scope) ?? new SubjectIndex();
    this.#scopes.set(scope, index);
    index.add(subject, owner);
  }

  /** Overlapping subjects of other owners. */
  others(scope: string, subject: string, self: Address): { subject: string; owner: Address }[] {
    const found = this.#scopes.get(scope)?.overlapping(subject) ?? [];
    return found.filter(({ owner }) => owner !== self);
  }
}

/** A step that claims a subject runs after the step that releases it. */
export function orderOwnership(changes: readonly Change[], context: Context): Order[] {
  const releasing = new Ownership();
  for (const change of changes) {
    const scope = change.action === 'create' ? undefined : scopeOf(change.before, context);
    if (change.action === 'create' || scope === undefined) continue;
    const { address } = subjectOf(change);
    // The new name of a stream takes its subjects before the old one is deleted.
    const becomes = change.action === 'delete' && scope === STREAMS ? change.movesTo : undefined;
    const kept = becomes === undefined ? [] : claimsOf(context.desired.get(becomes));
    for (const subject of releasedBy(change)) {
      if (!kept.includes(subject)) releasing.add(scope, subject, becomes ?? address);
    }
  }
  return changes.flatMap((change): Order[] => {
    const scope = change.action === 'delete' ? undefined : scopeOf(change.after, context);
    if (change.action === 'delete' || scope === undefined) return [];
    const next = change.after.address;
    const owners = claimsOf(change.after).flatMap((claim) => releasing.others(scope, claim, next));
    return [...new Set(owners.map(({ owner }) => owner))].map((first) => ({ first, next }));
  });
}

/** The subjects that a change releases. */
function releasedBy(change: Exclude<Change, { action: 'create' }>): string[] {
  const kept = change.action === 'delete' ? [] : claimsOf(change.after);
  return claimsOf(change.before).filter((held) => !kept.includes(held));
}

/** Claims that no order of steps can satisfy, and those that leave a subject without a stream for a moment. */
export function ownershipRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [];
  const { after } = change;
  const scope = scopeOf(after, context);
  // Servers before 2.10 check the filters of a work queue only when they create a consumer.
  const isUnchecked = scope !== STREAMS && change.action === 'update' && !atLeast(context.broker, '2.10');
  const live = claimsOf(context.live.get(after.address));
  const added = claimsOf(after).filter((claim) => !live.includes(claim));
  if (scope === undefined || isUnchecked || added.length === 0) return [];
  const world = claimsIn(context);
  const taken = added.flatMap((claim) =>
    world.kept
      .others(scope, claim, after.address)
      .map(({ subject, owner }) => takenRisk(claim, subject, owner)),
  );
  if (taken.length > 0) return taken;
  const cycle = cycleThrough(after.address, world.waitsFor);
  if (cycle) return [swapRisk(cycle)];
  if (scope !== STREAMS) return [];
  return added.flatMap((claim) =>
    world.released.others(scope, claim, after.address).map(({ owner }) => gapRisk(claim, owner)),
  );
}

function takenRisk(claim: string, subject: string, owner: Address): Risk {
  if (kindOf(owner) !== 'consumer') {
    return refused(
      'subject-taken',
      `${claim} overlaps ${subject}, which stream ${streamNameOf(owner)} holds and keeps`,
      'a subject belongs to one stream: let the other release it in the same plan, or retire that stream',
    );
  }
  return refused(
    'filter-taken',
    `${claim} overlaps ${subject}, which consumer ${consumerNameOf(owner)} of this work queue holds and keeps`,
    'a message of a work queue goes to one consumer: give the other one another filter in the same plan, or retire it',
  );
}

/** A cycle: each would have to release first. */
function swapRisk(cycle: readonly Address[]): Risk {
  const [first = ''] = cycle;
  const isConsumer = kindOf(first) === 'consumer';
  const names = [...cycle, first].map(isConsumer ? consumerNameOf : streamNameOf).join(' → ');
  const [who, what] = isConsumer ? ['consumers of a work queue', 'filters'] : ['streams', 'subjects'];
  return refused(
    isConsumer ? 'filter-swap' : 'subject-swap',
    `${who} exchange ${what} (${names}): each would have to release before the other, and none can be first`,
    isConsumer
      ? 'apply in two steps: first with an unused filter on one of them, then with the filters in their new place'
      : 'apply in two steps: first with the subjects removed from one of them, then with them in their new place',
  );
}

/** Between the two requests no stream has the subject: a publish gets "no responders", and is stored nowhere. */
function gapRisk(claim: string, owner: Address): Risk {
  return disruptive(
    'subject-gap',
    `${claim} comes from stream ${streamNameOf(owner)}: a message published between release and claim is not stored, and its publisher gets no acknowledgement`,
    'publishers must retry what is not acknowledged, or stop while this is applied',
  );
}

interface Claims {
  /** Live subjects that stay with their owners, and those that the plan releases. */
  readonly kept: Ownership;
  readonly released: Ownership;
  /** The owners that must release a subject before this resource can claim it. */
  waitsFor(address: Address): Address[];
}

/** Cached: the risks of each resource depend on all others. */
const claimsIn = oncePer((context: Context): Claims => {
  const kept = new Ownership();
  const released = new Ownership();
  const renamed = renamesIn(context);
  for (const resource of context.live.values()) {
    const scope = scopeOf(resource, context);
    if (scope === undefined) continue;
    // The hold stream of a move has the subjects of the stream that is moved, and the old name those of the new one.
    const moved = heldStreamOf(resource.spec);
    const address =
      moved === undefined
        ? (renamed.get(resource.address) ?? resource.address)
        : streamAddress(context.broker.name, moved);
    const desired = context.desired.get(address);
    const wanted = desired && claimsOf(desired);
    for (const held of claimsOf(resource)) {
      const isKept = wanted ? wanted.includes(held) : !context.deleted?.has(address);
      (isKept ? kept : released).add(scope, held, address);
    }
  }
  const waitsFor = (address: Address): Address[] => {
    const desired = context.desired.get(address);
    const scope = desired && scopeOf(desired, context);
    if (!desired || scope === undefined) return [];
    const live = claimsOf(context.live.get(address));
    return claimsOf(desired)
      .filter((claim) => !live.includes(claim))
      .flatMap((claim) => released.others(scope, claim, address).map(({ owner }) => owner));
  };
  return { kept, released, waitsFor };
});
