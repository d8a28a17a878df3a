import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { declaredIn, readFiles } from './read.ts';
import { sampleOf } from './samples.ts';

/** A state with these resources, as JSON. */
function state(...resources: readonly object[]): string {
  const lineage = '0a5f3d2c-0000-4000-8000-000000000001';
  return JSON.stringify({ version: 4, terraform_version: '1.11.4', serial: 1, lineage, resources }, null, 1);
}

/** A resource of one instance. */
function resource(type: string, name: string, attributes: object, more: object = {}) {
  const provider = `provider["registry.terraform.io/x/${type.split('_')[0]}"]`;
  return {
    mode: 'managed',
    type,
    name,
    provider,
    instances: [{ schema_version: 0, attributes }],
    ...more,
  };
}

function queue(name: string, attributes: object = {}) {
  const settings = [{ durable: true, auto_delete: false, arguments: {} }];
  return { name, vhost: '/', settings, id: `${name}@/`, ...attributes };
}

/** The sections of what was written. */
function sections(yaml: string): unknown[] {
  return yaml.split('---\n').map((part) => parse(part) as unknown);
}

test('RabbitMQ: what the provider keeps as texts becomes values, and defaults of the provider are kept', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('terraform rabbitmq'));
  const [vhost, users] = sections(yaml);
  expect(vhost).toMatchObject({
    rabbitmq: {
      vhost: 'shop',
      description: 'All of it',
      'default-queue-type': 'quorum',
      limits: { 'max-connections': 500 },
      exchanges: {
        events: { type: 'topic', 'alternate-exchange': 'lost' },
        lost: { type: 'fanout', internal: true, arguments: { 'x-copies': 2, 'x-note': 'a' } },
      },
      queues: {
        'orders.eu': {
          type: 'quorum',
          'delivery-limit': 5,
          bindings: [{ from: 'events', key: 'order.eu' }],
        },
        'orders.us': { type: 'classic' },
      },
      policies: { limits: { priority: 3, definition: { 'message-ttl': '1m', overflow: 'reject-publish' } } },
      'operator-policies': { cap: { definition: { 'max-length': 1_000_000 } } },
      shovels: {
        move: {
          'src-uri': ['${SHOVEL_MOVE_SRC_URI}'],
          'src-delete-after': 100,
          'dest-publish-properties': { delivery_mode: '2' },
        },
      },
      'federation-upstreams': { up: { uri: ['${FEDERATION_UP_URI}'], 'message-ttl': '1m' } },
    },
  });
  expect(users).toEqual({
    rabbitmq: {
      users: {
        app: {
          password: '${RABBITMQ_APP_PASSWORD}',
          tags: ['management'],
          limits: { 'max-connections': 5 },
          permissions: { shop: { write: '.*', read: '.*' } },
          'topic-permissions': { shop: { events: { write: '^order' }, lost: { read: '^x' } } },
        },
      },
    },
  });
  expect(leftovers.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, ''))).toEqual([
    'resources: no topology: aws_mq_broker',
    'rabbitmq_queue.orders["us"]: it is tainted: Terraform would replace it',
    'rabbitmq_vhost.shop.tracing: tracing is switched on with rabbitmqctl trace_on',
    'rabbitmq_user.app.password: a password is never copied: set RABBITMQ_APP_PASSWORD in the environment',
    expect.stringMatching(/^rabbitmq_shovel\.move\.info\[0\]\.source_uri: .* set SHOVEL_MOVE_SRC_URI in/),
    expect.stringMatching(
      /^rabbitmq_shovel\.move\.info\[0\]\.destination_uri: .* set SHOVEL_MOVE_DEST_URI in/,
    ),
    expect.stringMatching(
      /^rabbitmq_federation_upstream\.up\.definition\[0\]\.uri: .* set FEDERATION_UP_URI in/,
    ),
  ]);
});

