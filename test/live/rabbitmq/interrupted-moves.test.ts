import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'amqplib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine, sharedBroker } from './cli-project.ts';

const MESSAGES = 100;

eachLine('a move of RabbitMQ %s that was interrupted', (line) => {
  const broker = sharedBroker(line);
  let project: CliProject;

  const body = (type: string) => ({
    exchanges: { events: { type: 'topic' } },
    queues: { orders: { type, bindings: [{ from: 'events', key: 'order.#' }] } },
  });

  beforeEach(async () => {
    if (broker.missing) return;
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

  test.skipIf(broker.missing)(
    'continues with its bindings alone as the target, so that no message comes twice',
    async () => {
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
    },
  );

  test.skipIf(broker.missing)('excluded, it leaves the bindings of the queue alone', async () => {
    const exclude = ['--exclude', project.address('queue', 'orders')];
    const before = await project.bindings();
    await project.expectRun(0, 'apply', '--auto-approve', ...exclude);
    expect(await project.bindings()).toEqual(before);
    expect(await contents('orders.brokerform-park')).toEqual(numbers(MESSAGES, MESSAGES + 10));
  });
});
