import {
  type Body,
  type Context,
  destructive,
  disruptive,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  makeAddress,
  mapMembers,
  objectOf,
  type Resource,
  type Risk,
  subject,
} from '../../../../model/index.ts';
import { bodyOf, byName, propertiesOf, ref } from '../../fields/field.ts';
import { COMPONENTS, type Component } from '../../fields/parameter.ts';
import type { Collector, RabbitKind, Reading } from '../kind.ts';
import { checkName, nameOf, POLICYMAKER, pathOf, putOrDelete, text } from '../parts.ts';
import { conceal } from '../secrets.ts';
import { federationNeeds, membersOfSet } from './references.ts';
import { ParameterValues, placesIn, writeParameters } from './yaml.ts';

/** What every kind of parameter has: a value, anything in which may be a secret. */
const HOLDS_SECRETS = {
  complete: completeValue,
  mayHoldSecret: ([field]) => field === 'value',
  canCompareSecret: (_path, _live, { facts }) => facts.fromFile !== true,
  fieldName: (path) => path.slice(1).join('.') || 'value',
} satisfies Partial<RabbitKind>;

/**
 * A runtime parameter of a plug-in: a shovel, a federation upstream. `<broker>/parameter/<vhost>/<component>/<name>`;
 * spec: `value`, in which what came from `${…}` is a SecretRef. Live, `conceal` puts the declared references, or HIDDEN,
 * instead of values that are hidden. https://www.rabbitmq.com/docs/parameters
 */
export const parameter: RabbitKind = {
  definitions: {
    parameter: {
      description:
        "A runtime parameter's value, as the plug-in knows it. Each `${…}` in it counts as a secret.",
    },
    ...Object.fromEntries(Array.from(COMPONENTS, ([name, component]) => [name, componentBody(component)])),
  },
  inVhost: {
    keys: {
      ...Object.fromEntries(
        Array.from(COMPONENTS, ([component, { key, about }]) => [key, byName(about, ref(component))]),
      ),
      parameters: byName('Other runtime parameters, by component and name.', {
        type: 'object',
        additionalProperties: ref('parameter'),
      }),
    },
    declare: declareParameters,
    write: (resources, { literals }) => writeParameters(resources, literals),
  },
  listing: {
    path: 'parameters',
    per: 'broker',
    right: POLICYMAKER,
    hidesVhosts: true,
    read: (items, reading) => items.flatMap((item) => liveParameter(item, reading)),
  },
  exported: 'parameters',

  title(resource) {
    const [vhost = '', component = '', name = ''] = pathOf(resource);
    return { title: `${component} ${name}`, detail: `vhost ${vhost}` };
  },

  ...HOLDS_SECRETS,

  risks(change): Risk[] {
    if (change.action === 'create') return [];
    const [, component] = pathOf(change.before);
    if (change.action === 'update') {
      return [disruptive('parameter-changed', `the ${component} stops and starts with the new value`)];
    }
    const { value } = change.before.spec;
    const keepsQueue = isObject(value) && value['resource-cleanup-mode'] === 'never';
    // https://www.rabbitmq.com/docs/federated-exchanges: the upstream queue goes when the link stops.
    return component === 'federation-upstream' && !keepsQueue
      ? [destructive('upstream-deleted', 'messages in the upstream queues of its links are lost')]
      : [disruptive('parameter-deleted', `the ${component} stops`)];
  },

  calls(change) {
    const [vhost = '', component = '', name = ''] = pathOf(subject(change));
    const { value = null } = subject(change).spec;
    return putOrDelete(change, ['parameters', component, vhost, name], { value });
  },

  cascadesFrom: ['vhost'],
  actsAtOnce: () => true,
  systemOwned: (resource) => reservedName(pathOf(resource)[2]),
};

/** A parameter of the whole cluster. `<broker>/global-parameter/<name>`; spec: `value`. */
export const globalParameter: RabbitKind = {
  definitions: {
    'global-parameter': { description: "The parameter's value. Each `${…}` in it counts as a secret." },
  },
  beside: {
    keys: {
      'global-parameters': byName(
        'Runtime parameters of the whole cluster, by name.',
        ref('global-parameter'),
      ),
    },
    declare: declareGlobalParameters,
    write: (resources, { literals }) => ({
      'global-parameters': Object.fromEntries(
        resources.map((one) => [nameOf(one), literals.of(one.spec.value ?? null, [nameOf(one)])]),
      ),
    }),
  },
  listing: {
    path: 'global-parameters',
    per: 'broker',
    right: POLICYMAKER,
    read: (items, reading) => items.map((item) => liveGlobalParameter(item, reading)),
  },
  exported: 'global_parameters',

  title: (resource) => ({ title: `global parameter ${nameOf(resource)}`, detail: '' }),
  ...HOLDS_SECRETS,

  risks(change) {
    return change.action === 'create'
      ? []
      : [disruptive('parameter-changed', 'its readers change behaviour')];
  },

  calls(change) {
    const resource = subject(change);
    const { value = null } = resource.spec;
    return putOrDelete(change, ['global-parameters', nameOf(resource)], { value });
  },

  systemOwned: (resource) => reservedName(pathOf(resource)[0]),
};

