import type { Diagnostic } from './diagnostic.ts';
import type { Plan } from './plan.ts';
import type { Failure } from './report.ts';

/** A broker could not be reached, or would not let us in. Nothing was changed by this attempt. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly broker: string;
  readonly hint: string | undefined;
  /** True when waiting may help: the broker is down or still starting, not "wrong password". */
  readonly transient: boolean;
  constructor(
    broker: string,
    message: string,
    options: { hint?: string; transient?: boolean; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.broker = broker;
    this.hint = options.hint;
    this.transient = options.transient ?? false;
  }
}

/** A broker answered, and said no. Carries what was asked, the status and the broker's own words. */
export class BrokerError extends Error {
  override readonly name = 'BrokerError';
  readonly broker: string;
  readonly failure: Failure;
  constructor(broker: string, failure: Failure, cause?: unknown) {
    super(`${failure.op}: ${failure.message}`, { cause });
    this.broker = broker;
    this.failure = failure;
  }
}

/** An environment variable that a connection or a secret needs is not set. */
export class MissingVariable extends Error {
  override readonly name = 'MissingVariable';
  readonly variable: string;
  constructor(variable: string) {
    super(`environment variable ${variable} is not set`);
    this.variable = variable;
  }
}

/** A saved plan cannot be trusted: it was cut off, edited, or written by another version; nothing was applied. */
export class DamagedPlan extends Error {
  override readonly name = 'DamagedPlan';
  /** Where the plan is not what its own changes make. */
  readonly differences: readonly StaleDifference[];
  constructor(message: string, differences: readonly StaleDifference[] = []) {
    super(message);
    this.differences = differences;
  }
}

/** Live state, or the broker itself, is no longer what the plan was made for; nothing was applied. */
export class StalePlan extends Error {
  override readonly name = 'StalePlan';
  readonly differences: readonly StaleDifference[];
  constructor(differences: readonly StaleDifference[]) {
    super(
      `plan is stale: ${differences.length} difference${differences.length === 1 ? '' : 's'} since it was created`,
    );
    this.differences = differences;
  }
}

export interface StaleDifference {
  /** An address, or the name of a broker. */
  readonly subject: string;
  readonly message: string;
}

/** The plan holds changes that nobody allowed; nothing was applied. */
export class BlockedPlan extends Error {
  override readonly name = 'BlockedPlan';
  readonly plan: Plan;
  constructor(plan: Plan) {
    // A change may be blocked for several reasons, and counts once, as in the plan.
    const count = new Set(plan.blockers.map(({ address }) => address)).size;
    super(`${count} blocked change${count === 1 ? '' : 's'}`);
    this.plan = plan;
  }
}

/** What the user wrote cannot be worked with. Carries every finding, not only those that are errors. */
export class InvalidProject extends Error {
  override readonly name = 'InvalidProject';
  readonly diagnostics: readonly Diagnostic[];
  /** @param where `the project`, unless it was other files that were read */
  constructor(diagnostics: readonly Diagnostic[], where = 'the project') {
    const count = diagnostics.filter(({ severity }) => severity === 'error').length;
    super(`${count} error${count === 1 ? '' : 's'} in ${where}`);
    this.diagnostics = diagnostics;
  }
}

/** A revision of the repository cannot be read. */
export class RevisionError extends Error {
  override readonly name = 'RevisionError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}
