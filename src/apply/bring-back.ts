import { type Call, type Failure, isMove, kindOf, type Outcome } from '../model/index.ts';
import type { ReadyStep } from './readiness.ts';
import type { StepResult, Target, View } from './target.ts';

/** A failed step, with the number of its completed calls. */
export interface Broken {
  readonly item: ReadyStep;
  readonly callsDone: number;
  readonly result: StepResult;
}

/** Additional information about a failed step. */
type Mended = Pick<StepResult, 'stands' | 'previous' | 'note'>;

/**
 * Restores deleted resources after a failure. If the creation in a replacement was rejected, the previous resource
 * is re-created with its dependents. If only a dependent was rejected, all others are re-created.
 * @returns in the order of the steps; does not throw for a broker that is no longer reachable
 */
export async function bringBack(
  target: Target,
  broken: readonly Broken[],
  abort: AbortSignal,
): Promise<Mended[]> {
  const needsLook = broken.some((one) => hasLost(one));
  const view = needsLook ? await target.look().catch((error: Error) => error) : undefined;
  return Promise.all(
    broken.map(async (one): Promise<Mended> => {
      if (abort.aborted) return hasLost(one) ? { previous: 'lost' } : {};
      if (isMade(one)) return makeOthers(target, one, abort);
      if (!hasLost(one)) return {};
      if (view instanceof Error || !view) return lost(one, view?.message ?? 'the live state was not read');
      return restore(target, one, view, abort);
    }),
  );
}

/** The resource was created, and a dependent failed. */
function isMade({ item, callsDone }: Broken): boolean {
  return callsDone >= item.calls.length;
}

/** The previous resource was deleted by this apply or an earlier one, and the new one was not created. */
function hasLost(one: Broken): boolean {
  const { item, callsDone } = one;
  const isDeleted = callsDone > 0 || item.calls.length < item.step.calls.length;
  // A move that fails loses nothing: its messages are kept until it continues.
  const isReplaced = item.step.action === 'replace' && !isMove(item.step.change);
  return isReplaced && isDeleted && !isMade(one);
}

/** Every dependent except the rejected one, whose failure is already reported. */
async function makeOthers(target: Target, { item, callsDone }: Broken, abort: AbortSignal): Promise<Mended> {
  let behind = callsDone - item.calls.length;
  const left = item.dependents.filter(({ calls }) => {
    behind -= calls.length;
    return behind < 0;
  });
  const refused = await sendAll(
    target,
    left.slice(1).map(({ calls }) => calls),
    abort,
  );
  const all = item.dependents.length;
  const made = all - 1 - refused.length;
  return { stands: 'wanted', note: `${made} of ${all} dependents re-created${tell(refused)}` };
}

async function restore(target: Target, one: Broken, view: View, abort: AbortSignal): Promise<Mended> {
  const { step, dependents } = one.item;
  const isTaken = view.exists(step.address);
  if (!isTaken) {
    if (!step.restore) return lost(one, 'it contains a secret that cannot be read back');
    const own = step.restore.filter((call) => call.target === step.address);
    const [failure] = await sendAll(target, [own], abort);
    if (failure) return lost(one, failure.message);
  }
  const alongside = isTaken ? [] : (step.restore ?? []).filter((call) => call.target !== step.address);
  const missing = dependents.filter(({ address }) => !view.exists(address));
  const units = [...alongside.map((call) => [call]), ...missing.map(({ calls }) => calls)];
  const refused = await sendAll(target, units, abort);
  const back = units.length - refused.length;
  const kind = kindOf(step.address);
  const told = back > 0 ? ` with ${back} dependent${back === 1 ? '' : 's'}` : '';
  const costs = one.result.affected ? `; lost: ${one.result.affected.text}` : '';
  return isTaken
    ? { stands: 'other', note: `another client declared the ${kind} meanwhile${costs}${tell(refused)}` }
    : {
        stands: 'other',
        previous: 'restored',
        note: `previous ${kind} restored${told}${costs}${tell(refused)}`,
      };
}

function lost({ item, result }: Broken, why: string): Mended {
  const costs = result.affected ? `; lost: ${result.affected.text}` : '';
  return {
    previous: 'lost',
    note: `previous ${kindOf(item.step.address)} deleted and not restored: ${why}${costs}`,
  };
}

/** Sends units of calls and completes them even after an interrupt. @returns the failures */
async function sendAll(
  target: Target,
  units: readonly (readonly Call[])[],
  abort: AbortSignal,
): Promise<Failure[]> {
  if (units.length === 0) return [];
  const failures: Failure[] = [];
  const drain = new AbortController().signal;
  for await (const outcome of target.session.send(units, { drain, abort })) {
    if (!isThere(outcome)) failures.push(outcome.failure ?? { op: '', message: outcome.status });
  }
  return failures;
}

function isThere({ status }: Outcome): boolean {
  return status === 'done' || status === 'already' || status === 'under-way';
}

function tell(refused: readonly Failure[]): string {
  const [first] = refused;
  return first ? `; ${refused.length} refused: ${first.message}` : '';
}
