import type { Address } from './address.ts';
import type { Change, FieldChange } from './change.ts';
import type { Connection } from './connection.ts';
import type { Exporter } from './export.ts';
import type { Drawing } from './graph.ts';
import type { Json, JsonObject } from './json.ts';
import type { LocalBroker } from './local.ts';
import type { PatternKinds } from './pattern.ts';
import type { BrokerIdentity, Call, Risk } from './plan.ts';
import type { Resource } from './resource.ts';
import type { Effects } from './revision.ts';
import type { Routing } from './routing.ts';
import type { Page, Rule, UpgradeRule } from './rule.ts';
import { shownSecrets } from './secret.ts';
import type { Session } from './session.ts';
import type { SettingsReader } from './settings.ts';
import type { Declared, Section } from './topology.ts';

/** What a kind may look at. Maps hold completed resources of one broker, by address. */
export interface Context {
  readonly broker: BrokerIdentity;
  readonly desired: ReadonlyMap<Address, Resource>;
  readonly live: ReadonlyMap<Address, Resource>;
  /** Live resources that this plan deletes for good; absent while changes are still being found. */
  readonly deleted?: ReadonlySet<Address>;
}

/** A field's value as people read it; of a secret no more than that it is one. */
export function fieldTextOf(kind: Kind, path: readonly string[], value: Json): string {
  const said = kind.fieldText?.(path, value);
  if (said !== undefined) return said;
  const shown = shownSecrets(value);
  return typeof shown === 'string' ? shown : JSON.stringify(shown);
}

/** One resource kind of a broker. Pure: every function here depends on its arguments alone. */
export interface Kind {
  /** How people tell resources of this kind: `{ title: 'queue orders', detail: 'vhost /' }`. Raw text. */
  title(resource: Resource): { title: string; detail: string };
  /** Defaults, units, types and version quirks filled in, the same way for desired and live specs. */
  complete(resource: Resource, context: Context): JsonObject;
  /**
   * Why the field at this path cannot change in place; undefined where it can. Absent where every field of the kind
   * can: its resources are never replaced.
   */
  immutableReason?(
    path: readonly string[],
    change: Extract<Change, { action: 'update' | 'replace' }>,
    context: Context,
  ): string | undefined;
  risks(change: Change, context: Context): Risk[];
  /**
   * Why a replacement cannot move the contents to the new resource; undefined where it can. Absent where no resource of
   * the kind has contents that can be moved.
   */
  whyNotMoved?(change: Change, context: Context): string | undefined;
  /** Whether every replacement moves that can, as it costs nothing that a replacement without a move would not. */
  readonly movesByDefault?: boolean;
  /** Whether the contents of this declared resource were being moved when an apply was interrupted. */
  isBeingMoved?(resource: Resource, context: Context): boolean;
  /** The resource whose move made this live one: the queue that a hold queue is for; undefined for any other. */
  leftByMoveOf?(resource: Resource, context: Context): Address | undefined;
  /** Whether a move changes the live resource on the way, so that it differs from every plan until it is done. */
  readonly changesWhileMoved?: boolean;
  /** Whether a rename creates the new resource itself, instead of filling one that is created first. */
  readonly createdByRename?: boolean;
  /** Live resources, other than the changed one, whose `metrics` counts in its risks: the queues of a policy. */
  alsoAffected?(change: Change, context: Context): readonly Resource[];
  /** The calls that make the change, in order. A replacement is its deletion, then its creation. */
  calls(change: Change, context: Context, options: CallOptions): Call[];
  /**
   * Kinds whose resources take a resource of this kind along when they are deleted, where it needs them: a queue takes
   * its bindings. From these follow the dependents in a plan, and what a session must read.
   */
  readonly cascadesFrom?: readonly string[];
  /**
   * True for a live resource that the broker makes by itself with the one it cascades from, a vhost's `amq.direct`, or
   * that a move makes for its duration. No client loses it, so it is not a dependent.
   */
  predeclared?(resource: Resource): boolean;
  /**
   * True for a live resource that only a client can make again, such as a binding of its exclusive queue: a
   * replacement that takes it along does not promise it back.
   */
  cannotRecreate?(resource: Resource, context: Context): boolean;
  /**
   * Why this live resource belongs to the broker, a plug-in or a connected client, and is never changed or deleted;
   * else undefined. What disappears with it need not say so itself.
   */
  systemOwned?(resource: Resource): string | undefined;
  /** True for a declaration that says itself that its resource belongs to the broker: it may be updated. */
  mayChangeSystemOwned?(declared: Resource): boolean;
  /**
   * True for what every cluster has exactly one of, such as its name: it is managed where it is declared, never
   * unmanaged and never deleted.
   */
  readonly isAlwaysThere?: true;
  /** True for what the session itself rests on, such as the user that it connects as: pruning leaves it alone. */
  indispensable?(resource: Resource, broker: BrokerIdentity): boolean;
  /**
   * True for what makes the broker act by itself as soon as it is there: a shovel, which moves messages. It is made
   * after everything else and deleted before, so that it finds what it works on.
   */
  actsAtOnce?(resource: Resource): boolean;
  /** A field's name and value as people write them; the dotted path and JSON where absent. */
  fieldName?(path: readonly string[]): string;
  fieldText?(path: readonly string[], value: Json): string | undefined;
  /** Texts of one field that depend on the whole change, such as where a value is inherited from. They come first. */
  fieldTexts?(
    field: FieldChange,
    change: Extract<Change, { action: 'update' | 'replace' }>,
  ): { readonly before?: string; readonly after?: string };
  /** Whether the field at this path of a spec may hold a reference to a secret; none may where this is absent. */
  mayHoldSecret?(path: readonly string[]): boolean;
  /**
   * Whether the live resource tells if the declared secret at this path of the spec is still the same. It always does
   * where this is absent.
   */
  canCompareSecret?(path: readonly string[], live: Resource, broker: BrokerIdentity): boolean;
  /** What a live resource puts affects, from its `metrics`: `18,204 ready, 4 consumers`. */
  affectedText?(resource: Resource): string | undefined;
  /**
   * What a live resource that is no longer declared goes on doing: `still bound to events (key order.#)`. Raw text.
   * @param live what is on the broker once the plan is applied
   */
  stillText?(resource: Resource, live: ReadonlyMap<Address, Resource>): string | undefined;
  /** True where the value of a live field is not the resource's own: a config that a topic has from its cluster. */
  isInherited?(live: Resource, key: string): boolean;
  /** How a topology says that these fields, by their keys in a spec, are reset: `configs: { retention.ms: null }`. */
  resetText?(keys: readonly string[]): string | undefined;
}

