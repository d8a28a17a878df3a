import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

/** Sections of what is written, by broker type; several of one type one after the other. */
async function imported(text: string) {
  const { yaml, leftovers, errors } = await readFiles(text);
  expect(errors).toEqual([]);
  const documents = yaml.split('---\n').map((part) => parse(part) as Record<string, unknown> | null);
  return { sections: documents.filter((document) => document !== null), leftovers };
}

test('3.0: topics, an exchange, a queue, and what binds them', async () => {
  const { sections, leftovers } = await imported(sampleOf('asyncapi 3'));
  expect(sections).toEqual([
    {
      rabbitmq: {
        vhost: '/shop',
        exchanges: { mails: { type: 'topic' } },
        queues: { 'mail-out': { type: 'classic', bindings: [{ from: 'mails', key: 'mail.send' }] } },
      },
    },
    {
      kafka: {
        topics: {
          'audit-log': { partitions: 3, 'replication-factor': 3 },
          'shop.eu.stock': { partitions: 6 },
          'shop.orders.placed': {
            partitions: 12,
            'replication-factor': 3,
            configs: {
              'cleanup.policy': ['compact', 'delete'],
              'confluent.key.schema.validation': 'true',
              'retention.ms': '7d',
            },
          },
          'shop.us.stock': { partitions: 6 },
        },
      },
    },
  ]);
  expect(leftovers).toEqual([
    'f.yaml:8:5 servers.kafka.bindings: it says how clients encode messages',
    'f.yaml:28:3 channels.anyone: it stands for many names: parameter id does not list its values',
    expect.stringMatching(/^f\.yaml:50:3 channels\.work: subjects and queue groups are made by clients/),
    expect.stringMatching(
      /^f\.yaml:58:26 operations\.place\.bindings\.kafka\.groupId: a group is no resource/,
    ),
    expect.stringMatching(
      /^f\.yaml:62:25 operations\.sendMail\.bindings\.amqp\.cc: messages are routed by these/,
    ),
    'f.yaml:67:5 components.channelBindings.unused: nothing in the document refers to it',
  ]);
});

test('2.6: an exchange with its queue in one channel, an exclusive queue, a channel that says nothing', async () => {
  const { sections, leftovers } = await imported(sampleOf('asyncapi 2'));
  expect(sections).toEqual([
    {
      rabbitmq: {
        vhost: '/',
        exchanges: { mails: { type: 'direct' } },
        queues: { outbox: { type: 'classic', bindings: [{ from: 'mails', key: 'mail/send' }] } },
      },
    },
  ]);
  expect(leftovers).toEqual([
    expect.stringContaining(
      'channels["mail/send"].publish.bindings.amqp.bcc: messages are routed by these keys',
    ),
    expect.stringContaining('channels["mail/done"].bindings.amqp.queue: an exclusive queue belongs to'),
    expect.stringContaining('channels["mail/none"]: no AMQP binding says which exchange or queue it is'),
  ]);
});

describe('which broker a channel is on', () => {
  const document = (servers: string, channel: string) => `asyncapi: 2.0.0
servers: ${servers}
channels:
  orders: ${channel}
`;

  test('a server says it where no binding does', async () => {
    const { sections } = await imported(document('{ a: { url: x, protocol: kafka } }', '{ description: d }'));
    expect(sections).toEqual([{ kafka: { topics: { orders: {} } } }]);
  });

  test('the servers that the channel names count, and not the others', async () => {
    const servers = '{ a: { url: x, protocol: kafka }, b: { url: y, protocol: mqtt } }';
    const { sections } = await imported(document(servers, '{ servers: [a] }'));
    expect(sections).toEqual([{ kafka: { topics: { orders: {} } } }]);
    const { leftovers } = await imported(document(servers, '{ servers: [b] }'));
    expect(leftovers).toEqual([
      expect.stringContaining('channels.orders: neither a binding nor a server says'),
    ]);
  });

  test('a binding of another protocol keeps it from Kafka', async () => {
    const { sections, leftovers } = await imported(
      document('{ a: { url: x, protocol: kafka } }', '{ bindings: { mqtt: { qos: 1 } } }'),
    );
    expect(sections).toEqual([]);
    expect(leftovers).toHaveLength(1);
  });
});

