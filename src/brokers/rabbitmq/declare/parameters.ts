import {
  type Body,
  HIDDEN,
  isExactInt,
  isObject,
  type Json,
  type JsonObject,
  mapMembers,
  objectOf,
  overridden,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { globalParameterAddress, parameterAddress } from '../addresses.ts';
import { COMPONENTS, type Component } from '../fields/parameter.ts';
import { parseUnit } from '../fields/units.ts';
import { holdsCredentials, holdsLiteralPassword, referenceText } from '../kinds/secrets.ts';
import { globalParameterResource, parameterResource } from '../resources.ts';
import type { Collector } from './collector.ts';
import { withUnit } from './fields.ts';
import { checkName } from './names.ts';

/** `shovels`, `federation-upstreams`, `federation-upstream-sets`, and raw `parameters` of a vhost. */
export function declareParameters(collector: Collector, { section, value }: Body, vhost: string): void {
  for (const [name, component] of COMPONENTS) {
    const map = objectOf(value[component.key]);
    declareComponent(new Values(collector, section, component), map, vhost, name);
  }
  const components = objectOf(value.parameters);
  for (const component of Object.keys(components)) {
    declareComponent(new Values(collector, section), objectOf(components[component]), vhost, component);
  }
}

/** `global-parameters: { name: value }` of a section. */
export function declareGlobalParameters(collector: Collector, { section, value }: Body): void {
  const { broker } = section;
  const map = objectOf(value['global-parameters']);
  for (const [name, { at }] of mapMembers(section, map)) {
    if (!checkName(collector, 'a global parameter', name, at)) continue;
    const address = globalParameterAddress(broker, name);
    const spec = { value: new Values(collector, section).ofParameter(map, name, address) };
    collector.add(globalParameterResource(broker, name, spec), at);
  }
}

function declareComponent(values: Values, map: JsonObject, vhost: string, component: string): void {
  const { collector, section } = values;
  const { broker } = section;
  for (const [name, { at }] of mapMembers(section, map)) {
    if (!checkName(collector, 'a parameter', name, at)) continue;
    const address = parameterAddress(broker, vhost, component, name);
    const spec = { value: values.ofParameter(map, name, address) };
    collector.add(parameterResource(broker, vhost, component, name, spec), at, placesIn(section, map[name]));
  }
}

/** Reads values with their units, and puts references where secrets stand. */
class Values {
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

function placesIn(section: Section, value: Json | undefined): Record<string, Source> {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.keys(value).map((key) => [`value.${key}`, section.at(value, key)]));
}
