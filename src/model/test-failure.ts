import type { Source } from './source.ts';

export interface FailedExpectation {
  /** The key of the test: `reaches`. */
  readonly key: string;
  readonly message: string;
  readonly hint?: string;
  readonly at: Source;
}

/** A test that fails with the head's topology, and did not with the base's. */
export interface BrokenTest {
  readonly name: string;
  readonly at: Source;
  readonly failures: readonly FailedExpectation[];
  /** The head does not have the test any more; its place is in the base. */
  readonly removed?: true;
}
