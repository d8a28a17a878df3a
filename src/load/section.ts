import type { Address, JsonObject, Section, Source } from '../model/index.ts';
import type { Overlay } from './overlay.ts';
import type { Overrides } from './overrides.ts';
import type { Substitution } from './substitution.ts';

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
