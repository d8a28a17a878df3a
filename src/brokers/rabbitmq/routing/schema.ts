import type { JsonObject } from '../../../model/index.ts';
import { ARGUMENT_VALUE, bodyOf, byName, propertiesOf, ref } from '../fields/field.ts';

const QUEUES: JsonObject = {
  type: ['string', 'array'],
  items: { type: 'string', minLength: 1 },
};

const some = (description: string, examples: readonly (string | readonly string[])[]): JsonObject => ({
  description,
  ...QUEUES,
  examples,
});

const keys = (description: string): JsonObject => ({
  description,
  type: 'array',
  items: { type: 'string' },
});

const publish = bodyOf(
  'The message, as it is published.',
  {
    exchange: {
      type: 'string',
      description: 'The exchange; "" is the default exchange, whose keys are names of queues.',
    },
    key: { type: 'string', description: 'The routing key.', default: '' },
    vhost: { type: 'string', description: 'The vhost.', default: '/' },
    headers: byName(
      'Headers. A value of another AMQP type than JSON gives is written `{ $type: int, value: 1 }`, as in bindings.',
      ref('argument-value'),
    ),
    cc: keys('Further routing keys, as the header CC has them.'),
    bcc: keys('Further routing keys, as the header BCC has them.'),
    ...propertiesOf({
      expiration: { unit: 'ms', minimum: 0, doc: 'After what time the message itself expires.' },
    }),
  },
  { required: ['exchange'] },
);

const EXPECTATIONS: JsonObject = {
  reaches: some('Exactly these queues get it directly; none for [].', [['orders', 'audit']]),
  includes: some('These queues get it directly, and others may.', ['audit']),
  'includes-one-of': some(
    'At least one of these queues gets it directly, also where an exchange chooses by hash or at random.',
    [['shard-1', 'shard-2']],
  ),
  never: some('None of these queues gets it, neither directly nor by dead-lettering.', ['payments']),
  'ends-in': some(
    'Where its copies end: they wait where they expire to a dead-letter exchange, and rest anywhere else; [] where all are dropped. With rejected-by or returned-by, the copies that came to those queues.',
    ['orders.failed'],
  ),
  after: bodyOf('What happens before the end.', {
    tries: {
      type: 'integer',
      minimum: 0,
      description: 'Deliveries by the queues of rejected-by and returned-by.',
    },
    ...propertiesOf({
      delay: { unit: 'ms', minimum: 0, doc: 'The time that it waits in queues, in total.' },
    }),
  }),
};

/** A test, but for its `name` and `broker`. JSON Schema (draft-07). */
export const testSchema: JsonObject = {
  description: 'A message, and where it must go.',
  type: 'object',
  additionalProperties: false,
  required: ['publish'],
  properties: {
    publish,
    'rejected-by': some('The consumers of these queues reject it each time, with requeue=false.', ['orders']),
    'returned-by': some(
      'The consumers of these queues return it each time, by basic.reject with requeue=true or a lost connection, until the delivery limit of a quorum queue.',
      ['orders'],
    ),
    ...EXPECTATIONS,
  },
  anyOf: Object.keys(EXPECTATIONS).map((key) => ({ required: [key] })),
  $defs: ARGUMENT_VALUE,
};
