import type { PolicyUse } from './argument.ts';
import type { Fields } from './field.ts';

export const exchangeFields = {
  type: {
    schema: {
      anyOf: [{ enum: ['direct', 'fanout', 'topic', 'headers'] }, { type: 'string', pattern: '^x-' }],
    },
    doc: "How messages are routed: direct, fanout, topic, headers, or a plug-in's type such as x-delayed-message.",
  },
  durable: { type: 'boolean', default: true, doc: 'Whether the exchange survives a broker restart.' },
  'auto-delete': {
    type: 'boolean',
    default: false,
    doc: 'Whether the exchange is deleted with its last binding.',
  },
  internal: {
    type: 'boolean',
    default: false,
    doc: 'Whether clients cannot publish to it; exchanges can route to it.',
  },
} as const satisfies Fields;

/** Arguments of exchanges, by their own names. */
export const exchangeArguments = {
  'alternate-exchange': {
    type: 'string',
    inPlace: 'unset',
    doc: 'The exchange for messages that this one cannot route anywhere.',
  },
} as const satisfies Readonly<Record<string, Fields[string] & PolicyUse>>;

export const bindingFields = {
  from: {
    type: 'string',
    doc: 'The exchange that messages come from. `amq.*` exchanges need no declaration.',
  },
  key: {
    type: 'string',
    doc: 'The routing key; for a topic exchange with `*` (one word) and `#` (any number of words). Empty where it is left out.',
  },
  keys: {
    type: 'array',
    schema: { items: { type: 'string' }, minItems: 1 },
    doc: 'Several routing keys: one binding each.',
  },
  'x-match': {
    choices: ['all', 'any', 'all-with-x', 'any-with-x'],
    doc: 'For a headers exchange: whether all headers in `arguments` must match, or any. The -with-x forms compare headers that start with x- too (3.10 and later).',
  },
} as const satisfies Fields;

/** Of a binding that does not stand under what it leads to. */
export const bindingEnds = {
  to: { type: 'string', doc: 'The queue that messages go to.' },
  'to-exchange': { type: 'string', doc: 'The exchange that messages go to.' },
} as const satisfies Fields;

/**
 * Arguments of exchanges of any type, and of bindings, that plug-ins read which come with the broker: super streams
 * (`rabbit_stream_manager`), and the marks that federation puts on what it makes. Queues have none of their own.
 */
export const PLUGIN_ARGUMENTS = {
  exchange: new Set(['x-super-stream', 'x-internal-purpose']),
  binding: new Set(['x-stream-partition-order', 'x-bound-from']),
};

/** Plug-ins that add types of exchanges, in the broker's own packages or the community's. */
export const EXCHANGE_PLUGINS: Readonly<Record<string, string>> = {
  'x-consistent-hash': 'rabbitmq_consistent_hash_exchange',
  'x-delayed-message': 'rabbitmq_delayed_message_exchange',
  'x-jms-topic': 'rabbitmq_jms_topic_exchange',
  'x-modulus-hash': 'rabbitmq_sharding',
  'x-random': 'rabbitmq_random_exchange',
  'x-recent-history': 'rabbitmq_recent_history_exchange',
};
