import type { CommandContext } from './context.ts';
import { UsageError } from './exit.ts';
import type { Host } from './host.ts';
import { readPlanFile } from './plan-file.ts';

/** The environment variable with the key that plans are signed with. */
const PLAN_KEY = 'BROKERFORM_PLAN_KEY';

export interface VerifyFlags {
  readonly verify?: boolean;
  /** Milliseconds. */
  readonly maxAge?: number;
}

/**
 * The key for signatures of plans. It is in no message.
 * @throws UsageError where the variable is not set, or too short to be a key
 */
export async function planKey({ env }: Pick<Host, 'env'>): Promise<string> {
  const { SHORTEST_KEY } = await import('../workflow/index.ts');
  const key = env[PLAN_KEY] ?? '';
  if (key.length >= SHORTEST_KEY) return key;
  const problem =
    key === '' ? 'is not set' : `is too short for a key: it needs ${SHORTEST_KEY} characters or more`;
  throw new UsageError(`${PLAN_KEY} ${problem}`, 'a good one: openssl rand -hex 32');
}

/** Reads a saved plan, as far as these flags trust it. @throws InvalidPlanFile, InputError, UsageError */
export async function readSavedPlan(
  { folder, host }: Pick<CommandContext, 'folder' | 'host'>,
  file: string,
  { verify, maxAge }: VerifyFlags = {},
) {
  return readPlanFile(folder, file, {
    ...(verify === true && { key: await planKey(host) }),
    ...(maxAge !== undefined && { maxAge }),
  });
}
