import type { Address, SendOptions, Trial } from '../model/index.ts';
import type { ReadyStep } from './readiness.ts';
import type { Target } from './target.ts';

/**
 * Rehearses replacements on the broker before anything is deleted, if the session supports it.
 * @returns the results by address of the step
 */
export async function rehearse(
  { session }: Target,
  steps: readonly ReadyStep[],
  options: Pick<SendOptions, 'drain' | 'abort'>,
): Promise<ReadonlyMap<Address, Trial>> {
  // If an earlier apply already deleted it, the creation is sent, and a rejection restores the previous
  // resource.
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