test('Kafka: topics, ACLs, quotas and users', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('terraform kafka'));
  const kafka = Object.assign({}, ...sections(yaml).map((part) => (part as { kafka: object }).kafka));
  expect(kafka).toEqual({
    topics: {
      events: {
        partitions: 12,
        'replication-factor': 3,
        configs: { 'cleanup.policy': 'compact', 'retention.ms': '7d' },
      },
      plain: { partitions: 1 },
    },
    acls: { 'User:billing': { allow: [{ topic: { prefix: 'bill' }, operations: ['read'] }] } },
    quotas: [
      { 'client-id': 'app', consumer_byte_rate: '5MB' },
      { user: 'app', 'client-id': null, producer_byte_rate: '4MB' },
    ],
    users: { ada: { 'scram-sha-256': { password: '${KAFKA_ADA_PASSWORD}', iterations: 8192 } } },
  });
  expect(leftovers.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, ''))).toEqual([
    expect.stringMatching(/^kafka_user_scram_credential\.ada\.password: .* set KAFKA_ADA_PASSWORD in/),
    'kafka_mirror.unknown: brokerform has nothing like it',
  ]);
});

test('JetStream: seconds become durations, and a consumer stands in its stream', async () => {
  const { yaml, leftovers } = await readFiles(sampleOf('terraform jetstream'));
  expect(sections(yaml)).toEqual([
    {
      nats: {
        streams: {
          ORDERS: expect.objectContaining({
            max_age: '365d',
            no_ack: true,
            // Read back by the provider in nanoseconds.
            consumer_limits: { inactive_threshold: '1h', max_ack_pending: 500 },
            placement: { cluster: 'eu', tags: ['ssd'] },
            republish: { src: 'orders.paid', dest: 'live.paid' },
            sources: [
              {
                name: 'OTHER',
                filter_subject: 'x.>',
                opt_start_seq: 5,
                external: { api: '$JS.hub.API' },
              },
            ],
            consumers: {
              billing: expect.objectContaining({ backoff: ['45s', '1m'], sample_freq: '30', max_deliver: 5 }),
            },
          }),
        },
        'key-value': {
          profiles: { ttl: '1h', history: 10, max_value_size: '1KiB', limit_marker_ttl: '30s' },
        },
      },
    },
  ]);
  expect(leftovers.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, ''))).toEqual([
    'jetstream_consumer.elsewhere: its stream OTHER is not among the files, and a consumer stands in its stream',
    'jetstream_kv_entry.one: an entry of a bucket is data',
  ]);
});

test('a plan: new resources, and a reference for the id that is not known yet', async () => {
  const { yaml, leftovers, resources } = await readFiles(sampleOf('terraform plan'));
  expect(resources.map(({ address }) => address).sort()).toEqual([
    'kafka/acl/transactional-id/literal/t/User%3Asa-1/allow/describe/%2A',
    'kafka/topic/orders',
    'nats/consumer/ORDERS/billing',
    'nats/stream/ORDERS',
    'rabbitmq/queue/%2F/new',
    'rabbitmq/vhost/%2F',
  ]);
  expect(declaredIn(yaml).errors).toEqual([]);
  expect(leftovers).toEqual([
    expect.stringContaining('jetstream_stream.orders.metadata.a: Terraform marks it as sensitive'),
  ]);
});

test('show -json of a state says what the state says', async () => {
  const attributes = queue('orders');
  const from = await readFiles(state(resource('rabbitmq_queue', 'orders', attributes)));
  const address = 'module.a["x"].rabbitmq_queue.orders[0]';
  const shown = { address, mode: 'managed', type: 'rabbitmq_queue', name: 'orders', values: attributes };
  const root_module = { child_modules: [{ address: 'module.a["x"]', resources: [shown] }] };
  const other = await readFiles(JSON.stringify({ format_version: '1.0', values: { root_module } }));
  expect(other.yaml).toBe(from.yaml);
  expect(from.resources.map(({ address }) => address)).toEqual([
    'rabbitmq/queue/%2F/orders',
    'rabbitmq/vhost/%2F',
  ]);
});

