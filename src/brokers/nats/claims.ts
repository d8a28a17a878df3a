import {
  type Address,
  type Change,
  type Context,
  kindOf,
  type Order,
  type Resource,
  type Risk,
  subject as subjectOf,
} from '../../model/index.ts';
import { streamNameOf } from './addresses.ts';
import { SubjectIndex } from './subjects.ts';

/*
 * A subject belongs to one stream: a server refuses what overlaps another stream's (error 10065). So one that moves
 * must be released first, then claimed.
 */

/** The subjects that a completed stream claims. */
function claimsOf(stream: Resource | undefined): readonly string[] {
  const subjects = stream?.spec.subjects;
  return Array.isArray(subjects) ? subjects.filter((item) => typeof item === 'string') : [];
}

/** Which steps of a plan must wait for which, because they claim what the others release. */
export function orderClaims(changes: readonly Change[]): Order[] {
  const streams = changes.filter((change) => kindOf(subjectOf(change).address) !== 'consumer');
  const releasing = new SubjectIndex<Change>();
  for (const change of streams) {
    if (change.action !== 'create') for (const subject of releasedBy(change)) releasing.add(subject, change);
  }
  return streams.flatMap((change): Order[] => {
    if (change.action === 'delete') return [];
    const next = change.after.address;
    const first = new Set(
      claimsOf(change.after)
        .flatMap((claim) => releasing.overlapping(claim))
        .map(({ owner }) => subjectOf(owner).address)
        .filter((address) => address !== next),
    );
    return [...first].map((address) => ({ first: address, next }));
  });
}

/** What a change gives up: whatever it holds now and does not want as it is. */
function releasedBy(change: Exclude<Change, { action: 'create' }>): string[] {
  const kept = change.action === 'delete' ? [] : claimsOf(change.after);
  return claimsOf(change.before).filter((held) => !kept.includes(held));
}

/** Claims that no order of steps can make good: on what another stream keeps, or two streams that swap. */
export function claimRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [];
  const { address } = change.after;
  const added = claimsOf(change.after).filter(
    (claim) => !claimsOf(context.live.get(address)).includes(claim),
  );
  if (added.length === 0) return [];
  const world = claimsIn(context);
  const kept = added.flatMap((claim) =>
    world.kept
      .overlapping(claim)
      .filter(({ owner }) => owner !== address)
      .map(
        ({ subject, owner }): Risk => ({
          class: 'refused',
          code: 'subject-taken',
          message: `${claim} overlaps ${subject}, which stream ${streamNameOf(owner)} holds and keeps`,
          hint: 'a subject belongs to one stream: let the other release it in the same plan, or retire that stream',
        }),
      ),
  );
  return kept.length > 0 ? kept : swapRisks(address, world);
}

/** Follows who waits for whom; a stream that ends up waiting for itself can never begin. */
function swapRisks(address: Address, world: Claims): Risk[] {
  const path = world.cycleThrough(address);
  if (!path) return [];
  const names = path.map(streamNameOf).join(' → ');
  return [
    {
      class: 'refused',
      code: 'subject-swap',
      message: `streams exchange subjects (${names}): each would have to release before the other, and none can be first`,
      hint: 'apply in two steps: first with the subjects removed from one of them, then with them in their new place',
    },
  ];
}

interface Claims {
  /** What live streams hold and go on holding. */
  readonly kept: SubjectIndex<Address>;
  cycleThrough(address: Address): readonly Address[] | undefined;
}

const claimsByContext = new WeakMap<Context, Claims>();

/** Made once a plan: every stream's risks look at all the others. */
function claimsIn(context: Context): Claims {
  const known = claimsByContext.get(context);
  if (known) return known;
  const kept = new SubjectIndex<Address>();
  const released = new SubjectIndex<Address>();
  for (const stream of context.live.values()) {
    if (kindOf(stream.address) === 'consumer') continue;
    const desired = context.desired.get(stream.address);
    const wanted = desired && claimsOf(desired);
    for (const held of claimsOf(stream)) {
      const isKept = wanted ? wanted.includes(held) : !context.deleted?.has(stream.address);
      (isKept ? kept : released).add(held, stream.address);
    }
  }
  const waitsFor = (address: Address): Address[] => {
    const live = claimsOf(context.live.get(address));
    return claimsOf(context.desired.get(address))
      .filter((claim) => !live.includes(claim))
      .flatMap((claim) => released.overlapping(claim).map(({ owner }) => owner))
      .filter((owner) => owner !== address);
  };
  const claims: Claims = { kept, cycleThrough: (address) => findCycle(address, waitsFor) };
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
