import { type Address, isObject, type Json, type JsonObject, type Resource } from '../../../model/index.ts';
import { type BindingIdentity, bindingAddress } from '../addresses.ts';
import {
  bindingResource,
  exchangeResource,
  permissionResource,
  policyResource,
  queueResource,
  topicPermissionResource,
  userLimitsResource,
  vhostLimitsResource,
  vhostResource,
} from '../resources.ts';

/*
 * The items of the management API's lists as live resources, one function a kind. What an item lacks gets the
 * value that its absence means.
 */

export function toVhost(broker: string, item: JsonObject): Resource {
  const { description, tags, ...rest } = vhostMetadata({ ...item, ...table(item.metadata) });
  return vhostResource(broker, text(item.name), {
    description: text(description),
    tags: texts(tags),
    'default-queue-type': 'undefined',
    ...rest,
  });
}

/** A vhost's metadata by our names, as far as it is told. */
export function vhostMetadata(told: JsonObject): JsonObject {
  const { description, tags, default_queue_type: type, protected_from_deletion: isProtected } = told;
  return {
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags }),
    ...(type !== undefined && { 'default-queue-type': type }),
    ...(typeof isProtected === 'boolean' && { 'deletion-protection': isProtected }),
  };
}

/** An item without a limit is no resource: the broker lists what had limits once. */
export function toVhostLimits(broker: string, item: JsonObject): Resource[] {
  const limits = table(item.value);
  return isEmpty(limits) ? [] : [vhostLimitsResource(broker, text(item.vhost), { limits })];
}

export function toUserLimits(broker: string, item: JsonObject): Resource[] {
  const limits = table(item.value);
  return isEmpty(limits) ? [] : [userLimitsResource(broker, text(item.user), { limits })];
}

export function toPermission(broker: string, item: JsonObject): Resource {
  return permissionResource(broker, text(item.vhost), text(item.user), {
    configure: text(item.configure),
    write: text(item.write),
    read: text(item.read),
  });
}

export function toTopicPermission(broker: string, item: JsonObject): Resource {
  return topicPermissionResource(broker, text(item.vhost), text(item.user), text(item.exchange), {
    write: text(item.write),
    read: text(item.read),
  });
}

/** The default exchange is not a resource: it is in every vhost, and nobody can change it. */
export function toExchanges(broker: string, items: readonly JsonObject[]): Resource[] {
  return items
    .filter((item) => item.name !== '')
    .map((item) =>
      exchangeResource(broker, text(item.vhost), text(item.name), {
        type: text(item.type),
        durable: item.durable !== false,
        'auto-delete': item.auto_delete === true,
        internal: item.internal === true,
        arguments: table(item.arguments),
      }),
    );
}

export function toQueue(broker: string, item: JsonObject): Resource {
  const args = table(item.arguments);
  return queueResource(broker, text(item.vhost), text(item.name), {
    type: text(item.type ?? args['x-queue-type'] ?? 'classic'),
    durable: item.durable !== false,
    'auto-delete': item.auto_delete === true,
    exclusive: item.exclusive === true,
    arguments: args,
  });
}

/**
 * Bindings whose arguments look alike in JSON and differ in AMQP types share an address; all but the first of them
 * get the broker's own key as one more segment, so that each can be seen and deleted.
 */
export function toBindings(broker: string, items: readonly JsonObject[]): Resource[] {
  const byAddress = new Map<Address, LiveBinding[]>();
  for (const item of items) {
    if (item.source === '') continue;
    const binding = toBinding(item);
    const address = bindingAddress(broker, binding);
    const twins = byAddress.get(address);
    if (twins) twins.push(binding);
    else byAddress.set(address, [binding]);
  }
  return [...byAddress.values()].flatMap((twins) =>
    twins
      .sort((a, b) => (a.propertiesKey < b.propertiesKey ? -1 : 1))
      .map(({ propertiesKey, ...binding }, i) =>
        bindingResource(broker, i === 0 ? binding : { ...binding, twin: propertiesKey }, propertiesKey),
      ),
  );
}

type LiveBinding = BindingIdentity & { readonly propertiesKey: string };

function toBinding(item: JsonObject): LiveBinding {
  return {
    vhost: text(item.vhost),
    source: text(item.source),
    destinationType: item.destination_type === 'exchange' ? 'exchange' : 'queue',
    destination: text(item.destination),
    routingKey: text(item.routing_key),
    arguments: table(item.arguments),
    propertiesKey: text(item.properties_key),
  };
}

export function toPolicy(broker: string, kind: 'policy' | 'operator-policy', item: JsonObject): Resource {
  return policyResource(broker, kind, text(item.vhost), text(item.name), {
    pattern: text(item.pattern),
    'apply-to': text(item['apply-to'] ?? 'all'),
    priority: typeof item.priority === 'number' ? item.priority : 0,
    definition: table(item.definition),
  });
}

export function text(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}

/** Tags are a list in 3.9 and later, a comma-separated text before. */
export function texts(value: Json | undefined): string[] {
  const list: readonly Json[] = Array.isArray(value) ? value : text(value).split(',');
  return list
    .map(text)
    .filter((item) => item !== '')
    .sort();
}

/** An empty Erlang table may be shown as an empty list. */
function table(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function isEmpty(value: JsonObject): boolean {
  return Object.keys(value).length === 0;
}