describe('what cannot be a topic', () => {
  const channel = (name: string, binding = '{}') => `asyncapi: 2.0.0
channels:
  ${name}: { bindings: { kafka: ${binding} } }
`;

  test('an illegal name, unless the binding gives another', async () => {
    const { leftovers } = await imported(channel('user/signedup'));
    expect(leftovers).toEqual([
      'f.yaml:3:32 channels["user/signedup"].bindings.kafka: a topic name cannot hold "/"; a Kafka binding with "topic" can name it',
    ]);
    const { sections } = await imported(channel('user/signedup', '{ topic: signups }'));
    expect(sections).toEqual([{ kafka: { topics: { signups: {} } } }]);
  });

  test('a topic of the broker’s own', async () => {
    const { leftovers } = await imported(channel('__consumer_offsets'));
    expect(leftovers).toEqual([expect.stringContaining('it is the broker’s own topic')]);
  });
});

test('a channel of two brokers is written for the one that can have it', async () => {
  const { sections, leftovers } = await imported(`asyncapi: 2.0.0
channels:
  a/b: { bindings: { kafka: {}, amqp: { is: queue } } }
`);
  expect(sections).toEqual([{ rabbitmq: { vhost: '/', queues: { 'a/b': { type: 'classic' } } } }]);
  expect(leftovers).toEqual([
    expect.stringContaining('channels["a/b"].bindings.kafka: a topic name cannot hold'),
  ]);
});

describe('exchanges', () => {
  const amqp = (...bindings: string[]) => `asyncapi: 2.0.0
channels:
${bindings.map((binding, index) => `  c${index}: { bindings: { amqp: ${binding} } }`).join('\n')}
`;

  test('several channels may speak of one, each saying a part', async () => {
    const { sections } = await imported(
      amqp(
        '{ exchange: { name: e }, queue: { name: a }, name: k1 }',
        '{ exchange: { name: e, type: topic }, queue: { name: a }, name: k2 }',
        '{ exchange: { name: e, type: topic, durable: false } }',
      ),
    );
    expect(sections).toEqual([
      {
        rabbitmq: {
          vhost: '/',
          exchanges: { e: { type: 'topic', durable: false } },
          queues: { a: { type: 'classic', bindings: [{ from: 'e', keys: ['k1', 'k2'] }] } },
        },
      },
    ]);
  });

  test('that two channels describe differently are a mistake that names both places', async () => {
    const { errors } = await readFiles(
      amqp('{ exchange: { name: e, type: topic } }', '{ exchange: { name: e, type: fanout } }'),
    );
    expect(errors).toEqual([
      'f.yaml:4:50 vhosts["/"].exchanges.e.type is "fanout" here, and "topic" in f.yaml:3:50',
    ]);
  });

  test('without a type are not declared, and bound all the same', async () => {
    const { sections, leftovers } = await imported(
      amqp('{ exchange: { name: e }, queue: { name: q }, name: k }'),
    );
    expect(sections).toEqual([
      { rabbitmq: { vhost: '/', queues: { q: { type: 'classic', bindings: [{ from: 'e', key: 'k' }] } } } },
    ]);
    expect(leftovers).toEqual([expect.stringContaining('exchange.name: nothing says its type')]);
  });

  test('that are there already are bound, and not declared', async () => {
    const { sections, leftovers } = await imported(
      amqp(
        '{ exchange: { name: amq.topic, type: topic }, queue: { name: q }, name: k }',
        '{ exchange: { name: "" } }',
      ),
    );
    expect(sections).toEqual([
      {
        rabbitmq: {
          vhost: '/',
          queues: { q: { type: 'classic', bindings: [{ from: 'amq.topic', key: 'k' }] } },
        },
      },
    ]);
    expect(leftovers).toEqual([]);
  });

  test('of another vhost than the queue cannot be bound to it', async () => {
    const { leftovers } = await imported(
      amqp('{ exchange: { name: e, type: topic, vhost: a }, queue: { name: q, vhost: b }, name: k }'),
    );
    expect(leftovers).toEqual([expect.stringContaining('queue q is in another vhost than exchange e')]);
  });

  test('a key that no queue is bound by is told', async () => {
    const { leftovers } = await imported(amqp('{ exchange: { name: e, type: topic } }'));
    expect(leftovers).toEqual(['f.yaml:3:3 channels.c0: no queue here is bound by this key']);
  });
});

test('a version that is not known, and a reference to another file', async () => {
  expect((await readFiles('asyncapi: 1.2.0\nchannels: {}\n')).errors).toEqual([
    'f.yaml:1:1 AsyncAPI "1.2.0" is not supported',
  ]);
  const { leftovers } = await readFiles(`asyncapi: 3.0.0
channels:
  here: { address: a, bindings: { kafka: {} } }
  there: { $ref: "channels.yaml#/there" }
`);
  expect(leftovers).toEqual(['f.yaml:4:3 channels.there: its reference leads out of this file']);
});
