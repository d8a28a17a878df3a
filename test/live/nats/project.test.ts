import { randomInt } from 'node:crypto';
import { afterEach, expect, inject, test } from 'vitest';
import { type LocalNats, natsLines, startNats } from '../../../local/nats.ts';
import type { JsonObject } from '../../../src/model/index.ts';
import { Management } from '../rabbitmq/management.ts';
import { NatsProject } from './cli-project.ts';
import { describeLines } from './lines.ts';
import { PlainServer } from './plain.ts';

const SECOND = 1_000_000_000;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function start(
  line: Parameters<typeof startNats>[0],
): Promise<{ nats: LocalNats; server: PlainServer }> {
  const nats = await startNats(line);
  const server = await PlainServer.connect(nats.url);
  ends.push(nats.stop, () => server.close());
  return { nats, server };
}

function projectOf(...servers: readonly string[]): NatsProject {
  const project = new NatsProject(servers);
  ends.push(() => project.removeFolder());
  return project;
}

/** What people and other clients have made over the years, on servers of this line. */
async function furnish(server: PlainServer, line: string): Promise<void> {
  const modern: JsonObject = line === 'old' ? {} : { compression: 's2', metadata: { team: 'shop' } };
  const streams: JsonObject[] = [
    {
      name: 'ORDERS',
      subjects: ['orders.>'],
      max_age: 86_400 * SECOND,
      max_msgs: { $int: '9007199254740993' },
      ...modern,
    },
    {
      name: 'Größe_日本',
      subjects: ['größe.*'],
      max_bytes: 1_000_003,
      discard: 'new',
      no_ack: true,
      republish: { dest: 'again.>' },
    },
    { name: 'COPY', mirror: { name: 'ORDERS', filter_subject: 'orders.eu' }, num_replicas: 1 },
    {
      name: 'ALL',
      sources: [{ name: 'ORDERS', opt_start_seq: 7 }],
      storage: 'memory',
    },
    {
      name: 'JOBS',
      subjects: ['jobs'],
      retention: 'workqueue',
      deny_purge: true,
      duplicate_window: 5 * SECOND,
    },
    // As clients other than nats.go make a bucket.
    {
      name: 'KV_settings',
      subjects: ['$KV.settings.>'],
      max_msgs_per_subject: 3,
      allow_rollup_hdrs: true,
      discard: 'new',
    },
    {
      name: 'OBJ_files',
      subjects: ['$O.files.C.>', '$O.files.M.>'],
      allow_rollup_hdrs: true,
      discard: 'new',
      max_age: 60 * SECOND,
    },
  ];
  for (const config of streams) await server.demand(`STREAM.CREATE.${config.name}`, config);
  const consumers: [string, JsonObject][] = [
    [
      'ORDERS',
      { durable_name: 'worker', ack_policy: 'explicit', backoff: [SECOND, 60 * SECOND], max_deliver: 3 },
    ],
    [
      'ORDERS',
      {
        durable_name: 'pushed',
        ack_policy: 'none',
        deliver_subject: 'push.x',
        deliver_group: 'g',
        flow_control: true,
        idle_heartbeat: SECOND,
      },
    ],
    [
      'ORDERS',
      {
        durable_name: 'late',
        ack_policy: 'all',
        deliver_policy: 'by_start_time',
        opt_start_time: '2026-01-01T02:00:00.5+02:00',
        sample_freq: '30%',
      },
    ],
    ['JOBS', { durable_name: 'Ünï', ack_policy: 'explicit', filter_subject: 'jobs' }],
    ['KV_settings', { durable_name: 'watch', ack_policy: 'explicit', inactive_threshold: 3600 * SECOND }],
  ];
  for (const [stream, config] of consumers) {
    await server.demand(`CONSUMER.DURABLE.CREATE.${stream}.${config.durable_name}`, {
      stream_name: stream,
      config,
    });
  }
  const ephemeral = {
    stream_name: 'ORDERS',
    config: { ack_policy: 'none', inactive_threshold: 600 * SECOND },
  };
  await server.demand('CONSUMER.CREATE.ORDERS', ephemeral);
}