export interface CallOptions {
  /** The destructive risk was allowed by name: delete even what is not empty. */
  readonly destructive: boolean;
}

/** A file that stands in for a live broker. */
export interface Snapshot {
  readonly broker: BrokerIdentity;
  readonly resources: readonly Resource[];
}

/** What `import` writes, one file a name, in the words of the topology format. */
export interface ImportedFile {
  readonly name: string;
  readonly section: JsonObject;
  /** What could not be carried over and must be told. */
  readonly notes: readonly string[];
}

/** Two steps of one plan, where the second can only work after the first, though neither needs the other. */
export interface Order {
  readonly first: Address;
  readonly next: Address;
}

/** A part of a broker's export that cannot be carried over. */
export interface UnreadPart {
  /** In the data: `['queues', 3, 'durable']`. */
  readonly path: readonly (string | number)[];
  readonly why: string;
}

export interface Provider {
  /** As in `type: rabbitmq`, and as the section's key in a topology. */
  readonly name: string;
  /** JSON Schema (draft-07) of the section. `$defs` holds the body of each kind under the kind's name. */
  readonly schema: JsonObject;
  /** JSON Schema of a `brokers.<name>` entry of this type. */
  readonly connectionSchema: JsonObject;
  readonly kinds: Readonly<Record<string, Kind>>;
  readonly rules: readonly Rule[];
  /** What releases change without an error, for `upgrade-check`; with the rules for what they reject. */
  readonly upgrades: readonly UpgradeRule[];
  /** All sections of one broker at once, so that a declaration split over files is seen whole. */
  declare(sections: readonly Section[]): Declared;
  /** The identity that offline work assumes: of the configured target version, else of the newest known one. */
  assume(name: string, targetVersion?: string): BrokerIdentity;
  /** A live broker as it would be in another release, without what its facts say of this one. Absent if they say nothing. */
  upgraded?(broker: BrokerIdentity, version: string): BrokerIdentity;
  /**
   * Steps that must wait for others beyond what resources need: one that claims what only one may have, a subject of
   * a stream, comes after the one that gives it up. Even a deletion then comes before what takes its place.
   * Where both are deletions, the first one goes first.
   */
  order?(changes: readonly Change[], context: Context): Order[];
  /** The `id` that the cluster has once these changes are made; undefined where they keep it. */
  renamedTo?(changes: readonly Change[]): string | undefined;
  /**
   * What becomes different for messages and clients between two states of a broker, each completed: where messages go,
   * who may do what. In the same order for the same states, and never more than people read.
   */
  effects?(before: readonly Resource[], after: readonly Resource[], broker: BrokerIdentity): Effects;
  /** @throws ConnectionError, BrokerError */
  connect(connection: Connection): Promise<Session>;
  /** Reads a broker's own export, such as a definitions file; undefined when the data is none of its formats. */
  parseExport?(data: Json, name: string): Snapshot | undefined;
  /** What of such an export is not in the snapshot, as its broker would not take it either. */
  unreadInExport?(data: Json): readonly UnreadPart[];
  /** How what is declared is written in formats of other tools. */
  exporter?(): Promise<Exporter>;
  /** Live resources as YAML sections that a person would have written; planning them is empty. */
  toSections(resources: readonly Resource[], broker: BrokerIdentity): ImportedFile[];
  /**
   * How messages flow through these resources. They may be any part of a topology, and a spec may lack what is not
   * known; what a resource names and is not among them is drawn as outside. Absent: resources and their needs are drawn.
   */
  draw?(resources: readonly Resource[], broker: BrokerIdentity): Drawing;
  /** Where messages go, for `route` and `test`. Absent: neither can be asked of this broker. */
  readonly routing?: Routing;
  /** Containers of this broker, for `up`. Absent: it cannot be started. */
  local?(): Promise<LocalBroker>;
  /** Which settings are in force, for `policies`. Absent: resources have no settings but their own. */
  settings?(): Promise<SettingsReader>;
  /** What `patterns` of a topology may be on this broker. Absent: none. */
  readonly patterns?: PatternKinds;
  /** Kinds of resources that `redrive` takes dead letters from. Absent: none. */
  readonly deadLetterKinds?: readonly string[];
  /** About codes that commands print for this broker and that no rule has. */
  readonly pages?: readonly Page[];
}
