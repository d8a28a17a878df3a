import { type DraftSection, isSet, type Mapping, type TerraformResource } from '../../../../import/index.ts';
import { isObject, type Json, parseJson } from '../../../../model/index.ts';

/** The vhost of a resource, which providers default to `/`. */
export function vhostOf(resource: TerraformResource): string | undefined {
  return isSet(resource.values.value.vhost) ? resource.text('vhost') : '/';
}

/** Sets what a provider sends: a text that is not empty, a number that is not 0, a flag that is true. */
export function carrySet(
  draft: DraftSection,
  path: readonly string[],
  from: Mapping,
  keys: Readonly<Record<string, readonly [to: string, as: 'text' | 'whole' | 'flag']>>,
): void {
  for (const [key, [to, as]] of Object.entries(keys)) {
    const value = from[as](key);
    if (value !== undefined && value !== '' && value !== 0 && value !== false)
      draft.put([...path, to], value, from.at(key));
  }
}

/** Arguments of a queue, an exchange or a binding: a table of texts, and one as JSON for those that are none. */
export function argumentsIn(from: Mapping): Record<string, Json> {
  const table = from.mapping('arguments');
  const all = (table?.keys() ?? []).flatMap((key) => {
    const value = table?.json(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return { ...Object.fromEntries(all), ...tableFrom(from, 'arguments_json') };
}

/** The table that a text holds as JSON. */
function tableFrom(from: Mapping, key: string): Readonly<Record<string, Json>> {
  const text = from.text(key) ?? '';
  if (text === '') return {};
  try {
    const value = parseJson(text);
    if (isObject(value)) return value;
  } catch {
    // Reported below, as what is JSON and no object is.
  }
  from.account.error('wrong-value', from.at(key), `${from.path}.${key}: expected an object as JSON`);
  return {};
}

/** A limit, which the providers keep as a text: empty for none. */
export function putLimit(draft: DraftSection, path: readonly string[], from: Mapping, key: string): void {
  const text = from.text(key) ?? '';
  if (text === '') return;
  const value = Number(text);
  if (Number.isSafeInteger(value)) draft.put(path, value, from.at(key));
  else
    from.account.error('wrong-value', from.at(key), `${from.path}.${key}: expected an integer as a string`);
}
