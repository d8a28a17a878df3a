import {
  type Address,
  type Affected,
  type Call,
  type Change,
  type Context,
  type Dependent,
  type FieldChange,
  type FieldLine,
  fieldTextOf,
  groupBy,
  isMove,
  isSecretRef,
  type Json,
  type Kind,
  kindOf,
  type Order,
  type Reasons,
  type Resource,
  type Risk,
  type Step,
  secretsIn,
  subject,
  systemOwned,
  withoutPlaces,
} from '../model/index.ts';
import { type DependentsOf, decideFates, type Fate, findDependents, removedBy } from './dependents.ts';
import { fingerprint, fingerprintOf } from './fingerprint.ts';

export interface StepsInput {
  readonly context: Context;
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly changes: readonly Change[];
  /** Time when `metrics` was read. ISO 8601. */
  readonly readAt: string;
  /** Whether the destructive risk of this address is allowed. */
  readonly isAllowed: (riskClass: 'destructive', address: Address) => boolean;
  /** The order required by the provider in addition to dependencies. */
  readonly order?: readonly Order[];
  /** Creations that restore resources deleted by an interrupted apply, with the recovery file of each. */
  readonly recorded?: ReadonlyMap<Address, string>;
}

export interface Steps {
  readonly steps: readonly Step[];
  /** Addresses of steps whose resource makes the broker act on its own; see `Kind.actsAtOnce`. */
  readonly acting?: ReadonlySet<Address>;
  readonly fingerprints: Readonly<Record<Address, string>>;
}

/**
 * Turns changes into steps: risks, stakes, calls and dependents.
 *
 * A resource that is deleted with another one has no separate deletion. A dependent of a replacement that is not
 * deleted itself is re-created directly after the replacement, as declared or else as it was.
 */
export function buildSteps(input: StepsInput): Steps {
  const { steps, ...rest } = streamSteps(input);
  return { ...rest, steps: [...steps] };
}

/** The same steps, each built when it is asked for; the fingerprints are complete after the last one. */
export function streamSteps(input: StepsInput): Omit<Steps, 'steps'> & { readonly steps: Iterable<Step> } {
  const { deleted, replaced, moved } = removedBy(input.changes);
  const removed = new Set([...deleted, ...replaced, ...moved]);
  const dependentsOf = findDependents(input.context, input.kinds, removed);
  const isLost = (resource: Resource) =>
    kindFor(input.kinds, resource.address).cannotRecreate?.(resource, input.context) === true;
  const fate = decideFates(dependentsOf, deleted, replaced, isLost);
  const builder = new StepBuilder({ ...input, context: { ...input.context, deleted } }, dependentsOf, fate);
  const own = input.changes.filter((change) => !fate.has(subject(change).address));
  const orders = groupBy(input.order ?? [], ({ next }) => next);
  function* steps(): Iterable<Step> {
    for (const change of own) {
      const runsAfter = (orders.get(subject(change).address) ?? []).map(({ first }) => first);
      yield builder.build(change, runsAfter);
    }
    for (const [address, { outcome, takenBy }] of fate) {
      if (outcome === 'recreated' && takenBy.length > 1) yield builder.recreate(address, takenBy);
    }
  }
  const acting = own.map(subject).filter((resource) => actsAtOnce(resource, input.kinds));
  return {
    steps: steps(),
    acting: new Set(acting.map(({ address }) => address)),
    fingerprints: builder.fingerprints,
  };
}

/** Of most steps, which share it. */
const NONE: readonly never[] = [];

class StepBuilder {
  readonly fingerprints: Record<Address, string> = {};
  readonly #input: StepsInput;
  readonly #dependentsOf: DependentsOf;
  readonly #fates: ReadonlyMap<Address, Fate>;
  /** Worked out for the first change of what is live. */
  #systemOwned?: Reasons;

  constructor(input: StepsInput, dependentsOf: DependentsOf, fates: ReadonlyMap<Address, Fate>) {
    this.#input = input;
    this.#dependentsOf = dependentsOf;
    this.#fates = fates;
  }

