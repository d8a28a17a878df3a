import type { Address, JsonObject, Section, Source } from '../model/index.ts';
import type { Overlay } from './overlay.ts';
import type { Overrides } from './overrides.ts';
import type { SourceMap } from './source-map.ts';
import type { Substitution } from './substitution.ts';

/** A provider's section, as {@link Section} describes it. */
export class LoadedSection implements Section {
  readonly broker: string;
  readonly type: string;
  readonly value: JsonObject;
  private readonly places: SourceMap;
  private readonly overlay: Overlay;
  private readonly overrides: Overrides;
  private readonly substitution: Substitution;

  constructor(
    target: { readonly broker: string; readonly type: string; readonly value: JsonObject },
    places: SourceMap,
    overrides: Overrides,
    substitution: Substitution,
  ) {
    this.broker = target.broker;
    this.type = target.type;
    this.value = target.value;
    this.places = places;
    this.overlay = overrides.overlay(places);
    this.overrides = overrides;
    this.substitution = substitution;
  }

  at(container: object, key?: string | number): Source {
    return this.overlay.at(container, key) ?? this.places.source(0);
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
