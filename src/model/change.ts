import type { Address } from './address.ts';
import type { Source } from './diagnostic.ts';
import type { Json, JsonObject } from './json.ts';
import type { Resource } from './resource.ts';

/** One field that differs. `before` or `after` is undefined where that side has no such field. */
export interface FieldChange {
  readonly path: readonly string[];
  readonly before?: Json;
  readonly after?: Json;
  readonly at?: Source;
  /** Why the broker cannot change it in place; present on the fields that force a replacement. */
  readonly immutable?: string;
}

export type Change =
  | { readonly action: 'create'; readonly after: Resource; readonly moves?: true }
  | {
      readonly action: 'update' | 'replace';
      readonly before: Resource;
      readonly after: Resource;
      readonly fields: readonly FieldChange[];
      /**
       * Secrets are set again because somebody asked for it: no live state shows whether that is done, so it never
       * counts as done before it was sent.
       */
      readonly resets?: true;
      /**
       * The contents of the live resource are moved to the new one, or a move that an earlier apply began continues.
       * A resource in sync can have such a move: an update without fields.
       */
      readonly moves?: true;
    }
  | {
      readonly action: 'delete';
      readonly before: Resource;
      /** The renamed resource that gets the contents. */
      readonly movesTo?: Address;
    };

/** Whether the change moves contents instead of deleting them. */
export function isMove(change: Change): boolean {
  return change.action === 'delete' ? change.movesTo !== undefined : change.moves === true;
}

export type Action = Change['action'];

/** The resource that a change is about: its new state, or the old one where it goes away. */
export function subject(change: Change): Resource {
  return change.action === 'delete' ? change.before : change.after;
}

/** A field change made ready to read: names and values as people write them. */
export interface FieldLine {
  readonly name: string;
  readonly before?: string;
  readonly after?: string;
  readonly at?: Source;
  readonly immutable?: string;
}

/** What a destructive step puts at stake, as last read. */
export interface Affected {
  readonly text: string;
  readonly values: JsonObject;
  /** ISO 8601, UTC. */
  readonly readAt: string;
}

/** A resource that a plan changes, in YAML: the live state as `import` writes it, and the desired state. */
export interface ResourceYaml {
  readonly address: Address;
  /** Absent for a new resource. */
  readonly live?: string;
  /** Absent for a deleted resource. */
  readonly desired?: string;
}
