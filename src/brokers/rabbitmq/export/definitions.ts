import {
  type BrokerIdentity,
  type Exported,
  indexByAddress,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
  secretsIn,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { kinds } from '../kinds/index.ts';
import { sortedTags, text } from '../kinds/parts.ts';

/**
 * A definitions file, from the very calls that would create the resources. Secrets are left out.
 * https://www.rabbitmq.com/docs/definitions
 */
export function definitions(resources: readonly Resource[], broker: BrokerIdentity): Exported {
  const context = { broker, desired: indexByAddress(resources), live: new Map() };
  const file = new DefinitionsFile();
  for (const after of resources) {
    const calls = kinds[kindOf(after.address)]?.calls({ action: 'create', after }, context, {
      destructive: false,
    });
    for (const call of calls ?? []) file.add(call as RabbitCall);
  }
  return { value: { rabbitmq_version: broker.version, ...file.lists() }, notes: file.notes };
}

const LISTS = [
  'vhosts',
  'users',
  'permissions',
  'topic_permissions',
  'parameters',
  'global_parameters',
  'policies',
  'queues',
  'exchanges',
  'bindings',
] as const;

type List = (typeof LISTS)[number];

class DefinitionsFile {
  readonly notes: string[] = [];
  readonly #items = new Map<List, Map<string, JsonObject>>(LISTS.map((list) => [list, new Map()]));

  lists(): JsonObject {
    return Object.fromEntries(LISTS.map((list) => [list, [...(this.#items.get(list)?.values() ?? [])]]));
  }

  add(call: RabbitCall): void {
    switch (call.op) {
      case 'exchange.declare': {
        const { autoDelete, arguments: args, ...exchange } = call.body;
        this.#put('exchanges', {
          ...exchange,
          auto_delete: autoDelete,
          arguments: this.#plain(call.target, args),
        });
        return;
      }
      case 'queue.declare': {
        const { autoDelete, arguments: args, ...queue } = call.body;
        this.#put('queues', { ...queue, auto_delete: autoDelete, arguments: this.#plain(call.target, args) });
        return;
      }
      case 'queue.bind':
      case 'exchange.bind': {
        const { routingKey, arguments: args, ...ends } = call.body;
        const destination_type = call.op === 'queue.bind' ? 'queue' : 'exchange';
        const more = { destination_type, routing_key: routingKey, arguments: this.#plain(call.target, args) };
        this.#put('bindings', { ...ends, ...more });
        return;
      }
      case 'http.put':
        this.#addPut(call.target, call.body.path, call.body.payload);
        return;
      default:
        this.notes.push(`${call.target}: a definitions file cannot contain ${call.op}`);
    }
  }

  #addPut(target: string, [place = '', ...path]: readonly string[], payload: JsonObject): void {
    const placed = this.#placeOf(target, place, path, payload);
    if (placed) this.#put(...placed);
    else this.notes.push(`${target}: a definitions file has no place for ${place}`);
  }

  #placeOf(
    target: string,
    place: string,
    [first = '', second = '', third = '']: readonly string[],
    payload: JsonObject,
  ): [List, JsonObject] | undefined {
    const value = place === 'users' ? {} : this.#withoutSecrets(target, payload);
    const limit = { [second]: value.value ?? null };
    switch (place) {
      case 'vhosts':
        return ['vhosts', { name: first, metadata: metadataOf(payload) }];
      case 'users':
        return ['users', this.#user(target, first, payload)];
      case 'permissions':
        return ['permissions', { user: second, vhost: first, ...value }];
      case 'topic-permissions':
        return ['topic_permissions', { user: second, vhost: first, ...value }];
      case 'policies':
        return ['policies', { vhost: first, name: second, ...value }];
      case 'operator-policies':
        return ['parameters', { component: 'operator_policy', vhost: first, name: second, value }];
      case 'parameters':
        return ['parameters', { component: first, vhost: second, name: third, ...value }];
      case 'global-parameters':
        return ['global_parameters', { name: first, ...value }];
      case 'cluster-name':
        return ['global_parameters', { name: 'cluster_name', value: payload.name ?? null }];
      case 'vhost-limits': {
        const item = { component: 'vhost-limits', vhost: first, name: 'limits' };
        return ['parameters', this.#added('parameters', item, 'value', limit)];
      }
      case 'user-limits':
        return ['users', this.#added('users', { name: first }, 'limits', limit)];
      default:
        return undefined;
    }
  }

  #user(target: string, name: string, { tags, password_hash: hash }: JsonObject): JsonObject {
    if (typeof hash !== 'string') this.notes.push(`${target}: its password is a secret; add password_hash`);
    const own = { name, password_hash: typeof hash === 'string' ? hash : '', tags: sortedTags(tags) };
    return { ...own, limits: this.#items.get('users')?.get(keyOf({ name }))?.limits ?? {} };
  }

  /** An item, which may be there already, with more in one member. */
  #added(list: List, item: JsonObject, member: string, value: JsonObject): JsonObject {
    const before = this.#items.get(list)?.get(keyOf(item)) ?? item;
    const own = before[member];
    return { ...before, [member]: { ...(isObject(own) ? own : {}), ...value } };
  }

  #put(list: List, item: JsonObject): void {
    this.#items.get(list)?.set(list === 'bindings' ? JSON.stringify(item) : keyOf(item), item);
  }

  #withoutSecrets(target: string, payload: JsonObject): JsonObject {
    if (secretsIn(payload).length > 0)
      this.notes.push(`${target}: replace the variables, which stand for secrets`);
    const plain = (value: Json): Json => {
      if (isSecretRef(value)) return value.$secret;
      if (Array.isArray(value)) return value.map((item: Json) => plain(item));
      if (!isObject(value)) return value;
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
    };
    return plain(payload) as JsonObject;
  }

  /** Arguments as JSON says them: what has another AMQP type gets the one that a JSON value has. */
  #plain(target: string, args: JsonObject): JsonObject {
    return Object.fromEntries(
      Object.entries(args).map(([name, value]) => {
        if (!isObject(value) || typeof value.$type !== 'string') return [name, value];
        this.notes.push(
          `${target}: ${name} has the type ${value.$type}, which a definitions file cannot contain`,
        );
        return [name, value.value ?? null];
      }),
    );
  }
}

/** What tells an item from the others of its list. */
function keyOf({ component, vhost, user, name, exchange }: JsonObject): string {
  return JSON.stringify([component, vhost, user, name, exchange]);
}

function metadataOf({ description, tags, default_queue_type: type }: JsonObject): JsonObject {
  return {
    description: description ?? '',
    tags: sortedTags(tags),
    ...(type !== undefined && { default_queue_type: text(type) }),
  };
}
