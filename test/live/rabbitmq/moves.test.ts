import { connect } from 'amqplib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keptFiles, killAndGoOn, killsOf, momentIn, sayings, WAYS, type Watch } from '../dying.ts';
import { CliProject, eachLine } from './cli-project.ts';

const MESSAGES = 300;

eachLine('a queue of RabbitMQ %s that is replaced with its messages', (broker) => {
  const watch: Watch = {
    ports: [broker.url, broker.management].map((url) => Number(URL.parse(url)?.port)),
  };
  let project: CliProject;

  const body = (type: string, more: object = {}) => ({
    exchanges: { events: { type: 'topic' } },
    queues: { orders: { type, bindings: [{ from: 'events', key: 'order.#' }], ...more } },
  });

  beforeEach(async () => {
    project = new CliProject(broker);
    await reset();
  });
  afterEach(() => project?.remove());

  async function reset(): Promise<void> {
    await project.broker.delete('vhosts', project.vhost).catch(() => {});
    await project.makeVhost();
    project.declare(body('classic'));
    await project.expectFinished();
    await publish('events', 'order.created');
    project.declare(body('quorum'));
  }

  const url = () => `${broker.url}/${encodeURIComponent(project.vhost)}`;

  async function publish(exchange: string, key: string): Promise<void> {
    const connection = await connect(url());
    const channel = await connection.createConfirmChannel();
    for (let i = 0; i < MESSAGES; i++) channel.publish(exchange, key, Buffer.from(`message ${i}`));
    await channel.waitForConfirms();
    await connection.close();
  }

  async function contents(queue = 'orders'): Promise<string[]> {
    const connection = await connect(url());
    const channel = await connection.createChannel();
    const found: string[] = [];
    for (let message = await channel.get(queue, { noAck: true }); message; ) {
      found.push(`${message.fields.routingKey} ${message.content}`);
      message = await channel.get(queue, { noAck: true });
    }
    await connection.close();
    return found;
  }

  const sent = Array.from({ length: MESSAGES }, (_, i) => `order.created message ${i}`);

  async function expectMoved(): Promise<void> {
    await project.expectRun(0, 'plan', '--detailed-exitcode');
    const { vhost } = project;
    const listed = await project.broker.get('queues', vhost);
    expect(listed.map(({ name, type }) => `${name} ${type}`)).toEqual(['orders quorum']);
    const exchanges = (await project.broker.get('exchanges', vhost)).map(({ name }) => String(name));
    expect(exchanges.filter((name) => name.includes('brokerform'))).toEqual([]);
    expect(await project.broker.get('policies', vhost)).toEqual([]);
    expect(await project.bindings()).toEqual(['events → orders order.#']);
    expect(keptFiles(project)).toEqual([]);
  }

  test('the blocked plan offers it, and it keeps messages and their order', async () => {
    const flag = ['--move', project.address('queue', 'orders')];
    const blocked = await project.expectRun(3, 'plan');
    expect(blocked.stdout).toContain(`to proceed: --move '${flag[1]}'  keeps the messages`);
    const detached = await project.expectRun(64, 'apply', '--auto-approve', '--detach', ...flag);
    expect(detached.stderr).toContain('no broker can continue without it');
    const planned = await project.expectRun(0, 'plan', ...flag, '--out', 'plan.json');
    expect(planned.stdout).toContain(`moves ${MESSAGES} messages to the new queue`);
    await project.expectRun(0, 'apply', 'plan.json');
    await expectMoved();
    expect(await contents()).toEqual(sent);
  });

  test('as its declaration says, at a limited rate', async () => {
    project.declare(body('quorum', { move: true }));
    const began = Date.now();
    await project.expectRun(0, 'apply', '--auto-approve', '--limit-rate', '200');
    // Twice: to the hold queue and back. The first second's worth is not waited for.
    expect(Date.now() - began).toBeGreaterThan(1000);
    await expectMoved();
    expect(await contents()).toEqual(sent);
  });

  test('killed anywhere, and continued in any way: none is lost', async () => {
    const flags = ['--move', `main/queue/${project.vhost}/*`];
    await project.expectRun(0, 'plan', ...flags, '--out', 'plan.json');
    const bytes = await sayings(project, watch, 'apply', 'plan.json');
    await expectMoved();
    const kills = killsOf(2);
    for (let i = 0; i < kills; i++) {
      const way = WAYS[killsOf(0) > 0 ? i % WAYS.length : momentIn(WAYS.length + 1) - 1] ?? 'same command';
      await reset();
      await project.expectRun(0, 'plan', ...flags, '--out', 'plan.json');
      const count = momentIn(bytes);
      await killAndGoOn(project, watch, { way, count, allow: flags });
      await expectMoved();
      const found = await contents();
      expect({ way, count, lost: sent.filter((one) => !found.includes(one)) }).toEqual({
        way,
        count,
        lost: [],
      });
    }
  }, 3_600_000);

  test('renamed, and killed anywhere: the new name has its messages and bindings', async () => {
    const { vhost } = project;
    const rename = async () => {
      await reset();
      const theirs = { routing_key: 'theirs', arguments: {} };
      await project.broker.request('POST', ['bindings', vhost, 'e', 'events', 'q', 'orders'], theirs);
      const renamed = { type: 'quorum', was: 'orders', bindings: [{ from: 'events', key: 'order.#' }] };
      project.declare({ exchanges: { events: { type: 'topic' } }, queues: { sales: renamed } });
      await project.expectRun(0, 'plan', '--out', 'plan.json');
    };
    const expectRenamed = async () => {
      await project.expectRun(0, 'plan', '--detailed-exitcode');
      expect(await project.queues()).toEqual(['sales']);
      expect(await project.bindings()).toEqual(['events → sales order.#', 'events → sales theirs']);
      const exchanges = (await project.broker.get('exchanges', vhost)).map(({ name }) => String(name));
      expect(exchanges.filter((name) => name.includes('brokerform'))).toEqual([]);
    };
    await rename();
    const bytes = await sayings(project, watch, 'apply', 'plan.json');
    await expectRenamed();
    expect(await contents('sales')).toEqual(sent);
    for (let i = 0; i < killsOf(1); i++) {
      const way = WAYS[killsOf(0) > 0 ? i % WAYS.length : momentIn(WAYS.length + 1) - 1] ?? 'same command';
      await rename();
      const count = momentIn(bytes);
      await killAndGoOn(project, watch, { way, count, allow: [] });
      await expectRenamed();
      const found = await contents('sales');
      expect({ way, count, lost: sent.filter((one) => !found.includes(one)) }).toEqual({
        ...{ way, count, lost: [] },
      });
    }
  }, 3_600_000);
});