describeLines(
  (line) => {
    test('what is imported plans empty, live and against a snapshot; drift tells what was changed by hand', async () => {
      const { nats, server } = await start(line);
      await furnish(server, line);
      const before = await server.listing();
      const project = projectOf(nats.url);
      project.configure({}, { topologies: ['imported/*.yaml'], owns: { main: ['**'] } });
      await project.expectRun(0, 'import', '--out', 'imported');
      const planned = await project.expectRun(0, 'plan', '--detailed-exitcode');
      expect(planned.stdout).toContain('No changes. 12 in sync');
      await project.expectRun(0, 'drift');
      await project.expectRun(0, 'apply', '--auto-approve', '--prune');
      expect(await server.listing()).toEqual(before);

      await project.expectRun(0, 'import', '--format', 'snapshot', '--out', 'snapshots');
      project.set({ NATS_URL: 'nats://127.0.0.1:1' });
      const against = ['plan', '--against', 'snapshots/snapshot.json', '--detailed-exitcode'];
      await project.expectRun(0, ...against);

      project.set({ NATS_URL: nats.url });
      await server.demand('STREAM.DELETE.JOBS');
      await server.demand('STREAM.CREATE.BY_HAND', { name: 'BY_HAND' });
      await server.demand('STREAM.UPDATE.ALL', {
        name: 'ALL',
        sources: [{ name: 'ORDERS', opt_start_seq: 7 }],
        storage: 'memory',
        max_msgs: 5,
      });
      const { stdout } = await project.expectRun(2, 'drift');
      expect(stdout).toContain('+  stream JOBS');
      expect(stdout).toContain('+  consumer Ünï  stream JOBS');
      expect(stdout).toMatch(/ ~ {2}stream ALL/);
      expect(stdout).toContain('?  main/stream/BY_HAND');
    });

    test('doctor says that all is well', async () => {
      const { nats } = await start(line);
      const project = projectOf(nats.url);
      project.declare({});
      const { stdout } = await project.expectRun(0, 'doctor');
      for (const name of [
        'connection',
        'JetStream',
        'limits of account',
        'rights to plan',
        'rights to apply',
      ]) {
        expect(stdout).toContain(name);
      }
    });
  },
  { title: 'a project' },
);

test('several servers and a RabbitMQ broker are one plan and one apply', async ({ skip }) => {
  const urls = natsLines.map((line) => inject('nats')[line]?.url);
  const rabbit = inject('rabbitmq').current;
  if (urls.includes(undefined) || !rabbit) skip('needs RabbitMQ current and NATS of every line');
  // A second try must not meet what the first one left.
  const name = `P${process.pid}-${randomInt(1_000_000)}`;
  const servers = await Promise.all(urls.map((url) => PlainServer.connect(url ?? '')));
  const management = new Management(rabbit?.management ?? '');
  ends.push(
    ...servers.map((server) => () => server.close()),
    ...servers.map((server) => () => server.request(`STREAM.DELETE.${name}`)),
    () => management.delete('vhosts', name),
  );
  const project = projectOf();
  const nats = Object.fromEntries(
    natsLines.map((line, i) => [line, { type: 'nats', servers: [urls[i] ?? ''] }]),
  );
  project.write('brokerform.yaml', {
    // Applies of one project exclude each other, and tests share a broker.
    project: name,
    topologies: ['*.topology.yaml'],
    brokers: {
      ...nats,
      rabbit: { type: 'rabbitmq', url: rabbit?.url ?? '', management: rabbit?.management ?? '' },
    },
  });
  for (const [i, line] of natsLines.entries()) {
    project.write(`${line}.topology.yaml`, {
      nats: { broker: line, streams: { [name]: { max_msgs: i + 1, consumers: { c: {} } } } },
    });
  }
  project.write('rabbit.topology.yaml', {
    rabbitmq: { vhosts: { [name]: { queues: { orders: { 'max-length': 5 } } } } },
  });

  const { stdout } = await project.expectRun(0, 'plan', '--out', 'plan.json');
  expect(stdout).toContain('8 safe');
  for (const line of natsLines) expect(stdout).toContain(` +  stream ${name}  broker ${line} `);
  expect((await project.expectRun(0, 'apply', 'plan.json', '--report', 'report.json')).stdout).toContain(
    '8 applied',
  );
  await project.expectRun(0, 'plan', '--detailed-exitcode');
  for (const [i, server] of servers.entries()) {
    expect((await server.streams()).get(name)).toMatchObject({ config: { max_msgs: i + 1 } });
  }
  // A plan for one server does not run against another one.
  project.write('old.topology.yaml', {
    nats: { broker: 'old', streams: { [name]: { max_msgs: 99, consumers: { c: {} } } } },
  });
  await project.expectRun(0, 'plan', '--out', 'plan.json');
  project.write('brokerform.yaml', project.read('brokerform.yaml').replace(urls[0] ?? '', urls[2] ?? ''));
  expect((await project.expectRun(4, 'apply', 'plan.json')).stderr).toContain('nothing was applied');
});
