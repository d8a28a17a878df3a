import type { Address } from './address.ts';
import type { Action, Affected, Change, FieldLine } from './change.ts';
import type { Json, JsonObject } from './json.ts';
import type { Resource } from './resource.ts';
import type { BaseComparison } from './revision.ts';

/**
 * What a change may cost.
 * - `safe`: nothing is lost or interrupted.
 * - `disruptive`: no stored data is lost, but routing, ordering or consumers change.
 * - `destructive`: stored messages, offsets or consumer state are lost.
 * - `protected`: the project's own guard (`protect`, `limits`) forbids it.
 * - `refused`: the broker cannot do it; nothing allows it.
 */
export type RiskClass = 'safe' | 'disruptive' | 'destructive' | 'protected' | 'refused';

export interface Risk {
  readonly class: RiskClass;
  readonly code: string;
  readonly message: string;
  /** A safer way to the same end, where there is one. */
  readonly hint?: string;
  /** The contents that it loses can be moved instead. */
  readonly movable?: true;
}

function makerOf(riskClass: RiskClass): (code: string, message: string, hint?: string) => Risk {
  return (code, message, hint) => ({ class: riskClass, code, message, ...(hint !== undefined && { hint }) });
}

export const safe = makerOf('safe');
export const disruptive = makerOf('disruptive');
export const destructive = makerOf('destructive');
export const refused = makerOf('refused');

/** One request to a broker, built from specs alone. It carries no secret value and no position. */
export interface Call {
  readonly op: string;
  readonly target: Address;
  readonly body?: Json;
}

/** A resource that goes or comes with the step's own: the bindings of a replaced queue. */
export interface Dependent {
  readonly address: Address;
  readonly title: string;
  readonly detail: string;
  readonly outcome: 'recreated' | 'removed';
  /** As it is made again; where it is removed, as it was. */
  readonly resource: Resource;
  /** Its re-creation: kept apart from the step's own calls, so that an apply that was cut off can be finished. */
  readonly calls: readonly Call[];
}

/** One change, everything said about it, and the calls that make it, in order. */
export interface Step {
  readonly address: Address;
  readonly action: Action;
  /** `queue orders.events` and what tells it apart, `vhost /orders`. Raw text: renderers escape it. */
  readonly title: string;
  readonly detail: string;
  readonly change: Change;
  readonly fields: readonly FieldLine[];
  readonly risks: readonly Risk[];
  readonly affected?: Affected;
  readonly dependents: readonly Dependent[];
  /** Steps of the same plan that must be done first. */
  readonly runsAfter: readonly Address[];
  readonly calls: readonly Call[];
  /**
   * Of a replacement: what makes the previous resource again, should the broker refuse the new one after the deletion.
   * Absent where the previous one holds a secret, which cannot be read back.
   */
  readonly restore?: readonly Call[];
}

/** Why a step may not run yet, and what would let it. */
export interface Blocker {
  readonly address: Address;
  readonly risk: Risk;
  /** The `--allow` key that opens it; absent where nothing does. */
  readonly allow?: string;
}

/** Who the plan was made for. A plan runs only against the same cluster. */
export interface BrokerIdentity {
  /** The name in the project's configuration. */
  readonly name: string;
  /** The provider: rabbitmq, kafka, nats. */
  readonly type: string;
  /** The cluster's own identity, stable over restarts: its name, where people may give it one. */
  readonly id: string;
  /** What tells clusters of one name apart, and stays when one is renamed. Absent where it could not be read. */
  readonly clusterId?: string;
  /** Of a plan that renames the cluster: its `id` from then on. */
  readonly renamedTo?: string;
  readonly version: string;
  /**
   * What only this broker's kinds read: feature flags, default queue types. `fromFile: true` where the live state
   * was read from a file, which holds no secret to compare with.
   */
  readonly facts: JsonObject;
}

export interface Uncompared {
  readonly address: Address;
  /** Dotted paths in the spec. */
  readonly fields: readonly string[];
}

/** A move that was interrupted, and that nothing continues: its resource is no longer declared. */
export interface AbandonedMove {
  /** Of the resource that was to be moved. */
  readonly address: Address;
  readonly title: string;
  readonly detail: string;
  /** The resource itself, if it is there, and what the move made; each with its counts. Raw text. */
  readonly left: readonly { readonly address: Address; readonly title: string; readonly text?: string }[];
}

