import {
  type Address,
  addressMatcher,
  type Change,
  type Context,
  type FieldChange,
  type Kind,
  kindOf,
  placeOf,
  type Resource,
} from '../model/index.ts';
import { diffSpecs } from './fields.ts';

export interface DiffInput {
  /** Both sides completed. */
  readonly context: Context;
  readonly kinds: Readonly<Record<string, Kind>>;
  /** Addresses that are declared to be gone. */
  readonly retired: readonly Address[];
  /** Address globs of what the project owns. */
  readonly owns: readonly string[];
  /** Whether what is owned and not declared is deleted. */
  readonly prune: boolean;
}

export interface Difference {
  /** Sorted by address. */
  readonly changes: readonly Change[];
  readonly inSync: number;
  /** Owned, not declared, and not about to be deleted. */
  readonly unmanaged: readonly Address[];
}

/**
 * Matches desired and live resources by address. What is absent from the desired side is deleted only when it is
 * retired by name, or owned while pruning was asked for; what belongs to the broker itself, never.
 */
export function diffResources(input: DiffInput): Difference {
  const { desired, live } = input.context;
  const changes: Change[] = [];
  const unmanaged: Address[] = [];
  let inSync = 0;
  for (const after of desired.values()) {
    const change = compare(live.get(after.address), after, input);
    if (change) changes.push(change);
    else inSync++;
  }
  const retired = new Set(input.retired);
  const owned = input.owns.map(addressMatcher);
  for (const before of live.values()) {
    const { reserved, indispensable } = kind(input, before.address);
    if (desired.has(before.address) || reserved?.(before) !== undefined) continue;
    const isOwned = owned.some((matches) => matches(before.address));
    const isPruned = isOwned && input.prune && indispensable?.(before, input.context.broker) !== true;
    if (retired.has(before.address) || isPruned) changes.push({ action: 'delete', before });
    else if (isOwned) unmanaged.push(before.address);
  }
  changes.sort((a, b) => (addressOf(a) < addressOf(b) ? -1 : 1));
  return { changes, inSync, unmanaged: unmanaged.sort() };
}

function compare(before: Resource | undefined, after: Resource, input: DiffInput): Change | undefined {
  if (!before) return { action: 'create', after };
  const differences = diffSpecs(before.spec, after.spec);
  if (differences.length === 0) return undefined;
  const update = { action: 'update', before, after, fields: differences } as const;
  const fields = differences.map((difference): FieldChange => {
    const at = placeOf(after, difference.path);
    const fixed = kind(input, after.address).fixed(difference.path, update, input.context);
    return { ...difference, ...(at && { at }), ...(fixed !== undefined && { fixed }) };
  });
  const action = fields.some((field) => field.fixed !== undefined) ? 'replace' : 'update';
  return { action, before, after, fields };
}

function kind(input: DiffInput, address: Address): Kind {
  const found = input.kinds[kindOf(address)];
  if (!found) throw new Error(`no kind for ${address}`);
  return found;
}

function addressOf(change: Change): Address {
  return change.action === 'delete' ? change.before.address : change.after.address;
}
