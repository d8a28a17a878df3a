import type { Address, Source, Step } from '../model/index.ts';
import type { Checked } from './check.ts';

/** Deletions at the line of the topology that orders them, or of the new name; pruned ones have no place. */
export function placeDeletions(steps: readonly Step[], { project }: Checked): readonly Step[] {
  if (!steps.some(({ action }) => action === 'delete')) return steps;
  const places = new Map(project.retired.map(({ address, at }) => [address, at]));
  return steps.map((step) => placed(step, places));
}

function placed(step: Step, places: ReadonlyMap<Address, Source>): Step {
  const { change } = step;
  if (change.action !== 'delete') return step;
  const { at: found, places: _, ...before } = change.before;
  const at = places.get(step.address) ?? (change.movesTo === undefined ? undefined : found);
  return { ...step, change: { ...change, before: { ...before, ...(at && { at }) } } };
}
