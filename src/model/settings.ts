import type { Address } from './address.ts';
import type { Source } from './diagnostic.ts';
import type { Json } from './json.ts';
import type { RoutedTopology } from './routing.ts';

/*
 * What is in force for resources that take settings from several places: arguments, policies, operator policies.
 * Raw text.
 */

/** One place that sets a value. */
export interface SettingSource {
  readonly value: Json;
  /** As people write it: `7d`. */
  readonly text: string;
  /** `argument`, `policy limits`, `operator policy caps`. */
  readonly from: string;
  readonly at?: Source;
}

export interface EffectiveSetting extends SettingSource {
  readonly name: string;
  /** What also sets it, without effect. */
  readonly overridden: readonly SettingSource[];
}

/** A policy whose pattern matches, and what becomes of it. */
export interface MatchingPolicy {
  /** `policy limits`. */
  readonly title: string;
  readonly priority: number;
  /**
   * - `in-force`: its keys count.
   * - `outranked`: another one has a higher priority. `tied`: another one has the same, and the broker picks.
   * - `unsupported`: a key that the resource does not support disables it.
   * - `unknown`: whether its pattern matches cannot be told.
   */
  readonly state: 'in-force' | 'outranked' | 'tied' | 'unsupported' | 'unknown';
  /** `limits has a higher priority`. */
  readonly why?: string;
  readonly at?: Source;
}

export interface EffectiveSettings {
  readonly address: Address;
  readonly title: string;
  readonly detail: string;
  readonly at?: Source;
  /** Sorted by name. */
  readonly settings: readonly EffectiveSetting[];
  /** Highest priority first. */
  readonly policies: readonly MatchingPolicy[];
}

/** What is in force for each resource that has any setting or policy. Pure. */
export type SettingsReader = (topology: RoutedTopology) => EffectiveSettings[];
