import {
  HIDDEN,
  isExactInt,
  isObject,
  type Json,
  type JsonObject,
  overridden,
  type Section,
  type Source,
} from '../../../../model/index.ts';
import type { Component } from '../../fields/parameter.ts';
import { parseUnit } from '../../fields/units.ts';
import { withUnit } from '../arguments.ts';
import type { Collector } from '../kind.ts';
import { holdsCredentials, holdsLiteralPassword, referenceText } from '../secrets.ts';

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
    // Which fields of an unknown plug-in hold secrets, nobody can tell: all that comes from the environment may.
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
