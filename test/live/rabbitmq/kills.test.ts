import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptFiles, killAndGoOn, killsOf, sayings, WAYS, type Watch } from '../dying.ts';
import { CliProject, eachLine } from './cli-project.ts';

/** Every request that changes something: methods of AMQP's exchange and queue classes, and what is not a GET. */
const CALLS =
  '\\x01.{6}\\x00(?:\\x28\\x00[\\x0a\\x14\\x1e\\x28]|\\x32\\x00[\\x0a\\x14\\x28\\x32])|(?:PUT|POST|DELETE) /api/';

eachLine('an apply to RabbitMQ %s that is killed', (broker, line) => {
  const watch: Watch = {
    ports: [broker.url, broker.management].map((url) => Number(URL.parse(url)?.port)),
    pattern: CALLS,
  };
  let project: CliProject;
  let allow: string[];

  beforeEach(async () => {
    project = new CliProject(broker);
    allow = ['queue', 'exchange'].flatMap((kind) => ['--allow', `destructive:main/${kind}/**`]);
    await reset();
    project.declare(
      {
        exchanges: { events: { type: 'direct' }, fresh: { type: 'direct' } },
        queues: {
          orders: { type: 'quorum', bindings: [{ from: 'events', keys: ['a', 'b'] }] },
          audit: { bindings: [{ from: 'fresh', key: 'k' }] },
          added: { bindings: [{ from: 'events', key: 'c' }] },
        },
        policies: { limit: { pattern: '^audit$', 'apply-to': 'queues', definition: { 'max-length': 100 } } },
      },
      { retired: [project.address('queue', 'old')] },
    );
  });
  afterEach(() => project?.remove());

  /** An exchange and a queue that are to be replaced and share bindings, declared ones and those of others. */
  async function reset(): Promise<void> {
    const { vhost, broker: management } = project;
    await management.delete('vhosts', vhost).catch(() => {});
    await project.makeVhost();
    const queue = (name: string) => ({ name, durable: true, auto_delete: false, arguments: {} });
    const bind = (source: string, destination: string, routing_key: string, destination_type = 'queue') => ({
      ...{ source, destination, destination_type, routing_key, arguments: {} },
    });
    const exchange = { durable: true, auto_delete: false, internal: false, arguments: {} };
    await management.request('POST', ['definitions', vhost], {
      queues: ['orders', 'audit', 'old'].map(queue),
      exchanges: [
        { name: 'events', type: 'topic', ...exchange },
        { name: 'taps', type: 'fanout', ...exchange },
      ],
      bindings: [
        ...[bind('events', 'orders', 'a'), bind('events', 'orders', 'theirs'), bind('events', 'old', 'x')],
        ...[bind('amq.topic', 'orders', 'theirs'), bind('events', 'audit', 'theirs')],
        ...[bind('events', 'taps', 'theirs', 'exchange'), bind('taps', 'events', 'theirs', 'exchange')],
      ],
    });
  }

  async function state(): Promise<unknown> {
    const { broker: management, vhost } = project;
    const [queues, exchanges, policies] = await Promise.all(
      ['queues', 'exchanges', 'policies'].map((what) => management.get(what, vhost)),
    );
    return {
      queues: queues?.map((one) => `${one.name} ${one.type}`).sort(),
      exchanges: exchanges?.map((one) => `${one.name} ${one.type}`).sort(),
      policies: policies?.map((one) => one.name),
      bindings: await project.bindings(),
    };
  }

  test('at any call, and any way on: all is declared, and nothing of others is lost', async () => {
    await project.expectRun(0, 'plan', ...allow, '--out', 'plan.json');
    const calls = await sayings(project, watch, 'apply', 'plan.json');
    const wanted = await state();
    expect(wanted).toMatchObject({ bindings: expect.arrayContaining(['events → orders theirs']) });
    expect(calls).toBeGreaterThan(12);
    const all = WAYS.flatMap((way) => Array.from({ length: calls }, (_, i) => ({ way, count: i + 1 })));
    // Spread over calls and ways; all of them where as many are asked for.
    const stride = Math.max(1, Math.ceil(all.length / killsOf(4)));
    const chosen = all.filter((_, i) => i % stride === Math.floor(stride / 2));
    for (const { way, count } of chosen) {
      await reset();
      await killAndGoOn(project, watch, { way, count, allow });
      expect({ way, count, state: await state(), kept: keptFiles(project) }).toEqual({
        ...{ way, count, state: wanted, kept: [] },
      });
    }
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    console.log(`RabbitMQ ${line}: ${chosen.length} kills at ${calls} calls`);
  }, 3_600_000);
});