  build(change: Change, runsAfter: readonly Address[]): Step {
    const { context, kinds } = this.#input;
    const resource = subject(change);
    const kind = kindFor(kinds, resource.address);
    const isKept = change.action === 'create' || change.action === 'update' || isMove(change);
    const dependents = isKept ? NONE : this.#dependents(resource.address);
    const risks = [...kind.risks(change, context), ...this.#ownRisks(change, dependents)];
    const affected = this.#affected(change, kind, risks);
    this.fingerprints[resource.address] = fingerprintOf(change, context);
    if (isMove(change)) this.#noteDependents(resource.address);
    const isReplaced = change.action === 'replace' && !isMove(change);
    const restore = isReplaced ? this.#restore(change.before) : undefined;
    const { title, detail } = kind.title(resource);
    // Without a spread: that makes objects of twice the size, and there may be 100,000.
    const step: Step = {
      address: resource.address,
      action: change.action,
      title,
      detail,
      change: bare(change),
      fields: 'fields' in change ? change.fields.map((field) => fieldLine(kind, field, change)) : NONE,
      risks,
      dependents,
      runsAfter,
      calls: this.#calls(change),
    };
    return affected || restore ? withStakes(step, affected, restore) : step;
  }

  /** The creation of a dependent of several replacements: after the last of them. */
  recreate(address: Address, takenBy: readonly Address[]): Step {
    const resource = this.#wanted(address);
    const step = this.build({ action: 'create', after: resource }, takenBy);
    const again: Risk = {
      class: 'safe',
      code: 'recreated',
      message: `re-created after ${takenBy.length} replacements`,
    };
    return { ...step, risks: [again] };
  }

  /** A move keeps the dependents that the plan knows of: another one makes the plan stale. */
  #noteDependents(address: Address): void {
    for (const live of this.#dependentsOf(address)) this.fingerprints[live.address] = fingerprint(live);
  }

  #calls(change: Change): Call[] {
    const { address } = subject(change);
    const destructive = this.#input.isAllowed('destructive', address);
    return kindFor(this.#input.kinds, address).calls(change, this.#input.context, { destructive });
  }

  #dependents(address: Address): Dependent[] {
    return this.#dependentsOf(address).flatMap((live): Dependent[] => {
      const fate = this.#fates.get(live.address);
      if (!fate) return [];
      const names = kindFor(this.#input.kinds, live.address).title(live);
      const { outcome } = fate;
      const isOurs = outcome === 'recreated' && fate.takenBy.length === 1;
      const resource = outcome === 'recreated' ? this.#wanted(live.address) : live;
      const calls = isOurs ? this.#calls({ action: 'create', after: resource }) : [];
      this.fingerprints[live.address] = fingerprint(live);
      return [{ address: live.address, ...names, outcome, resource: withoutPlaces(resource), calls }];
    });
  }

  /**
   * The calls that re-create a resource as it was, with the dependents that the plan does not re-create. Undefined
   * if it contains a secret, which cannot be read back.
   */
  #restore(before: Resource): Call[] | undefined {
    if (secretsIn(before.spec).length > 0) return undefined;
    const lost = this.#dependentsOf(before.address).filter(
      (one) =>
        this.#fates.get(one.address)?.outcome !== 'recreated' &&
        secretsIn(one.spec).length === 0 &&
        kindFor(this.#input.kinds, one.address).cannotRecreate?.(one, this.#input.context) !== true,
    );
    return [before, ...lost].flatMap((after) => this.#calls({ action: 'create', after }));
  }

  /** The new state of a dependent: as declared, or else unchanged. */
  #wanted(address: Address): Resource {
    const { desired, live } = this.#input.context;
    const resource = desired.get(address) ?? live.get(address);
    if (!resource) throw new Error(`${address} is neither declared nor live`);
    return resource;
  }

  /** The stake of resources that are deleted or that lose data in place. */
  #affected(change: Change, kind: Kind, risks: readonly Risk[]): Affected | undefined {
    if (change.action === 'create') return undefined;
    if (change.action === 'update' && !risks.some((risk) => risk.class === 'destructive')) return undefined;
    const text = kind.affectedText?.(change.before);
    if (text === undefined) return undefined;
    return { text, values: change.before.metrics ?? {}, readAt: this.#input.readAt };
  }

  #ownerOf({ address }: Resource): string | undefined {
    this.#systemOwned ??= systemOwned(this.#input.context.live, this.#input.kinds);
    return this.#systemOwned.get(address);
  }

  /** Risks common to all kinds: changing a system-owned resource, and deleting a declared one. */
  #ownRisks(change: Change, dependents: readonly Dependent[]): Risk[] {
    const risks: Risk[] = [];
    const file = this.#input.recorded?.get(subject(change).address);
    if (file !== undefined && change.action === 'create') {
      const message = `lost in an interrupted apply; re-created from ${file}`;
      risks.push({ class: 'safe', code: 'recovered', message });
    }
    const isMeant =
      change.action === 'update' &&
      kindFor(this.#input.kinds, change.after.address).mayChangeSystemOwned?.(change.after) === true;
    const reason = change.action === 'create' || isMeant ? undefined : this.#ownerOf(change.before);
    if (reason !== undefined) risks.push({ class: 'refused', code: 'reserved', message: reason });
    const needed = dependents.filter(
      ({ address, outcome }) => outcome === 'removed' && this.#input.context.desired.has(address),
    );
    for (const { title } of needed) {
      risks.push({
        class: 'refused',
        code: 'still-needed',
        message: `${title} is declared and would be deleted with it`,
        hint: 'remove that declaration too, or keep this resource',
      });
    }
    return risks;
  }
}

function kindFor(kinds: Readonly<Record<string, Kind>>, address: Address): Kind {
  const kind = kinds[kindOf(address)];
  if (!kind) throw new Error(`no kind for ${address}`);
  return kind;
}

function actsAtOnce(resource: Resource, kinds: Readonly<Record<string, Kind>>): boolean {
  return kindFor(kinds, resource.address).actsAtOnce?.(resource) === true;
}

/** A change without the source positions of its fields, which the field lines contain. */
function bare(change: Change): Change {
  return 'after' in change ? { ...change, after: withoutPlaces(change.after) } : change;
}

/** With the keys in the order in which plans are written. */
function withStakes(
  { dependents, runsAfter, calls, ...head }: Step,
  affected: Affected | undefined,
  restore: readonly Call[] | undefined,
): Step {
  return {
    ...head,
    ...(affected && { affected }),
    ...{ dependents, runsAfter, calls },
    ...(restore && { restore }),
  };
}

/** A changed field as a plan shows it. */
function fieldLine(
  kind: Kind,
  field: FieldChange,
  change: Extract<Change, { action: 'update' | 'replace' }>,
): FieldLine {
  const texts = kind.fieldTexts?.(field, change);
  const isReset = change.resets === true && isSecretRef(field.before) && isSecretRef(field.after);
  const text = (value: Json) => fieldTextOf(kind, field.path, value);
  return {
    name: kind.fieldName?.(field.path) ?? field.path.join('.'),
    ...(field.before !== undefined && { before: text(field.before) }),
    ...(field.after !== undefined && { after: text(field.after) + (isReset ? ', set again' : '') }),
    ...texts,
    ...(field.at && { at: field.at }),
    ...(field.immutable !== undefined && { immutable: field.immutable }),
  };
}