/** The format of plans that this program writes and reads. */
export const PLAN_VERSION = 3;

/** Resources beside the changed ones that the steps of a plan were worked out from: dependents, queues of a policy. */
export interface Surroundings {
  readonly live: readonly Resource[];
  readonly desired: readonly Resource[];
}

export interface Plan {
  readonly version: typeof PLAN_VERSION;
  readonly tool: string;
  readonly project: string;
  readonly environment?: string;
  readonly createdAt: string;
  readonly brokers: readonly BrokerIdentity[];
  /** Steps of one wave are independent of each other; a wave starts when the one before has ended. */
  readonly waves: readonly (readonly Step[])[];
  readonly blockers: readonly Blocker[];
  /** The `--allow` keys the plan was made with. */
  readonly allowed: readonly string[];
  /** Of the live state of each touched resource, and of each that goes down with one; see {@link ABSENT}. */
  readonly fingerprints: Readonly<Record<Address, string>>;
  /** With the changes, all that is needed to make the same steps again. */
  readonly surroundings: Surroundings;
  readonly inSync: number;
  /** Live, inside the scope that the project owns, and not declared. */
  readonly unmanaged: readonly Address[];
  /** Changes left out by `--target` and `--exclude`. */
  readonly excluded: number;
  /** Secrets of resources in sync that a broker does not tell: nothing can say whether they are still as declared. */
  readonly uncompared?: readonly Uncompared[];
  /** Absent where there are none. */
  readonly abandonedMoves?: readonly AbandonedMove[];
  /** What the change since a base revision means on these brokers; absent where no base was given. */
  readonly base?: BaseComparison;
}

/** The fingerprint of what is not there. */
export const ABSENT = 'absent';

const WORST_FIRST: readonly RiskClass[] = ['refused', 'protected', 'destructive', 'disruptive', 'safe'];

/** The worst class among a step's risks; a step without any is safe. */
export function worstRisk(risks: readonly Risk[]): RiskClass {
  return WORST_FIRST.find((name) => risks.some((risk) => risk.class === name)) ?? 'safe';
}

export function allSteps(plan: Plan): Step[] {
  return plan.waves.flat();
}

/** How a blocked step may proceed. Raw text, quoted for a shell. */
export interface Ways {
  /** What to do first, so that nothing has to be permitted. */
  readonly hints: readonly string[];
  /** The flags of each way, the safest first, and what becomes of the messages; none if nothing overrides the block. */
  readonly flags: readonly string[];
}

/** @param blockers of one step */
export function waysOn(blockers: readonly Blocker[]): Ways {
  const hints = unique(blockers.flatMap(({ risk }) => (risk.hint === undefined ? [] : [risk.hint])));
  if (blockers.some(({ allow }) => allow === undefined)) return { hints, flags: [] };
  const allow = flagsOf('--allow', keysOf(blockers));
  const moved = unique(blockers.filter(({ risk }) => risk.movable).map(({ address }) => address));
  if (moved.length === 0) return { hints, flags: [allow.join(' ')] };
  // What a move does not lose still has to be permitted.
  const others = flagsOf('--allow', keysOf(blockers.filter(({ risk }) => !risk.movable)));
  return {
    hints,
    flags: [
      `${[...flagsOf('--move', moved), ...others].join(' ')}  keeps the messages`,
      `${allow.join(' ')}  loses the messages`,
    ],
  };
}

function keysOf(blockers: readonly Blocker[]): string[] {
  return unique(blockers.flatMap(({ allow }) => (allow === undefined ? [] : [allow])));
}

function flagsOf(flag: string, values: readonly string[]): string[] {
  return values.map((value) => `${flag} ${quoteForShell(value)}`);
}

/** One argument for a POSIX shell. Raw text: invisible characters are still to be escaped. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/**
 * Whether a plan that was made for one broker is about the other one, whatever their versions. A copy of a cluster
 * (restored from a backup, say) has the id of the original: only its name tells it apart, so that a cluster with a new
 * name is the same one only if the plan itself gives it that name.
 */
export function isSameCluster(planned: BrokerIdentity, live: BrokerIdentity): boolean {
  if (planned.type !== live.type) return false;
  const areIdsKnown = planned.clusterId !== undefined && live.clusterId !== undefined;
  if (areIdsKnown && planned.clusterId !== live.clusterId) return false;
  return planned.id === live.id || (areIdsKnown && planned.renamedTo === live.id);
}
