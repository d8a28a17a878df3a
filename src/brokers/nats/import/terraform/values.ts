import type { Mapping } from '../../../../import/index.ts';
import type { Json } from '../../../../model/index.ts';
import type { PlacedField } from '../draft.ts';

/** How a value of the provider is read: a number of seconds becomes a duration; a text, a list is left out if empty. */
export type Reading = 'text' | 'whole' | 'flag' | 'seconds' | 'texts' | 'table';

/** The provider's keys, as fields of the API. */
export function fieldsOf(
  from: Mapping,
  rows: Readonly<Record<string, readonly [api: string, as: Reading]>>,
): Record<string, PlacedField> {
  return Object.fromEntries(
    Object.entries(rows).flatMap(([key, [api, as]]) => {
      const value = readAs(from, key, as);
      return value === undefined ? [] : [[api, { value, at: from.at(key) }] as const];
    }),
  );
}

function readAs(from: Mapping, key: string, as: Reading): Json | undefined {
  switch (as) {
    case 'text':
      return from.text(key) || undefined;
    case 'seconds':
      return seconds(from.whole(key));
    case 'texts': {
      const texts = from.texts(key).map(({ text }) => text);
      return texts.length > 0 ? texts : undefined;
    }
    case 'table': {
      const table = from.mapping(key);
      const items = (table?.keys() ?? []).flatMap((name) => {
        const value = table?.json(name);
        return value === undefined ? [] : [[name, value] as const];
      });
      return items.length > 0 ? Object.fromEntries(items) : undefined;
    }
    default:
      return from[as](key);
  }
}

export function seconds(value: number | undefined): string | undefined {
  return value === undefined ? undefined : `${value}s`;
}

/** Where a stream may be: three keys of the provider, one field of the API. */
export function placementOf(from: Mapping): Record<string, PlacedField> {
  const cluster = from.text('placement_cluster') || undefined;
  const tags = from.texts('placement_tags').map(({ text }) => text);
  if (from.text('placement_preferred'))
    from.leave('placement_preferred', 'it only says which server leads when the stream is made');
  // As the provider does, which sends tags only with a cluster.
  if (cluster === undefined) return {};
  const value = { cluster, ...(tags.length > 0 && { tags }) };
  return { placement: { value, at: from.at('placement_cluster') } };
}
