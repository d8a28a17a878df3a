import type { DraftSection, Mapping, TerraformKind, TerraformResource } from '../../../../import/index.ts';
import { integer, type Json, parseJson } from '../../../../model/index.ts';
import { isPredeclaredExchange } from '../../kinds/parts.ts';
import { argumentsIn, putLimit, vhostOf } from './values.ts';

export const user: TerraformKind = {
  kind: 'user',
  translate(draft, resource) {
    const { values, at } = resource;
    const name = resource.text('name');
    if (name === undefined) return undefined;
    const path = ['users', name];
    draft.open(path, at);
    const tags = values.texts('tags').map(({ text }) => text);
    draft.put([...path, 'tags'], tags, values.at('tags'));
    const variable = draft.secret([...path, 'password'], ['rabbitmq', name, 'password'], at);
    values.leave('password', `a password is never copied: set ${variable} in the environment`);
    putLimit(draft, [...path, 'limits', 'max-connections'], values, 'max_connections');
    putLimit(draft, [...path, 'limits', 'max-channels'], values, 'max_channels');
    return [name];
  },
};

export const permissions: TerraformKind = {
  kind: 'permission',
  translate(draft, resource) {
    const vhost = vhostOf(resource);
    const name = resource.text('user');
    const granted = resource.block('permissions');
    if (vhost === undefined || name === undefined || !granted) return undefined;
    const path = ['vhosts', vhost, 'permissions', name];
    draft.open(path, resource.at);
    draft.carry(path, granted, {
      configure: ['configure', 'text'],
      write: ['write', 'text'],
      read: ['read', 'text'],
    });
    return [vhost, name];
  },
};

export const topicPermissions: TerraformKind = {
  kind: 'topic-permission',
  translate(draft, resource) {
    const { values, at } = resource;
    const vhost = vhostOf(resource);
    const name = resource.text('user');
    if (vhost === undefined || name === undefined) return undefined;
    for (const granted of values.mappings('permissions')) {
      const exchange = granted.required('exchange');
      if (exchange === undefined) continue;
      const path = ['vhosts', vhost, 'topic-permissions', name, exchange];
      draft.open(path, at);
      draft.carry(path, granted, { write: ['write', 'text'], read: ['read', 'text'] });
    }
    return [vhost, name];
  },
};

/** The resources that have a type of exchange of their own, in rfd59/rabbitmq from 2.5 on. */
const TYPES: Readonly<Record<string, string>> = {
  rabbitmq_exchange_consistent_hash: 'x-consistent-hash',
  rabbitmq_exchange_delayed_message: 'x-delayed-message',
  rabbitmq_exchange_direct: 'direct',
  rabbitmq_exchange_fanout: 'fanout',
  rabbitmq_exchange_headers: 'headers',
  rabbitmq_exchange_random: 'x-random',
  rabbitmq_exchange_topic: 'topic',
};

const exchange: TerraformKind = {
  kind: 'exchange',
  translate(draft, resource) {
    const settings = resource.block('settings');
    return settings && declare(draft, resource, settings, argumentsIn(settings), settings.text('type'));
  },
};

const typedExchange: TerraformKind = {
  kind: 'exchange',
  translate(draft, resource) {
    const { values, type } = resource;
    values.skip('type');
    const args: Record<string, Json> = {};
    for (const argument of values.mappings('argument')) {
      const key = argument.required('key');
      const value = argumentOf(argument);
      if (key !== undefined && value !== undefined) args[key] = value;
    }
    const delayed = values.text('delayed_type');
    if (delayed !== undefined) args['x-delayed-type'] = delayed;
    return declare(draft, resource, values, args, TYPES[type]);
  },
};

export const exchangeKinds: Readonly<Record<string, TerraformKind>> = {
  rabbitmq_exchange: exchange,
  ...Object.fromEntries(Object.keys(TYPES).map((type) => [type, typedExchange])),
};

function declare(
  draft: DraftSection,
  resource: TerraformResource,
  from: Mapping,
  args: Readonly<Record<string, Json>>,
  type = 'direct',
): readonly string[] | undefined {
  const name = resource.text('name');
  const vhost = vhostOf(resource);
  if (name === undefined || vhost === undefined) return undefined;
  if (isPredeclaredExchange(name)) return resource.leave('it exists in every vhost and cannot be declared');
  const path = ['vhosts', vhost, 'exchanges', name];
  draft.open(path, resource.at);
  draft.put([...path, 'type'], type, from.at('type'));
  draft.put([...path, 'durable'], from.flag('durable') ?? false, from.at('durable'));
  draft.put([...path, 'auto-delete'], from.flag('auto_delete') ?? false, from.at('auto_delete'));
  if (from.flag('internal') === true) draft.put([...path, 'internal'], true, from.at('internal'));
  const alternate = from.text('alternate_exchange') ?? '';
  const all = alternate === '' ? args : { ...args, 'alternate-exchange': alternate };
  if (Object.keys(all).length > 0) draft.put([...path, 'arguments'], all, from.at('arguments'), from.places);
  return [vhost, name];
}

