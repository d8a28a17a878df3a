import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

const MESSAGES = 100;

eachLine('a move of RabbitMQ %s that was interrupted', (broker) => {
  let project: CliProject;

  const body = (type: string) => ({
    exchanges: { events: { type: 'topic' } },
    queues: { orders: { type, bindings: [{ from: 'events', key: 'order.#' }] } },
  });

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
    project.declare(body('classic'));
    await project.expectFinished();
    await publish(...numbers(0, MESSAGES));
    project.declare(body('quorum'));
    await killInDrain();
  });
  afterEach(() => project?.remove());

  const url = () => `${broker.url}/${encodeURIComponent(project.vhost)}`;

  function numbers(from: number, to: number): string[] {
    return Array.from({ length: to - from }, (_, i) => `message ${from + i}`);
  }

  async function publish(...bodies: string[]): Promise<void> {
    const connection = await connect(url());
    const channel = await connection.createConfirmChannel();
    for (const one of bodies)
      channel.publish('events', 'order.created', Buffer.from(one), { mandatory: true });
    await channel.waitForConfirms();
    await connection.close();
  }

  async function contents(queue: string): Promise<string[]> {
    const connection = await connect(url());
    const channel = await connection.createChannel();
    const found: string[] = [];
    for (let message = await channel.get(queue, { noAck: true }); message; ) {
      found.push(String(message.content));
      message = await channel.get(queue, { noAck: true });
    }
    await connection.close();
    return found;
  }

  /** Kills an apply while the messages go to the hold queue; new ones go to the park queue. */
  async function killInDrain(): Promise<void> {
    const flag = ['--move', project.address('queue', 'orders'), '--limit-rate', '50'];
    const apply = project.start('apply', '--auto-approve', ...flag);
    const diverted = 'events → orders.brokerform-park order.#';
    const isDiverted = async () => {
      const bindings = await project.bindings();
      return bindings.includes(diverted) && !bindings.includes('events → orders order.#');
    };
    while (!(await isDiverted())) await sleep(50);
    await sleep(200);
    apply.kill('SIGKILL');
    expect(await apply.ended).toMatchObject({ signal: 'SIGKILL' });
    await publish(...numbers(MESSAGES, MESSAGES + 10));
  }

  async function expectMoved(): Promise<void> {
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    expect(await project.queues()).toEqual(['orders']);
    expect(await project.bindings()).toEqual(['events → orders order.#']);
  }

  test('excluded, keeps its bindings; with a binding as the target, continues, so that no message comes twice', async () => {
    const before = await project.bindings();
    await project.expectRun(0, 'apply', '--auto-approve', '--exclude', project.address('queue', 'orders'));
    // Those of the queue were left alone, too.
    expect(await project.bindings()).toEqual(before);
    const target = ['--target', `${project.address('binding', 'events', 'queue', 'orders')}/**`];
    const planned = await project.expectRun(0, 'plan', ...target);
    expect(planned.stdout).toContain('continues the move of its messages');
    await project.expectRun(0, 'apply', '--auto-approve', ...target);
    await publish(...numbers(MESSAGES + 10, MESSAGES + 20));
    await expectMoved();
    const found = await contents('orders');
    // What was in flight at the kill came again; nothing else did.
    expect([...new Set(found)]).toEqual(numbers(0, MESSAGES + 20));
    expect(found.slice(-20)).toEqual(numbers(MESSAGES, MESSAGES + 20));
  });

  test('shows what it holds once the queue is no longer declared, deletes nothing, and continues when it is declared again', async () => {
    const count = MESSAGES + 10;
    project.declare({ exchanges: { events: { type: 'topic' } } });
    const planned = await project.expectRun(0, 'plan', '--out', 'plan.json');
    const shown = planned.stdout.slice(planned.stdout.indexOf('INTERRUPTED MOVES'));
    expect(shown).toMatch(/^ ! {2}queue orders {2}vhost /m);
    const left = [...shown.matchAll(/^ +queue (\S+) {2}(\d+) ready, 0 unacknowledged, 0 consumers$/gm)];
    expect(left.map(([, name]) => name)).toEqual([
      'orders',
      'orders.brokerform-hold',
      'orders.brokerform-park',
    ]);
    const sum = left.reduce((total, [, , ready]) => total + Number(ready), 0);
    // Those in flight at the kill may be in two queues.
    expect(sum).toBeGreaterThanOrEqual(count);
    expect(sum).toBeLessThanOrEqual(count + 50);
    expect((await project.expectRun(0, 'show', 'plan.json')).stdout).toBe(planned.stdout);
    expect((await project.expectRun(2, 'drift')).stdout).toContain('INTERRUPTED MOVES');
    await project.expectRun(0, 'apply', '--auto-approve');
    await project.expectRun(3, 'apply', '--auto-approve', '--prune');
    project.declare(body('quorum'));
    await project.expectRun(0, 'apply', '--auto-approve');
    await expectMoved();
    expect([...new Set(await contents('orders'))]).toEqual(numbers(0, count));
  });
});
