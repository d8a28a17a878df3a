import {
  type Context,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  type Kind,
  type Resource,
  type Risk,
  subject,
} from '../../../model/index.ts';
import { destructive, disruptive, pathOf, putOrDelete } from './parts.ts';

/** A runtime parameter of a plug-in: a shovel, a federation upstream. https://www.rabbitmq.com/docs/parameters */
export const parameter: Kind = {
  title(resource) {
    const [vhost = '', component = '', name = ''] = pathOf(resource);
    return { title: `${component} ${name}`, detail: `vhost ${vhost}` };
  },

  complete: completeValue,

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
      ? [destructive('upstream-deleted', 'what waits in the upstream queues of its links is lost')]
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
  mayHoldSecret: ([field]) => field === 'value',
  canCompareSecret: (_path, _live, { facts }) => facts.fromFile !== true,
  fieldName: (path) => path.slice(1).join('.') || 'value',
};

/** A parameter of the whole cluster. */
export const globalParameter: Kind = {
  title: (resource) => ({ title: `global parameter ${pathOf(resource)[0] ?? ''}`, detail: '' }),
  complete: completeValue,

  risks(change) {
    return change.action === 'create'
      ? []
      : [disruptive('parameter-changed', 'what reads it acts otherwise')];
  },

  calls(change) {
    const resource = subject(change);
    const { value = null } = resource.spec;
    return putOrDelete(change, ['global-parameters', pathOf(resource)[0] ?? ''], { value });
  },

  systemOwned: (resource) => reservedName(pathOf(resource)[0]),
  mayHoldSecret: ([field]) => field === 'value',
  canCompareSecret: (_path, _live, { facts }) => facts.fromFile !== true,
  fieldName: (path) => path.slice(1).join('.') || 'value',
};

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
  return name.startsWith('internal') || OWN_PARAMETERS.has(name)
    ? 'the broker keeps this about itself'
    : undefined;
}

/** Set by the broker from its configuration, and by `rabbitmqctl set_cluster_name`. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set([
  'cluster_name',
  'cluster_tags',
  'imported_definition_hash_value',
]);
