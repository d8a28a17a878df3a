import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptFiles } from '../dying.ts';
import { eachLine, WiredProject } from './cli-project.ts';
import { AMQP, type Wires } from './wire.ts';

eachLine('RabbitMQ %s that refuses the new one of a replacement', (broker) => {
  let project: WiredProject;
  let wires: Wires;

  beforeEach(async () => {
    project = await WiredProject.start(broker);
    wires = project.wires;
  });
  afterEach(() => project?.remove());

  const declared = (type: string) => ({
    exchanges: { events: { type: 'topic' } },
    queues: {
      orders: { type, bindings: [{ from: 'events', key: 'a' }] },
      other: { bindings: [{ from: 'events', key: 'b' }] },
    },
  });

  /** Keeps the declaration back until something has been done about the broker. */
  function whenDeclared(count: number, act: () => Promise<unknown>): void {
    wires.amqp.when(AMQP.queueDeclare, count, () => {
      wires.amqp.hold();
      act().finally(() => wires.amqp.release());
    });
  }

  test('the previous one is back, with all bindings, and the report says what was lost', async () => {
    const { broker: management, vhost } = project;
    project.declare(declared('classic'));
    await project.expectFinished();
    const path = ['bindings', vhost, 'e', 'amq.topic', 'q', 'orders'];
    await management.request('POST', path, { routing_key: 'theirs', arguments: {} });
    await project.publish('orders');
    const before = await project.bindings();

    project.declare(declared('quorum'));
    const key = `destructive:${project.address('queue', 'orders')}`;
    await project.expectRun(0, 'plan', '--allow', key, '--out', 'plan.json');
    // Between the deletion and the new queue, somebody limits the vhost to one queue, and lifts that afterwards.
    const limit = ['vhost-limits', vhost, 'max-queues'];
    wires.amqp.when(`${AMQP.queueDelete}\0\0\x06orders`, 1, () => {
      whenDeclared(1, () => management.put(limit, { value: 1 }));
      whenDeclared(2, () => management.delete(...limit));
    });
    const { stdout } = await project.expectRun(5, 'apply', 'plan.json', '--report', 'report.json');
    expect(stdout).toMatch(/previous queue restored with 2 dependents; lost: 1 ready/);
    expect(project.report().steps).toMatchObject([
      {
        status: 'failed',
        previous: 'restored',
        failure: { op: 'queue.declare' },
        affected: { text: expect.stringMatching(/^1 ready/) },
      },
    ]);
    const queues = await management.get('queues', vhost);
    expect(queues.map(({ name, type }) => `${name} ${type}`).sort()).toEqual([
      'orders classic',
      'other classic',
    ]);
    expect(await project.bindings()).toEqual(before);
    expect(keptFiles(project)).toEqual([]);

    await project.expectFinished('--allow', key);
    expect(await project.bindings()).toEqual(before);
  });
});
