import { type FieldChange, isExactInt, isObject, type Json } from '../../../../model/index.ts';
import type { ConfigValues } from '../../fields/config-values.ts';
import type { Update } from '../kind.ts';
import { type Origin, sourcesIn } from '../topic/spec.ts';

const ORIGINS: Readonly<Record<Origin, string>> = {
  topic: 'set on the topic',
  group: 'set on the group',
  'client-metrics': 'set on the subscription',
  'dynamic-broker': 'set on a broker',
  'dynamic-default-broker': 'set for all brokers',
  'static-broker': 'from server.properties',
  default: 'default',
};

/** The origin of an inherited value, and the value that a resource without its own inherits. */
export function inheritanceTexts(
  config: string,
  { before, after }: FieldChange,
  change: Update,
  { own, values }: { readonly own: Origin; readonly values: ConfigValues },
): { before?: string; after?: string } {
  const source = sourcesIn(change.before)[config];
  const from = source && source.origin !== own ? ` (${ORIGINS[source.origin]})` : '';
  const inherited = source?.inherited;
  const shown = (value: Json) =>
    isObject(value) && !isExactInt(value) ? JSON.stringify(value) : values.format(config, value);
  const inheritedText = (value: string | null) =>
    value === null ? 'unset' : shown(values.normalize(config, value));
  return {
    ...(before !== undefined && { before: shown(before) + from }),
    // What a declaration is written over although it is not compared with it.
    ...(before === undefined &&
      from !== '' &&
      inherited && { before: inheritedText(inherited.value) + from }),
    ...(after === undefined && {
      after: inherited ? `${inheritedText(inherited.value)} (${ORIGINS[inherited.origin]})` : 'as inherited',
    }),
  };
}
