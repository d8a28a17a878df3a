import type { Address } from './address.ts';
import type { Affected } from './change.ts';

/**
 * What became of one call.
 * - `already`: somebody else made what it was to make; whether it is as wanted only the live state tells. `failure`
 *   holds the broker's refusal to make it again.
 * - `under-way`: the broker accepted it and continues; the apply does not wait for the end.
 * - `unknown`: it was sent and the answer never came.
 */
export type CallStatus = 'done' | 'already' | 'under-way' | 'failed' | 'unknown' | 'not-started';

/** What a session tells of each unit of calls, as soon as it knows. */
export interface Outcome {
  /** Index into the units that were handed to `send`. */
  readonly unit: number;
  readonly status: CallStatus;
  /** How many of the unit's calls were done. */
  readonly callsDone: number;
  readonly failure?: Failure;
  /** More than the status says, for people: how much was moved, its progress. */
  readonly note?: string;
}

/** A refusal or a loss, in the broker's own words. */
export interface Failure {
  readonly op: string;
  readonly status?: string;
  readonly message: string;
  readonly hint?: string;
}

/**
 * - `applied`: done, and seen in the live state afterwards.
 * - `already`: live state was as wanted before anything was sent, or somebody else made it so meanwhile.
 * - `under-way`: the broker goes on with it by itself; a later apply waits for the end and does what is left.
 * - `unverified`: the broker accepted it, but the live state afterwards is not as wanted, or could not be read.
 * - `unknown`: it was sent, the answer never came, and the live state could not be read afterwards.
 */
export type StepStatus =
  | 'applied'
  | 'already'
  | 'under-way'
  | 'failed'
  | 'unverified'
  | 'unknown'
  | 'not-started';

export interface StepReport {
  readonly address: Address;
  readonly title: string;
  readonly detail: string;
  readonly action: string;
  readonly status: StepStatus;
  readonly failure?: Failure;
  /** More than the status says, for people. */
  readonly note?: string;
  /** What a destructive step put at stake, read again just before its calls. */
  readonly affected?: Affected;
  /** Of a step that failed: some of its calls were done. */
  readonly partly?: true;
  /** Of a replacement that was refused after its deletion: what became of the previous resource. */
  readonly previous?: 'restored' | 'lost';
}

export interface ApplyReport {
  readonly version: 2;
  readonly project: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** Set when a signal ended the run early. */
  readonly interrupted?: string;
  /** What people must know of the whole apply: that it ran without a lock, or lost it. Raw text of one line each. */
  readonly notes?: readonly string[];
  readonly steps: readonly StepReport[];
}

/** How far an apply is. */
export interface Progress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** A long operation of the brokers and its progress. Raw text of one line. */
  readonly work?: string;
}
