import {
  isObject,
  type Json,
  type JsonObject,
  MissingVariable,
  type Resource,
  type Snapshot,
} from '../../model/index.ts';
import { tableOf } from './arguments.ts';
import {
  globalParameterResource,
  parameterResource,
  userLimitsResource,
  userResource,
  vhostLimitsResource,
  vhostResource,
} from './resources.ts';
import { conceal } from './secrets.ts';
import {
  text,
  texts,
  toBindings,
  toExchanges,
  toPermission,
  toPolicy,
  toQueue,
  toTopicPermission,
} from './session/payloads.ts';
import type { RabbitFacts } from './specs.ts';

/**
 * A definitions file, of a whole broker or of one vhost, as live resources. Undefined where the data is none.
 * A file shows no message counts, and leaves out internal exchanges from 4.x on.
 * https://www.rabbitmq.com/docs/definitions
 */
export function parseDefinitions(data: Json, name: string): Snapshot | undefined {
  if (!isObject(data)) return undefined;
  const version = data.rabbitmq_version ?? data.rabbit_version;
  if (typeof version !== 'string' || !Array.isArray(data.queues)) return undefined;
  const isWhole = Array.isArray(data.vhosts);
  const vhost = isWhole ? undefined : vhostOf(data);
  const list = (key: string) => itemsOf(data[key], vhost);
  const parameters = list('parameters').flatMap((item) => toParameter(name, item));
  const vhosts = isWhole ? list('vhosts') : [{ ...data, name: vhost ?? '/' }];
  const resources: Resource[] = [
    ...vhosts.map((item) => vhostResource(name, text(item.name), metadataOf(item))),
    ...vhosts.flatMap((item) => toLimits(name, item)),
    ...list('users').flatMap((item) => toUser(name, item)),
    ...list('permissions').map((item) => toPermission(name, item)),
    ...list('topic_permissions').map((item) => toTopicPermission(name, item)),
    ...toExchanges(name, list('exchanges')),
    ...list('queues').map((item) => toQueue(name, item)),
    ...toBindings(name, list('bindings')),
    ...list('policies').map((item) => toPolicy(name, 'policy', item)),
    ...parameters,
    ...list('global_parameters').map((item) => toGlobalParameter(name, item)),
  ];
  const id = textOr(data.original_cluster_name) ?? textOr(globalValue(data, 'cluster_name')) ?? 'definitions';
  const facts: RabbitFacts = { defaultQueueTypes: defaultTypes(vhosts), fromFile: true };
  const broker = { name, type: 'rabbitmq', id, version, facts };
  return { broker, resources: distinct(resources) };
}

function itemsOf(value: Json | undefined, vhost: string | undefined): JsonObject[] {
  const items = Array.isArray(value) ? value.filter(isObject) : [];
  return vhost === undefined ? items : items.map((item) => ({ vhost, ...item }));
}

/** In a file of one vhost, 4.x tells its name at the top, and 3.x only with policies and parameters. */
function vhostOf(data: JsonObject): string {
  const items = [...itemsOf(data.policies, undefined), ...itemsOf(data.parameters, undefined)];
  return (
    textOr(data.original_vhost_name) ??
    items.map((item) => textOr(item.vhost)).find((name) => name !== undefined) ??
    '/'
  );
}

/** Only what the file tells: 3.x gives no more than the name. */
function metadataOf(item: JsonObject): JsonObject {
  const metadata = tableOf(item.metadata);
  const description = item.description ?? metadata.description;
  const tags = item.tags ?? metadata.tags;
  const type = item.default_queue_type ?? metadata.default_queue_type;
  return {
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags }),
    ...(type !== undefined && { 'default-queue-type': type }),
  };
}

/** Operator policies and limits are kept as parameters, and listed as such. */
function toParameter(broker: string, item: JsonObject): Resource[] {
  const [vhost, component, name] = [text(item.vhost), text(item.component), text(item.name)];
  const value = item.value ?? null;
  if (component === 'operator_policy') {
    return [toPolicy(broker, 'operator-policy', { vhost, name, ...tableOf(value) })];
  }
  if (component === 'vhost-limits') return toLimits(broker, { name: vhost, limits: value });
  return [parameterResource(broker, vhost, component, name, { value: conceal(value, undefined, noSecrets) })];
}

function toGlobalParameter(broker: string, item: JsonObject): Resource {
  const value = conceal(item.value ?? null, undefined, noSecrets);
  return globalParameterResource(broker, text(item.name), { value });
}

function toLimits(broker: string, item: JsonObject): Resource[] {
  const limits = tableOf(item.limits);
  return Object.keys(limits).length === 0 ? [] : [vhostLimitsResource(broker, text(item.name), { limits })];
}

/** Without any secret: nothing can be compared with the hash in the file. */
function toUser(broker: string, item: JsonObject): Resource[] {
  const name = text(item.name);
  const limits = tableOf(item.limits);
  const user = userResource(broker, name, { tags: texts(item.tags) });
  return Object.keys(limits).length === 0 ? [user] : [user, userLimitsResource(broker, name, { limits })];
}

function defaultTypes(vhosts: readonly JsonObject[]): Record<string, string> {
  return Object.fromEntries(
    vhosts.flatMap((item) => {
      const { 'default-queue-type': type } = metadataOf(item);
      return typeof type === 'string' && type !== 'undefined' ? [[text(item.name), type]] : [];
    }),
  );
}

function globalValue(data: JsonObject, name: string): Json | undefined {
  return itemsOf(data.global_parameters, undefined).find((item) => item.name === name)?.value;
}

function textOr(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** 4.x lists a vhost's limits both with the vhost and among the parameters. */
function distinct(resources: readonly Resource[]): Resource[] {
  return [...new Map(resources.map((resource) => [resource.address, resource])).values()];
}

function noSecrets(template: string): string {
  throw new MissingVariable(template);
}
