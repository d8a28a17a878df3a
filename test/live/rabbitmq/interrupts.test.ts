import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Running } from '../cli-folder.ts';
import { keptFiles } from '../dying.ts';
import { eachLine, manyQueues, WiredProject } from './cli-project.ts';
import { AMQP, type Wires } from './wire.ts';

const COUNT = 100;

/** What follows a method about the queue "orders", which tells it from one about a trial queue. */
const ORDERS = '\0\0\x06orders';

const orders = (type: string) => ({
  exchanges: { events: { type: 'topic' } },
  queues: { orders: { type, bindings: [{ from: 'events', keys: ['a', 'b.#'] }] } },
});

eachLine('an apply to RabbitMQ %s that is interrupted', (broker) => {
  let project: WiredProject;
  let wires: Wires;

  beforeEach(async () => {
    project = await WiredProject.start(broker);
    wires = project.wires;
    project.declare({ queues: manyQueues(COUNT) });
  });
  afterEach(() => project?.remove());

  /** Starts an apply, holds its calls once some queues are declared, and acts while they are in flight. */
  async function applyAndStop(act: (apply: Running) => void): Promise<Awaited<Running['ended']>> {
    const apply = project.start('apply', '--auto-approve', '--report', 'report.json');
    wires.amqp.when(AMQP.queueDeclare, 40, () => {
      wires.amqp.hold();
      act(apply);
    });
    return apply.ended;
  }

  /** A binding that nobody declares. */
  async function bindAsOthers(): Promise<void> {
    const path = ['bindings', project.vhost, 'e', 'amq.topic', 'q', 'orders'];
    await project.broker.request('POST', path, { routing_key: 'theirs', arguments: {} });
  }

  async function expectRest(): Promise<void> {
    wires.amqp.release();
    await project.expectFinished();
    expect(await project.queues()).toHaveLength(COUNT);
    expect(await project.bindings()).toHaveLength(COUNT);
  }

  for (const [signal, exit] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} once: what is in flight is finished, and reported`, async () => {
      const { code, stdout, stderr } = await applyAndStop((apply) => {
        apply.kill(signal);
        setTimeout(() => wires.amqp.release(), 300);
      });
      expect(code).toBe(exit);
      expect(stderr).toContain('Stopping after in-flight calls');
      expect(stdout).toContain(`interrupted by ${signal}`);
      expect(project.report().interrupted).toBe(signal);
      const { applied = 0, 'not-started': notStarted = 0 } = project.statuses();
      expect(applied).toBeGreaterThanOrEqual(40);
      expect(applied).toBeLessThan(COUNT);
      expect(applied + notStarted).toBe(2 * COUNT);
      // The report tells the truth: exactly what it calls applied is there.
      expect(await project.queues()).toHaveLength(applied);
      await expectRest();
    });
  }

  test('SIGINT twice: gives up at once, and says what it does not know', async () => {
    const { code, stderr } = await applyAndStop((apply) => {
      apply.kill('SIGINT');
      setTimeout(() => apply.kill('SIGINT'), 300);
    });
    expect(code).toBe(130);
    expect(stderr).toContain('Giving up.');
    const { unknown = 0, unverified = 0, applied = 0, 'not-started': notStarted = 0 } = project.statuses();
    expect(unknown).toBeGreaterThan(0);
    expect(unknown + unverified + applied + notStarted).toBe(2 * COUNT);
    await expectRest();
  });

  test('SIGINT while planning: nothing was changed', async () => {
    const plan = project.start('apply', '--auto-approve', '--report', 'report.json');
    wires.http.when('GET /api/queues/', 1, () => {
      wires.http.hold();
      plan.kill('SIGINT');
    });
    const { code, stderr } = await plan.ended;
    expect(code).toBe(130);
    expect(stderr).toContain('interrupted by SIGINT; nothing was changed');
    expect(JSON.parse(project.read('report.json')).failure.kind).toBe('interrupted');
    wires.http.release();
    await expectRest();
  });

  test('SIGKILL in the middle of an apply', async () => {
    const { signal } = await applyAndStop((apply) => apply.kill('SIGKILL'));
    expect(signal).toBe('SIGKILL');
    expect(existsSync(project.path('report.json'))).toBe(false);
    const left = await project.queues();
    expect(left.length).toBeLessThan(COUNT);
    await expectRest();
  });

  test('SIGKILL in the middle of a replacement: a saved plan restores all bindings', async () => {
    project.declare(orders('classic'));
    await project.expectFinished();
    await bindAsOthers();

    project.declare(orders('quorum'));
    const key = `destructive:${project.address('queue', 'orders')}`;
    await project.expectRun(0, 'plan', '--allow', key, '--out', 'plan.json');
    const apply = project.start('apply', 'plan.json');
    // The old queue is gone, and the new one is never heard of.
    wires.amqp.when(`${AMQP.queueDelete}${ORDERS}`, 1, () =>
      wires.amqp.when(`${AMQP.queueDeclare}${ORDERS}`, 1, () => {
        wires.amqp.cut(true);
        apply.kill('SIGKILL');
      }),
    );
    await apply.ended;
    wires.amqp.mend();
    expect(await project.queues()).toEqual([]);

    await project.expectRun(0, 'apply', 'plan.json', '--report', 'report.json');
    expect(project.statuses()).toEqual({ applied: 1 });
    expect(await project.bindings()).toEqual([
      'amq.topic → orders theirs',
      'events → orders a',
      'events → orders b.#',
    ]);
    await project.expectRun(0, 'plan', '--detailed-exitcode');
  });

  test('SIGKILL in the middle of a replacement: the next plan brings back what others made, and says from where', async () => {
    project.declare(orders('classic'));
    await project.expectFinished();
    await bindAsOthers();
    project.declare(orders('quorum'));
    const key = `destructive:${project.address('queue', 'orders')}`;
    const apply = project.start('apply', '--auto-approve', '--allow', key);
    wires.amqp.when(AMQP.queueBind, 1, () => {
      wires.amqp.cut(true);
      apply.kill('SIGKILL');
    });
    await apply.ended;
    wires.amqp.mend();
    const { stdout } = await project.expectRun(2, 'plan', '--detailed-exitcode');
    expect(stdout).toMatch(/\+ {2}binding amq\.topic → orders/);
    expect(stdout).toMatch(
      /lost in an interrupted apply; re-created from \.brokerform\/unfinished-\S+\.json/,
    );
    expect(keptFiles(project)).toHaveLength(1);
    await project.expectRun(0, 'apply', '--auto-approve');
    expect(await project.bindings()).toContain('amq.topic → orders theirs');
    expect(keptFiles(project)).toEqual([]);
    await project.expectRun(0, 'plan', '--detailed-exitcode');
  });

  test('two applies at once both end well', async () => {
    const ended = await Promise.all([
      project.run('apply', '--auto-approve'),
      project.run('apply', '--auto-approve'),
    ]);
    expect(ended.map(({ code, stdout, stderr }) => (code === 0 ? 0 : stdout + stderr))).toEqual([0, 0]);
    await expectRest();
  });
});
