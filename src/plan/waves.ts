import type { Address, Step } from '../model/index.ts';

/**
 * Orders steps into waves: first creations and updates, each after its dependencies; then deletions, each after its
 * dependents. Because deletions come last, messages always have a destination: a moved binding is created at its
 * new place before the old one is deleted. A deletion that a creation must wait for, because both claim the same
 * name or subject, runs in the first waves, after the deletions that it waits for.
 *
 * @param acting resources that make the broker act on its own: created last, deleted first
 */
export function orderSteps(steps: readonly Step[], acting: ReadonlySet<Address> = new Set()): Step[][] {
  const making = steps.filter((step) => step.action !== 'delete');
  const deleting = steps.filter((step) => step.action === 'delete');
  const needing = neededByLive(deleting);
  const usersOf: Edges = (step) => [...new Set([...needing(step), ...step.runsAfter])];
  const early = clearingFirst(making, deleting, usersOf);
  const first = [...making, ...deleting.filter((step) => early.has(step.address))];
  const needsOf = neededBy(making);
  const edges: Edges = (step) => (step.action === 'delete' ? usersOf(step) : needsOf(step));
  const last = deleting.filter((step) => !early.has(step.address));
  const begins = (step: Step) => step.action !== 'delete' && acting.has(step.address);
  const prepared = first.filter((step) => !begins(step));
  return [
    ...layer(prepared, edges),
    ...layer(first.filter(begins), edges, prepared),
    ...layer(
      last.filter((step) => acting.has(step.address)),
      usersOf,
    ),
    ...layer(
      last.filter((step) => !acting.has(step.address)),
      usersOf,
    ),
  ];
}

/** Deletions that a creation or update waits for, and the deletions that those wait for. */
function clearingFirst(making: readonly Step[], deleting: readonly Step[], usersOf: Edges): Set<Address> {
  const byAddress = new Map(deleting.map((step) => [step.address, step]));
  const early = new Set(
    making.flatMap(({ runsAfter }) => runsAfter).filter((address) => byAddress.has(address)),
  );
  // Iterating over a Set includes values added during the iteration, so this is transitive.
  for (const address of early) {
    const step = byAddress.get(address);
    for (const user of step ? usersOf(step) : []) early.add(user);
  }
  return early;
}

type Edges = (step: Step) => readonly Address[];

function neededBy(steps: readonly Step[]): Edges {
  const known = new Map(steps.map((step) => [step.address, step]));
  return (step) => {
    const dependsOn = 'after' in step.change ? step.change.after.dependsOn : [];
    // If the provider requires the reverse order, the dependency already exists before either step.
    const isOpen = (need: Address) => known.has(need) && !known.get(need)?.runsAfter.includes(step.address);
    return [...new Set([...dependsOn.filter(isOpen), ...step.runsAfter])];
  };
}

/** For deletions the edges are reversed: a resource is deleted after all of its dependents. */
function neededByLive(steps: readonly Step[]): Edges {
  const users = new Map<Address, Address[]>(steps.map((step) => [step.address, []]));
  for (const step of steps) {
    const dependsOn = 'before' in step.change ? step.change.before.dependsOn : [];
    for (const need of dependsOn) users.get(need)?.push(step.address);
  }
  return (step) => users.get(step.address) ?? [];
}

/**
 * Longest-path layering. Dependencies can form a cycle (two exchanges that are each other's alternate). The edge
 * that would complete the cycle is dropped, because brokers accept such a reference before its target exists.
 *
 * @param before steps of earlier waves
 */
function layer(steps: readonly Step[], edges: Edges, before: readonly Step[] = []): Step[][] {
  const past = new Set(before.map((step) => step.address));
  const byAddress = new Map(steps.map((step) => [step.address, step]));
  const depths = new Map<Address, number>();
  const kept = new Map<Address, Address[]>();
  const OPEN = -1;
  const visit = (root: Step) => {
    // An explicit stack: a chain of resources can exceed the depth of the call stack.
    const stack = [
      { step: root, pending: [...edges(root)].sort().reverse(), depth: 0, after: [] as Address[] },
    ];
    depths.set(root.address, OPEN);
    for (let frame = stack.at(-1); frame; frame = stack.at(-1)) {
      const next = frame.pending.at(-1);
      const step = next === undefined ? undefined : byAddress.get(next);
      const depth = next === undefined ? undefined : depths.get(next);
      if (step && depth === undefined) {
        depths.set(step.address, OPEN);
        stack.push({ step, pending: [...edges(step)].sort().reverse(), depth: 0, after: [] });
        continue;
      }
      if (next !== undefined) {
        frame.pending.pop();
        if (past.has(next)) frame.after.push(next);
        if (depth !== undefined && depth !== OPEN) {
          frame.depth = Math.max(frame.depth, depth + 1);
          frame.after.push(next);
        }
        continue;
      }
      depths.set(frame.step.address, frame.depth);
      // A copy is as large as it must be; an array that grew has room for 16 more.
      kept.set(frame.step.address, frame.after.slice());
      stack.pop();
    }
  };
  const sorted = [...steps].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const step of sorted) if (!depths.has(step.address)) visit(step);
  const waves: Step[][] = [];
  for (const step of sorted) {
    const depth = depths.get(step.address) ?? 0;
    const wave = waves[depth] ?? [];
    wave.push({ ...step, runsAfter: kept.get(step.address) ?? [] });
    waves[depth] = wave;
  }
  return waves;
}
