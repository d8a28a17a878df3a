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