test('a name that is marked as sensitive is in the id, and is written; any other such value is not', async () => {
  const marks = (...keys: readonly string[]) => ({
    sensitive_attributes: keys.map((value) => [{ type: 'get_attr', value }]),
  });
  const instance = (attributes: object, ...keys: readonly string[]) => ({
    instances: [{ schema_version: 0, attributes, ...marks(...keys) }],
  });
  const { yaml, leftovers } = await readFiles(
    state(
      resource('rabbitmq_queue', 'shown', {}, instance(queue('a'), 'name', 'vhost')),
      resource('rabbitmq_queue', 'hidden', {}, instance(queue('hunter2', { id: '?' }), 'name')),
      resource('rabbitmq_queue', 'settings', {}, instance(queue('b'), 'settings')),
    ),
  );
  expect(parse(yaml)).toMatchObject({ rabbitmq: { queues: { a: {} } } });
  expect(leftovers.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, ''))).toEqual([
    'rabbitmq_queue.hidden: its name is marked as sensitive',
    'rabbitmq_queue.settings: its settings is marked as sensitive',
  ]);
});

test('of several brokers one is chosen: by the alias of the provider, or by the id of a cluster', async () => {
  const provider = (alias: string) => ({ provider: `provider["registry.terraform.io/x/rabbitmq"].${alias}` });
  const topic = (id: string) => ({ topic_name: 't', partitions_count: 1, kafka_cluster: [{ id }] });
  const text = state(
    resource('rabbitmq_queue', 'eu', queue('orders'), provider('eu')),
    resource('rabbitmq_queue', 'us', queue('orders'), provider('us')),
    resource('rabbitmq_queue', 'us2', queue('more'), provider('us')),
    resource('confluent_api_key', 'key', { secret: 'hunter2' }),
    resource('confluent_kafka_topic', 'a', topic('lkc-1')),
  );
  const unchosen = await readFiles(text);
  expect(unchosen.errors).toEqual([expect.stringContaining('this is for rabbitmq.us, and f.yaml:')]);
  const chosen = await readFiles(text, { cluster: 'rabbitmq.us' });
  expect(chosen.errors).toEqual([]);
  expect(parse(chosen.yaml)).toMatchObject({ rabbitmq: { queues: { orders: {}, more: {} } } });
  expect(chosen.leftovers).toEqual([
    expect.stringContaining('rabbitmq.eu: 1 left out: --cluster chose rabbitmq.us'),
    expect.stringContaining('confluent_api_key.key: keys of Confluent Cloud are made by it'),
    expect.stringContaining('lkc-1: 1 left out: --cluster chose rabbitmq.us'),
  ]);
  const slip = await readFiles(text, { cluster: 'rabbitmq.uk' });
  expect(slip.errors).toEqual(['nothing in the files is for cluster "rabbitmq.uk"']);
  expect(slip.errorDiagnostics[0]?.hint).toBe('the files are for rabbitmq.eu, rabbitmq.us, lkc-1');
});

test('mistakes: an old state, a wrong type, JSON that is none, one queue of two resources', async () => {
  const old = await readFiles(JSON.stringify({ version: 3, lineage: 'x', serial: 1, modules: [] }));
  expect(old.errors).toEqual(['f.yaml:1:2 this is a state of version 3']);
  const args = [{ durable: 'yes', arguments_json: '{' }];
  const wrong = await readFiles(
    state(
      resource('rabbitmq_queue', 'a', queue('a', { settings: args })),
      resource('rabbitmq_queue', 'b', queue('b')),
      resource('rabbitmq_queue', 'c', queue('b')),
    ),
  );
  expect(wrong.errors.map((line) => line.replace(/^f\.yaml:\d+:\d+ /, ''))).toEqual([
    'rabbitmq_queue.a.settings[0].durable: expected a boolean, got a string',
    'rabbitmq_queue.a.settings[0].arguments_json: expected an object as JSON',
    'rabbitmq_queue.c and rabbitmq_queue.b are both queue / b',
  ]);
});
