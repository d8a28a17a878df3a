import { existsSync, mkdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type LocalNats, startNats } from '../../local/nats.ts';
import { type LocalRabbit, startRabbit } from '../../local/rabbitmq.ts';
import { FakeEngine } from '../cli/fake-engine.ts';
import { CliFolder } from './cli-folder.ts';

// The engine is a program of ours: what it is asked to start are real brokers of this machine, on the same ports.

const TOPOLOGY = `rabbitmq:
  queues: { orders: { type: quorum, max-length: 10 } }
nats:
  streams: { ORDERS: { subjects: [orders.>], num_replicas: 3, max_bytes: 1GiB } }
`;

describe.skipIf(!inject('rabbitmq').current || !inject('nats').current)('up, on real brokers', () => {
  let rabbit: LocalRabbit;
  let nats: LocalNats;
  const folders: CliFolder[] = [];

  beforeAll(async () => {
    [rabbit, nats] = await Promise.all([startRabbit('current'), startNats('current')]);
    // From here on, only their ports are known.
    await halt();
  });

  afterAll(async () => {
    await Promise.all([rabbit?.stop(), nats?.stop()]);
    for (const one of folders) one.removeFolder();
  });

  const start = () => Promise.all([rabbit.start(), nats.servers[0]?.start()]);
  const halt = () => Promise.all([rabbit.halt(), nats.servers[0]?.halt()]);

  function project(environments?: object): { folder: CliFolder; engine: FakeEngine } {
    const folder = new CliFolder({});
    folders.push(folder);
    const engine = new FakeEngine(folder.folder);
    folder.set({ PATH: engine.path });
    mkdirSync(folder.path('topologies'));
    folder.write('topologies/all.yaml', TOPOLOGY);
    folder.write('brokerform.yaml', {
      project: 'shop',
      brokers: {
        main: {
          type: 'rabbitmq',
          url: `\${RABBITMQ_URL:-${rabbit.url}}`,
          management: `\${RABBITMQ_MANAGEMENT_URL:-${rabbit.management}}`,
        },
        events: { type: 'nats', servers: [nats.url], 'target-version': '2.15' },
      },
      ...(environments && { environments }),
    });
    return { folder, engine };
  }

  test('from nothing to no changes, with an environment that up makes', async () => {
    const { folder, engine } = project();
    const up = folder.start('up');
    await engine.called('up');
    // Nothing answers yet: what is waited for is the broker, and not the engine.
    await start();
    const { code, stdout, stderr, output } = await up.ended;
    expect(code, output).toBe(0);
    expect(stdout).toContain('2 applied');
    expect(stdout).toMatch(/^main {4}rabbitmq \d+\.\d+\.\d+ {2}amqp:\/\/127\.0\.0\.1:\d+ {2}http:\/\/127/m);
    expect(stdout).not.toContain('guest');
    expect(stderr).toContain('To stop them: brokerform down');
    expect(engine.calls()).toEqual([
      expect.stringMatching(
        /^compose --project-name brokerform-shop-\w{6} --file \.brokerform\/compose\.yaml up --detach$/,
      ),
    ]);
    expect(folder.read('.brokerform/compose.yaml')).toContain(`127.0.0.1:${new URL(nats.url).port}:4222`);

    const again = await folder.run('up', '--format', 'json');
    expect(again.code, again.output).toBe(0);
    expect(again.stderr).toContain('No changes.');
    expect(JSON.parse(again.stdout)).toMatchObject({
      brokerform: 'up',
      environment: 'local',
      brokers: [
        { name: 'main', image: 'rabbitmq:4.3-management' },
        { name: 'events', image: 'nats:2.15-alpine' },
      ],
      report: { brokerform: 'report', steps: [] },
    });
    // The environment is there for every other command, too.
    expect(await folder.run('plan', '--env', 'local', '--detailed-exitcode')).toMatchObject({ code: 0 });

    expect(await folder.run('down')).toMatchObject({ code: 0, stdout: '' });
    expect(engine.calls().at(-1)).toMatch(/\/compose\.yaml down --remove-orphans$/);
    const unknown = await folder.run('plan', '--env', 'local');
    expect(unknown.code).toBe(65);
    expect(unknown.stderr).toContain('brokerform up');
    expect(await folder.run('down', '--volumes')).toMatchObject({ code: 0 });
    expect(engine.calls().at(-1)).toMatch(/ down --remove-orphans --volumes$/);
    expect(existsSync(folder.path('.brokerform/up.json'))).toBe(false);
    await halt();
  });
});
