import type { Address, Resource, Session, Stake, StaleDifference, Step } from '../model/index.ts';

/** A broker that a plan is applied to, with what the other stages know about its live state. */
export interface Target {
  readonly session: Session;
  /** Reads the live state of all that the plan touches there. @throws ConnectionError, BrokerError */
  readonly look: () => Promise<View>;
  /** What these steps put at stake right now; a step that is missing from the answer puts nothing. */
  readonly stakes: (steps: readonly Step[]) => Promise<Map<Address, Stake>>;
}

/** The live state of one broker at one moment, seen through the plan. */
export interface View {
  /** The state that the step wants is there, whoever made it. */
  isDone(step: Step): boolean;
  /** The resource is there, and as it is here. */
  isLive(resource: Resource): boolean;
  exists(address: Address): boolean;
  /**
   * What is there, of the resource or going down with it, that the plan does not know; undefined where it knows all.
   * What is missing, and the plan makes anyway, is no difference.
   */
  difference(step: Step): string | undefined;
  /**
   * Of steps whose live state is as planned: whether their calls are those that this state asks for, and whether
   * they have come to cost more than was allowed. Counts are read anew.
   * @throws ConnectionError, BrokerError
   */
  recheck(steps: readonly Step[]): Promise<StaleDifference[]>;
}
