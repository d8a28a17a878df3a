import type { Mapping, TerraformKind } from '../../../../import/index.ts';
import { integer, type Json } from '../../../../model/index.ts';
import { argumentsIn, putLimit, vhostOf } from './values.ts';

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
