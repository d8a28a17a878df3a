import { isObject, isSecretRef, type Json, type JsonObject, type Resource } from '../../../../model/index.ts';
import { type Field, fits, humanised } from '../../fields/field.ts';
import { COMPONENTS, type Component } from '../../fields/parameter.ts';
import type { Literals } from '../literals.ts';
import { pathOf } from '../parts.ts';

/** Shovels and federation under their own keys, the rest raw. */
export function writeParameters(resources: readonly Resource[], literals: Literals): JsonObject {
  const sections: Record<string, Record<string, Json>> = {};
  const raw: Record<string, Record<string, Json>> = {};
  for (const resource of resources) {
    const [, component = '', name = ''] = pathOf(resource);
    const value = resource.spec.value ?? null;
    const known = COMPONENTS.get(component);
    const isFriendly = known !== undefined && isExpressible(known, value);
    const group = isFriendly ? grouped(sections, known.key) : grouped(raw, component);
    const shown = isFriendly ? withUnits(known, value) : value;
    group[name] = literals.of(shown, [component, name]);
  }
  return { ...sections, parameters: raw };
}

function grouped(groups: Record<string, Record<string, Json>>, key: string): Record<string, Json> {
  const group = groups[key] ?? {};
  groups[key] = group;
  return group;
}

/** Whether all of a value can be written under the component's own key. */
function isExpressible({ fields, required, isList }: Component, value: Json): boolean {
  const items: readonly Json[] = isList && Array.isArray(value) ? value : [value];
  return (
    Array.isArray(value) === (isList === true) &&
    items.every(
      (item) =>
        isObject(item) &&
        required.every((key) => item[key] !== undefined) &&
        Object.entries(item).every(
          ([key, field]) => Object.hasOwn(fields, key) && isWritable(fields[key], field),
        ),
    )
  );
}

function isWritable(field: Field | undefined, value: Json): boolean {
  return isSecretRef(value) || (Array.isArray(value) && value.some(isSecretRef)) || fits(field, value);
}

/** With units, and in the order of the rows: brokers list the fields in any. */
function withUnits(component: Component, value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withUnits(component, item));
  const given = value as JsonObject;
  return Object.fromEntries(
    Object.entries(component.fields).flatMap(([key, { unit }]) =>
      given[key] === undefined ? [] : [[key, humanised(given[key], unit)]],
    ),
  );
}
