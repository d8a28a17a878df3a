import type { Address, SendOptions, Trial } from '../model/index.ts';
import type { ReadyStep } from './readiness.ts';
import type { Target } from './target.ts';

/**
 * Has the broker try out replacements before anything is deleted, as far as it can be asked.
 * @returns what came of it, by the address of the step
 */
export async function rehearse(
  { session }: Target,
  steps: readonly ReadyStep[],
  options: Pick<SendOptions, 'drain' | 'abort'>,
): Promise<ReadonlyMap<Address, Trial>> {
  // Where an earlier apply has deleted it already, the creation is sent, and brings back the previous one if refused.
  const replacing = steps.filter(
    ({ step, calls }) => step.action === 'replace' && calls.length > 0 && calls.length === step.calls.length,
  );
  if (replacing.length === 0 || !session.rehearse) return new Map();
  const trials = await session.rehearse(
    replacing.map(({ calls }) => calls),
    options,
  );
  return new Map(
    trials.flatMap((trial): [Address, Trial][] => {
      const step = replacing[trial.unit]?.step;
      return step ? [[step.address, trial]] : [];
    }),
  );
}
