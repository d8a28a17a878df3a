import { BrokerformError } from '../model/index.ts';

/** The command line asks for something impossible. */
export class UsageError extends BrokerformError {
  readonly kind = 'usage';
  readonly outcome = 'usage';
  constructor(message: string, hint?: string) {
    super(message, { hint });
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

/** The approval prompt was not answered with yes. */
export class NotApproved extends BrokerformError {
  readonly kind = 'usage';
  readonly outcome = 'failed';
  override readonly consequence = 'nothing was applied';
  constructor() {
    super('not approved');
  }
}
