import type { Address, Source, Step } from '../model/index.ts';
import type { Checked } from './check.ts';

/** Deletions at the line of the topology that orders them; pruned ones have no place. */
export function placeDeletions(steps: readonly Step[], { project }: Checked): readonly Step[] {
  if (!steps.some(({ action }) => action === 'delete')) return steps;
  const places = new Map(project.retired.map(({ address, at }) => [address, at]));
  return steps.map((step) => placed(step, places));
}

function placed(step: Step, places: ReadonlyMap<Address, Source>): Step {
  const { change } = step;
  if (change.action !== 'delete') return step;
  const { at: _, places: __, ...before } = change.before;
  const at = places.get(step.address);
  return { ...step, change: { ...change, before: { ...before, ...(at && { at }) } } };
}
