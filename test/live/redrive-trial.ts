import type { DeadLetter, LetterOutcome, RedriveRun, Session } from '../../src/model/index.ts';

export interface Tried {
  readonly notes: readonly string[];
  /** `redriven`, or why not: `kept: stream X is full`. In a survey `chosen`, or the problem. */
  readonly outcomes: readonly string[];
  readonly letters: readonly string[];
  readonly error?: Error;
}

export type TrialOptions = Partial<RedriveRun> & { readonly to?: string; readonly survey?: boolean };

const NEVER = new AbortController().signal;

/** Redrives, or surveys, what is at the address. @param tell a letter in one line */
export async function tryRedrive(
  session: Session,
  address: string,
  { to, survey = false, ...more }: TrialOptions,
  tell: (letter: DeadLetter) => string,
): Promise<Tried> {
  const opened = await session.redrive?.({
    ...{ address, run: 'test', now: () => new Date() },
    ...(to !== undefined && { to }),
  });
  if (!opened) throw new Error('this session cannot redrive');
  const seen: LetterOutcome[] = [];
  let error: Error | undefined;
  try {
    const run = { accepts: () => true, drain: NEVER, abort: NEVER, ...more };
    const outcomes = survey ? opened.survey({ ...run, most: 1_000_000, signal: NEVER }) : opened.run(run);
    for await (const outcome of outcomes) seen.push(outcome);
  } catch (thrown) {
    error = thrown as Error;
  }
  return {
    notes: opened.notes,
    outcomes: seen.map(({ status, reason }) => (reason === undefined ? status : `${status}: ${reason}`)),
    letters: seen.map(({ letter }) => tell(letter)),
    ...(error && { error }),
  };
}

/** How often each text is there. */
export function tally(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
