/** The command line asks for something that cannot be. Exit 64. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** A file that was named cannot be read, or may not be written. Exit 65. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly hint: string | undefined;
  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The one who was asked did not say yes. Exit 1: what was ordered was not done. */
export class Declined extends Error {
  override readonly name = 'Declined';
}