/** An argument is a text with the name of its type. */
function argumentOf(argument: Mapping): Json | undefined {
  const type = argument.word('type', ['string', 'numeric', 'boolean', 'list']) ?? 'string';
  const text = argument.text('value');
  if (text === undefined || type === 'string') return text;
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  if (type === 'numeric' && /^-?\d{1,18}(\.\d{1,18})?$/.test(text)) return parseJson(text);
  argument.remark('value', `brokerform cannot read a ${type} from it`);
  return undefined;
}

export const vhost: TerraformKind = {
  kind: 'vhost',
  translate(draft, resource) {
    const { values } = resource;
    const name = resource.text('name');
    if (name === undefined) return undefined;
    const path = ['vhosts', name];
    draft.open(path, resource.at);
    for (const [key, to] of [
      ['description', 'description'],
      ['default_queue_type', 'default-queue-type'],
    ] as const) {
      const text = values.text(key) ?? '';
      if (text !== '') draft.put([...path, to], text, values.at(key));
    }
    putLimit(draft, [...path, 'limits', 'max-connections'], values, 'max_connections');
    putLimit(draft, [...path, 'limits', 'max-queues'], values, 'max_queues');
    if (values.flag('tracing') === true)
      values.leave('tracing', 'tracing is switched on with rabbitmqctl trace_on');
    return [name];
  },
};

export const queue: TerraformKind = {
  kind: 'queue',
  translate(draft, resource) {
    const { values, at } = resource;
    const name = resource.text('name');
    const settings = resource.block('settings');
    const where = vhostOf(resource);
    if (name === undefined || !settings || where === undefined) return undefined;
    const path = ['vhosts', where, 'queues', name];
    draft.open(path, at);
    draft.put([...path, 'durable'], settings.flag('durable') ?? false, settings.at('durable'));
    draft.put([...path, 'auto-delete'], settings.flag('auto_delete') ?? false, settings.at('auto_delete'));
    const args = argumentsIn(settings);
    // What the broker made of it; the fork hides the argument where the configuration has none.
    const type = values.text('type') ?? '';
    if (type !== '' && args['x-queue-type'] === undefined)
      draft.put([...path, 'type'], type, values.at('type'));
    if (Object.keys(args).length > 0)
      draft.put([...path, 'arguments'], args, settings.at('arguments'), settings.places);
    return [where, name];
  },
};

export const binding: TerraformKind = {
  kind: 'binding',
  translate(draft, resource) {
    const { values, at } = resource;
    // Its name on the broker, made of the routing key and the arguments.
    values.skip('properties_key');
    const where = vhostOf(resource);
    const from = resource.text('source');
    const to = resource.text('destination');
    const type = values.word('destination_type', ['queue', 'exchange']);
    const key = values.text('routing_key') ?? '';
    const args = argumentsIn(values);
    if (where === undefined || from === undefined || to === undefined || type === undefined) return undefined;
    if (from === '') return resource.leave('every queue is bound to the default exchange, by its own name');
    const item = {
      from,
      [type === 'queue' ? 'to' : 'to-exchange']: to,
      ...(key !== '' && { key }),
      ...(Object.keys(args).length > 0 && { arguments: args }),
    };
    draft.append(['vhosts', where, 'bindings'], item, at);
    return [where, from, type, to, key, JSON.stringify(args)];
  },
};

export function policy(kind: string, list: 'policies' | 'operator-policies'): TerraformKind {
  return {
    kind,
    translate(draft, resource) {
      const name = resource.text('name');
      const where = resource.text('vhost');
      const body = resource.block('policy');
      const definition = body?.mapping('definition');
      if (name === undefined || where === undefined || !body) return undefined;
      if (!definition || !body.has('pattern')) return resource.leave('it has no pattern or definition');
      const path = ['vhosts', where, list, name];
      draft.open(path, resource.at);
      draft.carry(path, body, {
        pattern: ['pattern', 'text'],
        priority: ['priority', 'whole'],
        apply_to: ['apply-to', 'text'],
      });
      for (const key of definition.keys())
        draft.put([...path, 'definition', key], policyValue(definition, key), definition.at(key));
      return [where, name];
    },
  };
}

/** Terraform keeps every value as a text; the providers send what looks like an integer as one. */
function policyValue(definition: Mapping, key: string): Json | undefined {
  const value = definition.json(key);
  if (typeof value !== 'string') return value;
  if (key === 'ha-params' && definition.value['ha-mode'] === 'nodes') return value.split(',');
  return /^[+-]?\d{1,18}$/.test(value) ? integer(BigInt(value)) : value;
}
