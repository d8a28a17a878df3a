import type { CustomRule, Diagnostic, JsonObject, Source } from '../model/index.ts';
import type { Overlay } from './overlay.ts';
import type { Override } from './overrides.ts';

/** A severity, `off`, or a mapping with `severity` and the rule's own options. */
export type RuleSetting = 'off' | 'error' | 'warning' | 'info' | JsonObject;

export interface LintSettings {
  /** By rule code. */
  readonly rules: Readonly<Record<string, RuleSetting>>;
  /** Where each code stands in the configuration. */
  readonly places: Readonly<Record<string, Source>>;
  readonly custom: readonly CustomRule[];
  /** A file of accepted findings, relative to the configuration. */
  readonly baseline?: string;
}

/** A list or mapping entry of the configuration, with its place. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Source;
}

/** A glob of addresses of one broker, without its name. */
export interface BrokerGlob {
  readonly broker: string;
  readonly glob: string;
  readonly at: Source;
}

/** brokerform.yaml with the chosen environment merged in. */
export interface Config {
  readonly project: string | undefined;
  readonly topologies: readonly Placed<string>[];
  /** By name; texts with `${…}` as written. */
  readonly brokers: ReadonlyMap<string, Placed<JsonObject>>;
  readonly owns: readonly BrokerGlob[];
  readonly ignore: readonly BrokerGlob[];
  readonly protect: readonly Placed<string>[];
  readonly limits: { readonly deletes?: number };
  readonly lint: LintSettings;
  readonly overrides: readonly Override[];
  /** The source map of everything above. */
  readonly overlay: Overlay;
  readonly diagnostics: readonly Diagnostic[];
  /** False where so much is wrong that what follows from it would be noise. */
  readonly sound: boolean;
}
