import type { DraftSection, Mapping, TerraformKind, TerraformResource } from '../../../../import/index.ts';
import { type Json, parseJson } from '../../../../model/index.ts';
import { isPredeclaredExchange } from '../../kinds/parts.ts';
import { argumentsIn, vhostOf } from './values.ts';

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
