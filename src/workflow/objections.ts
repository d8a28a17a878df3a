import { type Address, addTo, type Risk, type Step, worstRisk } from '../model/index.ts';
import type { LiveState } from './live.ts';

/** The steps, each with what the broker itself says that it would refuse of it. Nothing is changed by asking. */
export async function withObjections(steps: readonly Step[], live: LiveState): Promise<readonly Step[]> {
  const asked = steps.filter(({ calls, risks }) => calls.length > 0 && worstRisk(risks) !== 'refused');
  if (asked.length === 0) return steps;
  const objections = (await live.preview?.(asked.map(({ calls }) => calls))) ?? [];
  const refusals = new Map<Address, Risk[]>();
  for (const { unit, failure } of objections) {
    const step = asked[unit];
    if (!step) throw new Error(`${live.broker.name} objects to unit ${unit}, which it was never asked about`);
    const { status, message, hint } = failure;
    const words = status === undefined ? message : `${message} (${status})`;
    const refusal: Risk = { class: 'refused', code: 'broker-refuses', message: words, ...(hint && { hint }) };
    addTo(refusals, step.address, refusal);
  }
  return steps.map((step) => {
    const added = refusals.get(step.address);
    return added ? { ...step, risks: [...step.risks, ...added] } : step;
  });
}
