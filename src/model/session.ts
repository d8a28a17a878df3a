import type { Address } from './address.ts';
import type { JsonObject } from './json.ts';
import type { LockAttempt, LockRequest } from './lock.ts';
import type { BrokerIdentity, Call } from './plan.ts';
import type { Redrive, RedriveRequest } from './redrive.ts';
import type { Failure, Outcome } from './report.ts';
import type { Resource } from './resource.ts';
import type { TestTrial, TrialAnswer } from './routing.ts';

/**
 * What a read must cover, and with it everything that would disappear with a resource in it (the bindings of a
 * queue): {@link coverageOf} works out what that is. A session asks for no more than this needs, so that a plan gets
 * by with few rights.
 */
export interface Scope {
  /** Declared or retired resources: each that exists must be returned. */
  readonly desired: readonly Resource[];
  readonly retired: readonly Address[];
  /** Address globs whose matching resources must all be returned. `**` for everything. */
  readonly owns: readonly string[];
}

export interface SendOptions {
  /** Aborted: units that have begun finish, so that no replacement is left half done; no new one starts. */
  readonly drain: AbortSignal;
  /** Aborted: give up at once. */
  readonly abort: AbortSignal;
  /** Only begin what a broker then goes on with by itself, such as moving data, and do not wait for its end. */
  readonly detach?: boolean;
  /** Messages per second that a move may take; as many as the broker does where absent. */
  readonly limitRate?: number | undefined;
  /**
   * Told again and again how far a work is that takes long, and what it waits for; nothing once it has ended. Raw text
   * of one line.
   */
  readonly onWork?: (text?: string) => void;
}

/** A unit of calls that the broker says it would refuse. */
export interface Objection {
  /** Index into the units that were handed to `preview`. */
  readonly unit: number;
  readonly failure: Failure;
}

/** What came of trying out a replacement: the broker's refusal, or why it could not be tried. */
export interface Trial {
  /** Index into the units that were handed to `rehearse`. */
  readonly unit: number;
  readonly failure?: Failure;
  readonly note?: string;
}

/** One line of `doctor`. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly text: string;
  readonly hint?: string;
}

/** What `doctor` found at one broker. */
export interface Examined {
  readonly broker: string;
  readonly type: string;
  readonly checks: readonly Check[];
}

/** A feature in use that a later release removes. Raw text. */
export interface Deprecation {
  readonly name: string;
  readonly text: string;
}

export interface Session {
  readonly broker: BrokerIdentity;
  /**
   * Live resources of the scope, secrets hidden, in a constant number of requests whatever the size. Others may be
   * among them. What is named and not returned is known to be absent.
   * @throws ConnectionError, BrokerError; also where it is not known whether a named resource exists
   */
  read(scope: Scope): Promise<Resource[]>;
  /** Fresh `metrics` of these live resources; an address that is missing from the answer is unknown, not empty. */
  readMetrics(resources: readonly Resource[]): Promise<Map<Address, JsonObject>>;
  /**
   * Sends units of calls: a unit's calls run in order and stop at its first failure; units are independent.
   * Never throws for a refusal: each unit gets exactly one outcome.
   */
  send(units: readonly (readonly Call[])[], options: SendOptions): AsyncIterable<Outcome>;
  /**
   * What the broker itself would refuse of these units of calls, asked without changing anything. Absent where a
   * broker cannot be asked.
   * @throws ConnectionError, BrokerError
   */
  preview?(units: readonly (readonly Call[])[]): Promise<readonly Objection[]>;
  /**
   * Tries out what these units delete and make anew, under names of its own, and removes what it made: so that a
   * refusal is known before anything is deleted. What cannot be tried is no refusal. Absent where `preview` serves.
   */
  rehearse?(
    units: readonly (readonly Call[])[],
    options: Pick<SendOptions, 'drain' | 'abort'>,
  ): Promise<readonly Trial[]>;
  /**
   * Tries once to take the lock of a project and environment, without waiting for its holder. Absent if the broker has
   * nothing that can keep a lock. Never throws for a refusal.
   */
  lock?(request: LockRequest): Promise<LockAttempt>;
  /** Runs tests on a copy that is always removed; an answer each. Absent if the broker has no place for a copy. */
  runTests?(trial: TestTrial): Promise<readonly TrialAnswer[]>;
  /**
   * Opens a queue, stream or topic to bring its dead letters back. Changes nothing by itself.
   * @throws RedriveError, BrokerError, ConnectionError
   */
  redrive?(request: RedriveRequest): Promise<Redrive>;
  /** Reachability, versions, rights, clock; says what is wrong rather than throwing. */
  diagnose(): Promise<Check[]>;
  /**
   * What is in use that a later release removes, as the broker itself lists it. Absent if it has no such list.
   * @throws ConnectionError, BrokerError
   */
  deprecated?(): Promise<readonly Deprecation[]>;
  close(): Promise<void>;
}
