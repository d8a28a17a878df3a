import type {
  Address,
  Affected,
  CallStatus,
  Failure,
  Resource,
  Session,
  StaleDifference,
  Step,
} from '../model/index.ts';

/** A broker of a plan, with the functions of other stages that read its live state. */
export interface Target {
  readonly session: Session;
  /** Reads the live state of all resources of the plan. @throws ConnectionError, BrokerError */
  readonly look: () => Promise<View>;
  /** The current stakes of these steps; a step that is missing from the result affects nothing. */
  readonly readAffected: (steps: readonly Step[]) => Promise<Map<Address, Affected>>;
}

/** The live state of one broker at one time, compared with the plan. */
export interface View {
  /** Whether the live state is as planned, regardless of who created it. */
  isDone(step: Step): boolean;
  /** Names of declared dependents that a move keeps, and that are missing: the move is not done then. */
  missingKept(step: Step): readonly string[];
  /** Whether the resource exists and equals this one. */
  isLive(resource: Resource): boolean;
  exists(address: Address): boolean;
  /**
   * The difference between the live resource or its dependents and the plan; undefined if there is none. A missing
   * resource that the plan creates is not a difference.
   */
  difference(step: Step): string | undefined;
  /**
   * For steps whose live state is as planned: checks that this state leads to the same calls, and that the risk has
   * not increased beyond the allowed one. Reads counts again.
   * @throws ConnectionError, BrokerError
   */
  recheck(steps: readonly Step[]): Promise<StaleDifference[]>;
}

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
