import type { Affected, CallStatus, Failure } from '../model/index.ts';

/** The result of a step before verification. */
export interface StepResult {
  readonly status: CallStatus;
  readonly failure?: Failure;
  readonly note?: string;
  readonly affected?: Affected;
  /** Whether some, but not all, of its calls were done. */
  readonly partly?: true;
  /**
   * The resource at the address of a failed step: the declared resource if only a dependent was rejected, or
   * another one, either restored or created by another client. Absent: no resource, or unknown.
   */
  readonly stands?: 'wanted' | 'other';
  /** For a replacement that was rejected after the deletion. */
  readonly previous?: 'restored' | 'lost';
}
