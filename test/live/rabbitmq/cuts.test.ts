import { afterEach, beforeEach, expect, test } from 'vitest';
import { eachLine, manyQueues, WiredProject } from './cli-project.ts';
import { AMQP, type Wires } from './wire.ts';

const LISTING = 'GET /api/queues/';

eachLine('a connection to RabbitMQ %s that is cut', (broker) => {
  let project: WiredProject;
  let wires: Wires;

  beforeEach(async () => {
    project = await WiredProject.start(broker);
    wires = project.wires;
  });
  afterEach(() => project?.remove());

  const cutBoth = () => {
    wires.amqp.cut(true);
    wires.http.cut(true);
  };
  const mend = () => {
    wires.amqp.mend();
    wires.http.mend();
  };

  test('while reading, once: it is read again', async () => {
    project.declare({ queues: manyQueues(3) });
    await project.expectFinished();
    wires.http.when(LISTING, 1, () => wires.http.cut());
    const { stdout } = await project.expectRun(0, 'plan', '--detailed-exitcode');
    expect(stdout).toContain('No changes.');
  });

  test('while reading, for good: nothing is applied', async () => {
    project.declare({ queues: manyQueues(3) });
    wires.http.when(LISTING, 1, cutBoth);
    const { stderr } = await project.expectRun(1, 'apply', '--auto-approve');
    expect(stderr).toMatch(/error: broker main: .*127\.0\.0\.1/);
    expect(await project.queues()).toEqual([]);
    mend();
    await project.expectFinished();
  });

  test('while declaring, again and again: it goes on, and all is done', async () => {
    project.declare({ queues: manyQueues(200) });
    for (const count of [40, 80, 120]) wires.amqp.when(AMQP.queueDeclare, count, () => wires.amqp.cut());
    for (const count of [40, 80, 120]) wires.amqp.when(AMQP.queueBind, count, () => wires.amqp.cut());
    await project.expectRun(0, 'apply', '--auto-approve', '--report', 'report.json');
    expect(project.statuses()).toEqual({ applied: 400 });
    expect(await project.bindings()).toHaveLength(200);
    await project.expectFinished();
  });

  test('while declaring, for good: what is not known is said, and the next apply finishes', async () => {
    project.declare({ queues: manyQueues(200) });
    const apply = project.start('apply', '--auto-approve', '--report', 'report.json');
    wires.amqp.when(AMQP.queueDeclare, 100, () => {
      cutBoth();
      // Nobody waits half a minute for a broker to come back.
      setTimeout(() => apply.kill('SIGINT'), 500);
    });
    const { code, stdout, stderr } = await apply.ended;
    expect([code, stderr]).toEqual([130, expect.stringContaining('Stopping')]);
    expect(stdout).toContain('interrupted by SIGINT');
    const { 'not-started': notStarted = 0, applied = 0, ...others } = project.statuses();
    expect(applied).toBe(0);
    expect(notStarted).toBeGreaterThan(200);
    expect(Object.keys(others).sort()).toEqual(['unknown', 'unverified']);
    const told = project.report().steps.filter(({ status }) => status === 'unverified');
    expect(told[0]?.failure?.message).toContain('could not read the live state after the apply');
    mend();
    await project.expectFinished();
    expect(await project.bindings()).toHaveLength(200);
  });

  test('while verifying, once: it is read again', async () => {
    project.declare({ queues: manyQueues(5) });
    wires.amqp.when(AMQP.queueBind, 1, () => wires.http.when(LISTING, 1, () => wires.http.cut()));
    await project.expectRun(0, 'apply', '--auto-approve', '--report', 'report.json');
    expect(project.statuses()).toEqual({ applied: 10 });
  });

  test('while verifying, for good: applied, but not seen', async () => {
    project.declare({ queues: manyQueues(5) });
    wires.amqp.when(AMQP.queueBind, 1, () => wires.http.when(LISTING, 1, cutBoth));
    const { stdout } = await project.expectRun(5, 'apply', '--auto-approve', '--report', 'report.json');
    expect(stdout).toContain('10 not verified');
    expect(project.statuses()).toEqual({ unverified: 10 });
    mend();
    const { stdout: next } = await project.expectRun(0, 'apply', '--auto-approve');
    expect(next).toContain('Nothing to do.');
  });
});
