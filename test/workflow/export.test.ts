import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import type { JsonObject } from '../../src/model/index.ts';
import { type Checked, exportAsyncApi, exportDefinitions, planStates } from '../../src/workflow/index.ts';
import { frozen } from '../../src/workflow/live.ts';
import { LiveProject } from '../live/project.ts';
import { topologies as rabbitTopologies } from '../live/rabbitmq/topologies.ts';
import { runs } from '../setup/runs.ts';

const project = new LiveProject({
  brokers: {
    rabbit: { type: 'rabbitmq', url: 'amqp://me:secret@rabbit.example:5671', management: '${MANAGEMENT}' },
    kafka: { type: 'kafka', bootstrap: ['${KAFKA}'] },
    nats: { type: 'nats', servers: ['nats://nats.example:4222'] },
  },
});
afterAll(() => project.remove());

/** What a plan would do to a broker that has imported the file. */
async function changesAgainst(checked: Checked, file: JsonObject): Promise<string[]> {
  const snapshot = providers[0]?.parseExport?.(file, 'rabbit');
  if (!snapshot) throw new Error('it is no definitions file');
  const options = { targets: [], excludes: [], prune: false, allow: [], now: () => new Date(0) };
  const states = new Map([['rabbit', frozen(snapshot)]]);
  const plan = await planStates(checked, states, options);
  return plan.waves.flat().map(({ address, action }) => `${action} ${address}`);
}

test('whatever is declared, a broker that imports the definitions is as declared', async () => {
  await fc.assert(
    fc.asyncProperty(rabbitTopologies, async (topology) => {
      const checked = project.check({ rabbitmq: { vhosts: { v: topology as unknown as JsonObject } } });
      const broker = checked.brokers.get('rabbit');
      const exported = broker && (await exportDefinitions(broker));
      const changes = await changesAgainst(checked, exported?.value ?? {});
      // What the file cannot say is said.
      const told = (change: string) =>
        exported?.notes.some((note) => change.endsWith(note.split(': ')[0] ?? ''));
      expect(changes.filter((change) => !told(change))).toEqual([]);
    }),
    { numRuns: runs(20) },
  );
});

const USERS: JsonObject = {
  rabbitmq: {
    vhosts: {
      shop: {
        description: 'orders',
        tags: ['eu'],
        'default-queue-type': 'quorum',
        limits: { 'max-queues': 10, 'max-connections': 100 },
        permissions: { billing: { configure: '', write: 'events', read: '.*' } },
        exchanges: { events: { type: 'headers' } },
        queues: {
          typed: { bindings: [{ from: 'events', arguments: { size: { $type: 'short', value: 7 } } }] },
        },
      },
    },
    users: { billing: { 'password-hash': '${HASH}', tags: ['monitoring'], limits: { 'max-channels': 5 } } },
  },
};

test('secrets are left out, and said to be, as is what JSON cannot say', async () => {
  const checked = project.check(USERS);
  const broker = checked.brokers.get('rabbit');
  const exported = broker && (await exportDefinitions(broker));
  expect(exported?.notes).toEqual([
    expect.stringMatching(
      /^rabbit\/binding\/shop\/.*: size has the type short, which a definitions file cannot contain$/,
    ),
    'rabbit/user/billing: its password is a secret; add password_hash',
  ]);
  expect(exported?.value).toMatchObject({
    vhosts: [
      { name: 'shop', metadata: { description: 'orders', tags: ['eu'], default_queue_type: 'quorum' } },
    ],
    users: [{ name: 'billing', password_hash: '', tags: ['monitoring'], limits: { 'max-channels': 5 } }],
    permissions: [{ user: 'billing', vhost: 'shop', configure: '', write: 'events', read: '.*' }],
    parameters: [
      { component: 'vhost-limits', name: 'limits', value: { 'max-queues': 10, 'max-connections': 100 } },
    ],
  });
});

test('an AsyncAPI document names queues, routing keys, topics and subjects, and no credentials', async () => {
  const document = await exportAsyncApi(
    project.check({
      rabbitmq: {
        exchanges: { events: { type: 'topic' } },
        queues: { orders: { type: 'quorum', bindings: [{ from: 'events', key: 'order.#' }] } },
      },
      kafka: {
        topics: { payments: { partitions: 3, configs: { 'retention.ms': '7d', 'segment.ms': '1d' } } },
      },
      nats: { streams: { ORDERS: { subjects: ['orders.>'], description: 'Orders', max_age: '1d' } } },
    }),
  );
  expect(JSON.stringify(document)).not.toContain('secret');
  expect(document).toMatchObject({
    asyncapi: '3.0.0',
    info: { title: 'live' },
    servers: {
      rabbit: { host: 'rabbit.example:5671', protocol: 'amqp' },
      kafka: { host: '{host}', protocol: 'kafka' },
      nats: { host: 'nats.example:4222', protocol: 'nats' },
    },
    channels: {
      'rabbit.queue._2F.orders': {
        address: 'orders',
        servers: [{ $ref: '#/servers/rabbit' }],
        bindings: { amqp: { is: 'queue', queue: { name: 'orders', durable: true, vhost: '/' } } },
      },
      'rabbit.exchange._2F.events.order._23': {
        address: 'order.#',
        bindings: {
          amqp: { is: 'routingKey', exchange: { name: 'events', type: 'topic' }, 'x-queues': ['orders'] },
        },
      },
      'kafka.payments': {
        bindings: {
          kafka: {
            partitions: 3,
            topicConfiguration: { 'retention.ms': 604_800_000 },
            'x-configs': { 'segment.ms': 86_400_000 },
          },
        },
      },
      'nats.ORDERS.orders._3e': { address: 'orders.>', description: 'Orders' },
    },
  });
});

test('channels name the owners of the files that declare them', async () => {
  const checked = project.check({
    kafka: { topics: { payments: {} } },
    nats: { streams: { S: { subjects: ['s'] } } },
  });
  const at = [...(checked.brokers.get('kafka')?.desired ?? [])][0]?.at?.file;
  const document = await exportAsyncApi(checked, (file) =>
    file === at ? ['@shop', 'a@example.com'] : ['?'],
  );
  expect(document.channels).toMatchObject({
    'kafka.payments': { 'x-owners': ['@shop', 'a@example.com'] },
    'nats.S.s': { 'x-owners': expect.anything() },
  });
  const nobodys = await exportAsyncApi(checked);
  expect(JSON.stringify(nobodys)).not.toContain('x-owners');
});
