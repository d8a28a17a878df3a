import { type ApplyReport, BrokerformError } from '../model/index.ts';

/** What scripts may rest on. 64 and 65 are sysexits.h; 128 + n is how a shell shows a signal. */
export const EXIT = {
  ok: 0,
  failed: 1,
  differs: 2,
  policy: 3,
  stale: 4,
  partial: 5,
  usage: 64,
  input: 65,
} as const;

export type Signal = 'SIGINT' | 'SIGTERM';

const SIGNAL_EXIT: Readonly<Record<Signal, number>> = { SIGINT: 130, SIGTERM: 143 };

/** What is true at the end of a run; several may hold. */
export interface Ending {
  readonly signal?: Signal | undefined;
  /** Some of the plan was applied, and some was not. */
  readonly partial?: boolean;
  /** The plan does not fit the broker any more, or cannot be trusted. */
  readonly stale?: boolean;
  readonly failed?: boolean;
  /** Findings over the limit, a blocked plan. */
  readonly policy?: boolean;
  readonly differs?: boolean;
  /** Wrong usage or invalid input: nothing was even tried. */
  readonly refused?: typeof EXIT.usage | typeof EXIT.input;
}

/** The gravest of what holds: a signal, then what was left half done, then what never began. */
export function exitCode(ending: Ending): number {
  if (ending.signal) return SIGNAL_EXIT[ending.signal];
  if (ending.partial) return EXIT.partial;
  if (ending.stale) return EXIT.stale;
  if (ending.refused) return ending.refused;
  if (ending.failed) return EXIT.failed;
  if (ending.policy) return EXIT.policy;
  return ending.differs ? EXIT.differs : EXIT.ok;
}

/** What an apply's report means for the exit code. A lost answer may have changed something: that is partial. */
export function endingOf(report: ApplyReport): Ending {
  const statuses = new Set(report.steps.map(({ status }) => status));
  const unfinished = ['failed', 'unverified', 'unknown', 'not-started'] as const;
  if (!unfinished.some((status) => statuses.has(status))) return {};
  const touched = ['applied', 'under-way', 'unverified', 'unknown'] as const;
  // A step that failed on its way has changed something, even where it was put back.
  const isTouched =
    touched.some((status) => statuses.has(status)) ||
    report.steps.some(({ partly, previous }) => partly === true || previous !== undefined);
  return isTouched ? { partial: true } : { failed: true };
}

/** The command line asks for something impossible. */
export class UsageError extends BrokerformError {
  readonly kind = 'usage';
  readonly outcome = 'usage';
  constructor(message: string, hint?: string) {
    super(message, { hint });
  }
}

/** The approval prompt was not answered with yes. */
export class NotApproved extends BrokerformError {
  readonly kind = 'usage';
  readonly outcome = 'failed';
  override readonly consequence = 'nothing was applied';
  constructor() {
    super('not approved');
  }
}
