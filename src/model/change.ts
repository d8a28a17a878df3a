import type { Address } from './address.ts';
import type { Json } from './json.ts';
import type { Resource } from './resource.ts';
import type { Source } from './source.ts';

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
