import type { Diagnostic } from './diagnostic.ts';
import { holderText, type LockHolder } from './lock.ts';
import type { Plan } from './plan.ts';
import type { Failure } from './report.ts';

/** What went wrong, as JSON and CI formats name it. */
export type FailureKind =
  | 'usage'
  | 'input'
  | 'findings'
  | 'connection'
  | 'broker'
  | 'stale-plan'
  | 'damaged-plan'
  | 'blocked-plan'
  | 'locked'
  | 'engine'
  | 'interrupted'
  | 'bug';

/** What an error means for the run; the command line has an exit code for each. */
export type FailureOutcome = 'failed' | 'policy' | 'stale' | 'usage' | 'input';

export interface StaleDifference {
  /** An address, or the name of a broker. */
  readonly subject: string;
  readonly message: string;
}

interface FailureDetails {
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  readonly broker?: string;
  readonly differences?: readonly StaleDifference[];
  readonly diagnostics?: readonly Diagnostic[];
}

/** An error that a user can act on. It carries all that is reported of it; any other error is a bug. */
export abstract class BrokerformError extends Error {
  abstract readonly kind: FailureKind;
  abstract readonly outcome: FailureOutcome;
  /** What did not happen because of it; printed behind the message. */
  readonly consequence: 'nothing was applied' | 'no broker was changed' | undefined = undefined;
  /** The next thing to do. */
  readonly hint: string | undefined;
  readonly broker: string | undefined;
  /** What is stale or invalid, one by one. */
  readonly differences: readonly StaleDifference[];
  /** Findings of the files, not only those that are errors. */
  readonly diagnostics: readonly Diagnostic[] | undefined;
  constructor(message: string, details: FailureDetails = {}) {
    super(message, { cause: details.cause });
    this.name = new.target.name;
    this.hint = details.hint;
    this.broker = details.broker;
    this.differences = details.differences ?? [];
    this.diagnostics = details.diagnostics;
  }
}

/** A broker could not be reached, or refused access. This attempt changed nothing. */
export class ConnectionError extends BrokerformError {
  readonly kind = 'connection';
  readonly outcome = 'failed';
  declare readonly broker: string;
  /** True when waiting may help: the broker is down or still starting, not "wrong password". */
  readonly transient: boolean;
  constructor(
    broker: string,
    message: string,
    { hint, transient = false, cause }: { hint?: string; transient?: boolean; cause?: unknown } = {},
  ) {
    super(message, { broker, cause, hint });
    this.transient = transient;
  }
}

/** A broker refused a request. Carries the request, the status and the broker's own words. */
export class BrokerError extends BrokerformError {
  readonly kind = 'broker';
  readonly outcome = 'failed';
  declare readonly broker: string;
  readonly failure: Failure;
  constructor(broker: string, failure: Failure, cause?: unknown) {
    super(`${failure.op}: ${failure.message}`, { broker, cause, hint: failure.hint });
    this.failure = failure;
  }
}

/** An environment variable that a connection or a secret needs is not set. */
export class MissingVariable extends BrokerformError {
  readonly kind = 'input';
  readonly outcome = 'input';
  readonly variable: string;
  constructor(variable: string) {
    const hint = `set ${variable}, or give it a default: \${${variable}:-…}`;
    super(`environment variable ${variable} is not set`, { hint });
    this.variable = variable;
  }
}

/** A file is not a plan, or cannot be trusted: truncated, edited, or written by another version. */
export class InvalidPlanFile extends BrokerformError {
  readonly kind = 'damaged-plan';
  readonly outcome = 'stale';
  override readonly consequence = 'nothing was applied';
  /** @param details `differences`: where the plan is not what its own changes make */
  constructor(message: string, details: Pick<FailureDetails, 'hint' | 'differences'> = {}) {
    super(message, { hint: 'plan again', ...details });
  }
}

