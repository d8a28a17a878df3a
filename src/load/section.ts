import {
  type Address,
  addressMatcher,
  append,
  compareDiagnostics,
  type Diagnostic,
  type JsonObject,
  type Section,
  type Source,
} from '../model/index.ts';
import { checkValues } from './diagnose.ts';
import { Overlay } from './overlay.ts';
import type { Origin } from './source-map.ts';
import type { Substitution } from './substitution.ts';
import type { Validators } from './validators.ts';

/** Where a section comes from. */
export interface SectionOrigin {
  /** The positions of its values, and of what overrides make of them. */
  readonly overlay: Overlay;
  /** The place of a value that has none of its own. */
  readonly start: Source;
  /** The name of the pattern that expands to it. */
  readonly pattern?: string;
}

/** A provider's section, as {@link Section} describes it. */
export class LoadedSection implements Section {
  readonly broker: string;
  readonly type: string;
  readonly value: JsonObject;
  private readonly origin: SectionOrigin;
  private readonly overlay: Overlay;
  private readonly overrides: Overrides;
  private readonly substitution: Substitution;

  constructor(
    target: { readonly broker: string; readonly type: string; readonly value: JsonObject },
    origin: SectionOrigin,
    overrides: Overrides,
    substitution: Substitution,
  ) {
    this.broker = target.broker;
    this.type = target.type;
    this.value = target.value;
    this.origin = origin;
    this.overlay = origin.overlay;
    this.overrides = overrides;
    this.substitution = substitution;
  }

  at(container: object, key?: string | number): Source {
    const { pattern, start } = this.origin;
    const at = this.overlay.at(container, key) ?? start;
    return pattern === undefined ? at : { ...at, pattern };
  }

  /** Asking marks the place as a secret: its variable may then be missing until something is sent. */
  template(container: object, key: string | number): string | undefined {
    const template = this.overlay.template(container, key);
    if (template) this.substitution.spare(template);
    return template?.raw;
  }

  overridden(address: Address, kind: string, body: JsonObject): JsonObject {
    return this.overrides.apply(this.overlay, this.type, address, kind, body);
  }
}

/** `overrides` of the chosen environment: keys merged into the declarations whose addresses match. */
export interface Override {
  readonly glob: string;
  readonly body: JsonObject;
  readonly at: Source;
}

export class Overrides {
  private readonly entries: { override: Override; matches: (address: Address) => boolean; used: boolean }[];
  private readonly origin: Origin;
  private readonly validators: Validators;
  private readonly substitution: Substitution;
  private readonly found: Diagnostic[] = [];

  constructor(
    overrides: readonly Override[],
    origin: Origin,
    validators: Validators,
    substitution: Substitution,
  ) {
    this.entries = overrides.map((override) => ({
      override,
      matches: addressMatcher(override.glob),
      used: false,
    }));
    this.origin = origin;
    this.validators = validators;
    this.substitution = substitution;
  }

  /** Positions of a file's values, and of what these overrides make of them. @param rest of all other values */
  overlay(places: Origin, rest?: Origin): Overlay {
    return new Overlay(places, this.origin, ...(rest ? [rest] : []));
  }

  /** The body as it is where no override matches, or where one makes it break the schema (which is reported). */
  apply(overlay: Overlay, type: string, address: Address, kind: string, body: JsonObject): JsonObject {
    const matching = this.entries.filter(({ matches }) => matches(address));
    if (matching.length === 0) return body;
    for (const entry of matching) entry.used = true;
    const merge = () => matching.reduce((merged, { override }) => overlay.merge(merged, override.body), body);
    const checked = { root: merge(), origin: overlay, name: address };
    if (!this.validators.has(type, kind)) return checked.root;
    const check = () => {
      checked.root = merge();
      return this.validators.check(type, checked.root, kind);
    };
    const { diagnostics, open } = checkValues(checked, check, this.substitution);
    append(this.found, diagnostics);
    return open || diagnostics.length > 0 ? body : checked.root;
  }

  /** Overrides that broke a schema, and those that matched no declared resource. */
  diagnostics(): Diagnostic[] {
    const unused = this.entries
      .filter(({ used }) => !used)
      .map(
        ({ override }): Diagnostic => ({
          code: 'load/unused-override',
          severity: 'warning',
          message: `the override ${JSON.stringify(override.glob)} matches no declared resource`,
          at: override.at,
          hint: 'an address is broker/kind/name, with each name percent-encoded: main/queue/%2F/orders; * matches within a name, ** across names',
        }),
      );
    const byPlace = new Map(this.found.map((one) => [`${one.message} ${JSON.stringify(one.at)}`, one]));
    return [...byPlace.values(), ...unused].sort(compareDiagnostics);
  }
}
