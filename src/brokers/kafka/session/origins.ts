import { SOURCES } from '../protocol/requests/configs.ts';
import type { Origin } from '../specs.ts';

/** What a topic without overrides has, by config key. */
export type InheritedConfigs = ReadonlyMap<
  string,
  { readonly value: string | null; readonly origin: Origin }
>;

export function originOf(source: number): Origin {
  return SOURCES[source as keyof typeof SOURCES] ?? 'default';
}