/** Live state, or the broker itself, changed since the plan was created. */
export class StalePlan extends BrokerformError {
  readonly kind = 'stale-plan';
  readonly outcome = 'stale';
  override readonly consequence = 'nothing was applied';
  constructor(differences: readonly StaleDifference[]) {
    const count = `${differences.length} difference${differences.length === 1 ? '' : 's'}`;
    const hint = 'run plan again and review the result';
    super(`plan is stale: ${count} since it was created`, { hint, differences });
  }
}

/** The plan contains changes that are blocked. */
export class BlockedPlan extends BrokerformError {
  readonly kind = 'blocked-plan';
  readonly outcome = 'policy';
  override readonly consequence = 'nothing was applied';
  readonly plan: Plan;
  constructor(plan: Plan) {
    // A change may be blocked for several reasons, and counts once, as in the plan.
    const count = new Set(plan.blockers.map(({ address }) => address)).size;
    const hint = 'the plan shows for each how to proceed';
    super(`${count} blocked change${count === 1 ? '' : 's'}`, { hint });
    this.plan = plan;
  }
}

/** Another apply of the same project and environment holds the lock on a broker. */
export class LockHeld extends BrokerformError {
  readonly kind = 'locked';
  readonly outcome = 'failed';
  override readonly consequence = 'nothing was applied';
  /** @param holder absent if the broker does not tell */
  constructor(broker: string, target: string, holder: LockHolder | undefined) {
    const who = holder ? holderText(holder) : 'the holder is unknown';
    const hint = 'wait for it with --wait-for-lock 10m, or apply without the lock with --no-lock';
    super(`locked by another apply of ${target}: ${who}`, { broker, hint });
  }
}

/** The files are invalid. Carries every finding, not only those that are errors. */
export class InvalidProject extends BrokerformError {
  readonly kind = 'input';
  readonly outcome = 'input';
  override readonly consequence = 'no broker was changed';
  declare readonly diagnostics: readonly Diagnostic[];
  /** @param where `the project`, unless other files were read */
  constructor(diagnostics: readonly Diagnostic[], where = 'the project') {
    super(`${countErrors(diagnostics, 'error')} in ${where}`, { diagnostics });
  }
}

/** The topology is valid, and has lint findings that are errors. */
export class LintErrors extends BrokerformError {
  readonly kind = 'findings';
  readonly outcome = 'policy';
  override readonly consequence = 'no broker was changed';
  constructor(diagnostics: readonly Diagnostic[]) {
    const hint = '"brokerform explain CODE" shows why; lint.rules or a comment can suppress it';
    super(`${countErrors(diagnostics, 'lint error')} in the project`, { hint, diagnostics });
  }
}

/** Brokers that are to be on this machine are, or may be, elsewhere. */
export class NotLocal extends BrokerformError {
  readonly kind = 'input';
  readonly outcome = 'input';
  override readonly consequence = 'no broker was changed';
  constructor(environment: string | undefined, differences: readonly StaleDifference[]) {
    const where = environment === undefined ? 'the configuration' : `environment ${environment}`;
    const hint =
      'up works with brokers on this machine only; set their URLs in environments.local to localhost';
    super(`${where} leads to other machines`, { hint, differences });
  }
}

/** No container that is known serves the settings of a broker. */
export class NoContainerError extends BrokerformError {
  readonly kind = 'input';
  readonly outcome = 'input';
  override readonly consequence = 'no broker was changed';
  constructor(broker: string, problem: string, hint: string) {
    super(`no container can be started for ${broker}: ${problem}`, { broker, hint });
  }
}

/** A named file cannot be read or written. */
export class InputError extends BrokerformError {
  readonly kind = 'input';
  readonly outcome = 'input';
  constructor(message: string, hint?: string) {
    super(message, { hint });
  }
}

/** A revision of the repository cannot be read. */
export class RevisionError extends InputError {}

/** What a route is asked of cannot take messages, or is not there. */
export class RouteError extends InputError {}

function countErrors(diagnostics: readonly Diagnostic[], noun: string): string {
  const count = diagnostics.filter(({ severity }) => severity === 'error').length;
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
