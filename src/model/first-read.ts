import type { Scope } from './session.ts';

/**
 * The first read of a session, begun while the session still asks the broker who it is: a round trip less.
 * Whoever connects tells what it will read, see `Connection.reads`.
 */
export class FirstRead<T> {
  readonly #begin: (scope: Scope, isEarly: boolean) => Promise<T>;
  #begun: { readonly scope: Scope; readonly result: Promise<T> } | undefined;

  /** @param begin told whether the session is still being opened */
  constructor(expected: Scope | undefined, begin: (scope: Scope, isEarly: boolean) => Promise<T>) {
    this.#begin = begin;
    if (!expected) return;
    const result = begin(expected, true);
    // A session that cannot be opened says why itself.
    result.catch(() => {});
    this.#begun = { scope: expected, result };
  }

  /** What was begun, once, and for this scope only: a later read must not be of an earlier time. */
  take(scope: Scope): Promise<T> {
    const begun = this.#begun;
    this.#begun = undefined;
    return begun && isSame(begun.scope, scope) ? begun.result : this.#begin(scope, false);
  }

  /** Waits until nothing is under way any more. */
  async end(): Promise<void> {
    await this.#begun?.result.catch(() => {});
  }
}

function isSame(a: Scope, b: Scope): boolean {
  return hasSame(a.desired, b.desired) && hasSame(a.retired, b.retired) && hasSame(a.owns, b.owns);
}

function hasSame(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a === b || (a.length === b.length && a.every((item, index) => item === b[index]));
}
