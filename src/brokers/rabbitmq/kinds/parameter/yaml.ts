import {
  HIDDEN,
  isExactInt,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  overridden,
  type Resource,
  type Section,
  type Source,
} from '../../../../model/index.ts';
import { type Field, fits, humanised, parseUnit } from '../../fields/field.ts';
import { COMPONENTS, type Component } from '../../fields/parameter.ts';
import { withUnit } from '../arguments.ts';
import type { Collector } from '../kind.ts';
import { pathOf } from '../parts.ts';
import { holdsCredentials, holdsLiteralPassword, type Literals, referenceText } from '../secrets.ts';

/** Reads values with their units, and puts references where secrets stand. */
export class ParameterValues {
  readonly collector: Collector;
  readonly section: Section;
  readonly #component: Component | undefined;

  constructor(collector: Collector, section: Section, component?: Component) {
    this.collector = collector;
    this.section = section;
    this.#component = component;
  }

  /** The value of a whole parameter, with the environment's overrides where it is a mapping. */
  ofParameter(map: JsonObject, name: string, address: string): Json {
    const { section } = this;
    const value = map[name] ?? null;
    if (!isObject(value)) return this.#read(value, map, name, '');
    return this.#fields(overridden({ section, value, at: section.at(map, name) }, address).value);
  }

  #fields(value: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.#read(item, value, key, key)]),
    );
  }

  #read(value: Json, container: object, key: string | number, field: string): Json {
    if (Array.isArray(value)) {
      return value.map((item: Json, index) => this.#read(item, value, index, field));
    }
    if (isObject(value)) return isExactInt(value) ? value : this.#fields(value);
    return typeof value === 'string' ? this.#text(value, container, key, field) : value;
  }

  #text(value: string, container: object, key: string | number, field: string): Json {
    const unit = this.#component?.fields[field]?.unit;
    if (unit && 'value' in parseUnit(value, unit)) {
      return withUnit(this.collector, value, unit, this.section.at(container, key));
    }
    // Which fields of an unknown plug-in hold secrets is unknown: every value from the environment may.
    const isSecret = this.#component?.secrets.includes(field) ?? true;
    const isCredential = holdsCredentials(value, field);
    const template =
      isSecret || isCredential ? referenceText(this.section.template(container, key)) : undefined;
    if (template !== undefined && !holdsLiteralPassword(template)) return { $secret: template };
    if (template !== undefined || isCredential) {
      const at = this.section.at(container, key);
      this.collector.error('literal-secret', at, `${field || 'this value'} holds credentials in the file`, {
        hint: `put it into an environment variable and write ${field || 'the value'}: \${NAME}`,
      });
      return HIDDEN;
    }
    return unit ? withUnit(this.collector, value, unit, this.section.at(container, key)) : value;
  }
}

export function placesIn(section: Section, value: Json | undefined): Record<string, Source> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.keys(value).map((key) => [`value.${key}`, section.at(value, key)]));
}

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
