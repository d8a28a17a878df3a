import { hostname } from 'node:os';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine, freshVhost, manyQueues, WiredProject } from './cli-project.ts';
import { AMQP } from './wire.ts';

/** The lock is a queue too: this is in the middle of those that the plan declares. */
const MIDDLE = 20;

const QUEUES = 200;

eachLine('one apply at a time to RabbitMQ %s', (broker) => {
  let first: WiredProject;
  let second: CliProject;

  beforeEach(async () => {
    first = await WiredProject.start(broker);
    // The same project, from another folder.
    second = new CliProject(broker, first.vhost);
    for (const project of [first, second]) project.declare({ queues: manyQueues(QUEUES) });
  });
  afterEach(async () => {
    second?.removeFolder();
    await first?.remove();
  });

  const apply = (...more: string[]) => ['apply', '--auto-approve', '--report', 'report.json', ...more];

  /** The first apply, which stops in the middle until its wires are released. */
  async function startAndHold() {
    const held = new Promise<void>((resolve) => {
      first.wires.amqp.when(AMQP.queueDeclare, MIDDLE, () => {
        first.wires.amqp.hold();
        resolve();
      });
    });
    const running = first.start(...apply());
    await held;
    return running;
  }

  test('a second one fails with who holds the lock, and one that waits follows', async () => {
    const running = await startAndHold();
    const { stderr } = await second.expectRun(1, ...apply('--format', 'json'));
    expect(stderr).toMatch(
      new RegExp(
        `broker main: locked by another apply of ${first.vhost}: .*${hostname()} \\(pid \\d+\\) since 20`,
      ),
    );
    expect(stderr).toContain('--wait-for-lock');
    expect(JSON.parse(second.read('report.json'))).toMatchObject({
      failure: { kind: 'locked', broker: 'main', message: expect.stringContaining('nothing was applied') },
    });
    await second.expectRun(0, 'plan');
    const waiting = second.start(...apply('--wait-for-lock', '100s'));
    await expect.poll(() => waiting.said(), { timeout: 20_000 }).toContain('waiting for main: locked by');
    first.wires.amqp.release();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(await waiting.ended).toMatchObject({ code: 0 });
    expect(second.report().notes).toBeUndefined();
    await second.expectRun(0, 'plan', '--detailed-exitcode');
  });

  test('without a lock, a second one runs beside the first', async () => {
    const running = await startAndHold();
    await second.expectRun(0, ...apply('--no-lock'));
    first.wires.amqp.release();
    expect([0, 5]).toContain((await running.ended).code);
  });

  test('a holder that is killed leaves no lock', async () => {
    const running = await startAndHold();
    running.kill('SIGKILL');
    await running.ended;
    first.wires.amqp.cut();
    await second.expectRun(0, ...apply());
  });

  test('a connection that is cut in the middle takes its lock again', async () => {
    first.wires.amqp.when(AMQP.queueDeclare, MIDDLE, () => first.wires.amqp.cut());
    const held = new Promise<void>((resolve) => {
      first.wires.amqp.when(AMQP.queueDeclare, 4 * MIDDLE, () => {
        first.wires.amqp.hold();
        resolve();
      });
    });
    const running = first.start(...apply());
    await held;
    expect((await second.expectRun(1, ...apply())).stderr).toContain('locked by another apply');
    first.wires.amqp.release();
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(first.report().notes).toBeUndefined();
    await first.expectRun(0, 'plan', '--detailed-exitcode');
  });

  test('one whose lock was lost and taken by another starts nothing more, and says why', async () => {
    const other = await WiredProject.start(broker);
    other.configure({ project: first.vhost, owns: {} });
    other.write('topology.yaml', second.read('topology.yaml'));
    const lost = new Promise<void>((resolve) => {
      first.wires.amqp.when(AMQP.queueDeclare, MIDDLE, () => {
        first.wires.http.hold();
        first.wires.amqp.cut(true);
        resolve();
      });
    });
    const running = first.start(...apply());
    await lost;
    const held = new Promise<void>((resolve) => {
      other.wires.amqp.when(AMQP.queueDeclare, MIDDLE, () => {
        other.wires.amqp.hold();
        resolve();
      });
    });
    const taking = other.start(...apply());
    await held;
    const asked = new Promise<void>((resolve) => {
      first.wires.amqp.when(AMQP.queueDeclare, 1, resolve);
    });
    first.wires.amqp.mend();
    await asked;
    first.wires.http.release();
    const { code, stdout } = await running.ended;
    expect({ code, stdout }).toMatchObject({ code: 5 });
    expect(stdout).toContain(`main: the lock was lost, and another apply of ${first.vhost} has taken it`);
    expect(first.statuses()['not-started']).toBeGreaterThan(0);
    other.wires.amqp.release();
    expect(await taking.ended).toMatchObject({ code: 0 });
    await other.remove();
  });

  test('a user without rights in / applies without a lock and is told, and takes one in the vhost of "url"', async () => {
    const { broker: api, vhost } = second;
    const user = freshVhost();
    await api.put(['users', user], { password: 'p', tags: 'management' });
    await api.put(['permissions', vhost, user], { configure: '.*', write: '.*', read: '.*' });
    const as = (url: string) => url.replace('guest:guest@', `${user}:p@`);
    const management = broker.management.replace('//', `//${user}:p@`);
    second.set({ URL: as(broker.url), MANAGEMENT: management });
    second.declare({ queues: { a: {} } });
    expect((await second.expectRun(0, ...apply())).stdout).toMatch(
      /main: applied without a lock: .*refused vhost "\/" to user .*"url" can name another vhost/,
    );
    second.set({ URL: `${as(broker.url)}/${vhost}` });
    second.declare({ queues: { a: {}, b: {} } });
    await second.expectRun(0, ...apply());
    expect(second.report().notes).toBeUndefined();
    // A vhost without room for both the queue and the lock.
    await api.put(['vhost-limits', vhost, 'max-queues'], { value: 3 });
    second.declare({ queues: { a: {}, b: {}, c: {} } });
    await second.expectRun(0, ...apply());
    expect(second.report().notes).toEqual([expect.stringContaining('limits its queues')]);
    await api.delete('users', user);
  });

  test('without AMQP there is no lock', async () => {
    second.configure({ brokers: { main: { type: 'rabbitmq', management: broker.management } } });
    second.declare({ queues: { a: {} } });
    await second.expectRun(0, ...apply());
    expect(second.report().notes).toEqual([expect.stringContaining('has no "url"')]);
  });
});