export function parameterResource(
  broker: string,
  vhost: string,
  component: string,
  name: string,
  spec: JsonObject,
): Resource {
  const members = federationNeeds(broker, vhost, membersOfSet(component, spec.value));
  return {
    address: makeAddress(broker, 'parameter', vhost, component, name),
    spec,
    dependsOn: [makeAddress(broker, 'vhost', vhost), ...members],
  };
}

export function globalParameterResource(broker: string, name: string, spec: JsonObject): Resource {
  return { address: makeAddress(broker, 'global-parameter', name), spec, dependsOn: [] };
}

/** The broker keeps policies and limits as parameters too; these are kinds of their own. */
const OWN_KINDS = new Set(['policy', 'operator_policy', 'vhost-limits']);

function liveParameter(item: JsonObject, { broker, desired, resolve }: Reading): Resource[] {
  const [vhost, component, name] = [text(item.vhost), text(item.component), text(item.name)];
  if (OWN_KINDS.has(component)) return [];
  const declared = desired.get(makeAddress(broker, 'parameter', vhost, component, name));
  const value = conceal(item.value ?? null, declared?.spec.value, resolve);
  return [parameterResource(broker, vhost, component, name, { value })];
}

function liveGlobalParameter(item: JsonObject, { broker, desired, resolve }: Reading): Resource {
  const name = text(item.name);
  const declared = desired.get(makeAddress(broker, 'global-parameter', name));
  return globalParameterResource(broker, name, {
    value: conceal(item.value ?? null, declared?.spec.value, resolve),
  });
}

function componentBody({ doc, fields, required, isList }: Component): JsonObject {
  const { description: _, ...items } = bodyOf(doc, propertiesOf(fields), { required });
  return isList ? { description: doc, type: 'array', items } : { description: doc, ...items };
}

/** `shovels`, `federation-upstreams`, `federation-upstream-sets`, and raw `parameters` of a vhost. */
function declareParameters(collector: Collector, { section, value }: Body, vhost: string): void {
  for (const [name, component] of COMPONENTS) {
    const map = objectOf(value[component.key]);
    declareComponent(new ParameterValues(collector, section, component), map, vhost, name);
  }
  const components = objectOf(value.parameters);
  for (const component of Object.keys(components)) {
    declareComponent(
      new ParameterValues(collector, section),
      objectOf(components[component]),
      vhost,
      component,
    );
  }
}

/** `global-parameters: { name: value }` of a section. */
function declareGlobalParameters(collector: Collector, { section, value }: Body): void {
  const { broker } = section;
  const map = objectOf(value['global-parameters']);
  for (const [name, { at }] of mapMembers(section, map)) {
    if (!checkName(collector, 'a global parameter', name, at)) continue;
    const address = makeAddress(broker, 'global-parameter', name);
    const spec = { value: new ParameterValues(collector, section).ofParameter(map, name, address) };
    collector.add(globalParameterResource(broker, name, spec), at);
  }
}

function declareComponent(values: ParameterValues, map: JsonObject, vhost: string, component: string): void {
  const { collector, section } = values;
  const { broker } = section;
  for (const [name, { at }] of mapMembers(section, map)) {
    if (!checkName(collector, 'a parameter', name, at)) continue;
    const address = makeAddress(broker, 'parameter', vhost, component, name);
    const spec = { value: values.ofParameter(map, name, address) };
    collector.add(parameterResource(broker, vhost, component, name, spec), at, placesIn(section, map[name]));
  }
}

function completeValue(resource: Resource, context: Context): JsonObject {
  const value = resource.spec.value ?? null;
  const declared = context.desired.get(resource.address);
  return {
    value: context.broker.facts.fromFile === true ? withSecrets(value, declared?.spec.value) : value,
  };
}

/** A value with the declared secrets in their places: a file that hides them cannot contradict them. */
function withSecrets(value: Json, declared: Json | undefined): Json {
  if (isSecretRef(declared)) return declared;
  if (Array.isArray(value)) {
    const items: readonly Json[] = Array.isArray(declared) ? declared : [];
    return value.map((item: Json, index) => withSecrets(item, items[index]));
  }
  if (!isObject(value) || !isObject(declared)) return value;
  const fields: JsonObject = declared;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, withSecrets(item, fields[key])]),
  );
}

/** The broker keeps facts about itself among the parameters (`rabbit_definitions:is_internal_parameter`). */
function reservedName(name = ''): string | undefined {
  const isOwn = name.startsWith('internal') || name === 'imported_definition_hash_value';
  return isOwn ? 'managed by the broker' : OWN_KEYS.get(name);
}

/** Parameters that a kind of its own manages, and why they are left to it. */
const OWN_KEYS: ReadonlyMap<string, string> = new Map([
  ['cluster_name', 'managed as `cluster: { name }`'],
  ['cluster_tags', 'managed as `cluster: { tags }`'],
]);
