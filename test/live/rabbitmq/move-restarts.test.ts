import { connect } from 'amqplib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type LocalRabbit, startRabbit, Unavailable } from '../../../local/rabbitmq.ts';
import { killsOf, momentIn } from '../dying.ts';
import { CliProject, eachLine } from './cli-project.ts';
import { AMQP, startWires } from './wire.ts';

const MESSAGES = 300;
const NUMBERS = Array.from({ length: MESSAGES }, (_, i) => i);

const unbind = '\x00\x32\x00\x32';
const exchangeDelete = '\x00\x28\x00\x14';
const publish = '\x00\x3c\x00\x28';

interface Change {
  readonly to: object;
  /** The queue with the messages in the end. */
  readonly queue: string;
  readonly bindings: readonly string[];
  /** In each phase, a request that the broker does not answer any more. */
  readonly moments: Readonly<Record<string, readonly [method: string, count: number]>>;
}

const bound = { bindings: [{ from: 'events', key: 'k' }] };
const BEFORE = {
  exchanges: { events: { type: 'topic' } },
  queues: { orders: { type: 'classic', ...bound } },
};

const CHANGES: Readonly<Record<string, Change>> = {
  'a queue': {
    to: {
      exchanges: { events: { type: 'topic' } },
      queues: { orders: { type: 'quorum', move: true, ...bound } },
    },
    queue: 'orders',
    bindings: ['events → orders k'],
    moments: {
      prepare: [AMQP.exchangeDeclare, 1],
      divert: [unbind, 1],
      drain: [publish, 100],
      replace: [AMQP.queueDelete, 1],
      refill: [publish, MESSAGES + 100],
      return: [unbind, 2],
      clean: [exchangeDelete, 1],
    },
  },
  'a renamed queue': {
    to: {
      exchanges: { events: { type: 'topic' } },
      queues: { sales: { type: 'quorum', was: 'orders', ...bound } },
    },
    queue: 'sales',
    bindings: ['events → sales k'],
    moments: {
      prepare: [AMQP.exchangeDeclare, 1],
      divert: [unbind, 1],
      drain: [publish, 100],
      delete: [AMQP.queueDelete, 1],
      clean: [exchangeDelete, 1],
    },
  },
  'an exchange': {
    to: { exchanges: { events: { type: 'direct' } }, queues: { orders: { type: 'classic', ...bound } } },
    queue: 'orders',
    bindings: ['events → orders k'],
    moments: {
      detour: [AMQP.exchangeDeclare, 1],
      'bindings of the detour': [AMQP.queueBind, 1],
      'bindings taken from the old': [unbind, 1],
      deletion: [exchangeDelete, 1],
      declaration: [AMQP.exchangeDeclare, 2],
      bindings: [AMQP.queueBind, 2],
      clean: [exchangeDelete, 2],
    },
  },
};

const ALL = Object.entries(CHANGES).flatMap(([what, change]) =>
  Object.keys(change.moments).map((phase) => [what, phase] as const),
);

/** A quorum queue of 3.10.8 that is killed within a second of its declaration never answers again: these come so early. */
const isTooEarly = (what: string, phase: string) =>
  what === 'a renamed queue' || (what === 'a queue' && phase === 'prepare');

/** All of them where every kill is asked for, else one at random. */
function chosen(line: string) {
  const all = ALL.filter(([what, phase]) => line !== 'old' || !isTooEarly(what, phase));
  return Number.isFinite(killsOf(1)) ? all.slice(momentIn(all.length + 1) - 1).slice(0, 1) : all;
}

eachLine('a move and a restart of RabbitMQ %s', (_, line) => {
  const missing = process.env[`BROKERFORM_TEST_RABBITMQ_${line.toUpperCase()}_URL`] !== undefined;
  let own: LocalRabbit | undefined;

  beforeAll(async () => {
    if (missing) return;
    own = await startRabbit(line).catch((error) => {
      if (error instanceof Unavailable) return undefined;
      throw error;
    });
  });
  afterAll(() => own?.stop());

  test.skipIf(missing).for(chosen(line))(
    '%s, in the phase %s: it goes on, and no message is lost',
    { timeout: 240_000 },
    async ([what, phase], { skip }) => {
      const change = CHANGES[what];
      const [method, count] = change?.moments[phase] ?? [];
      if (!own || !change || method === undefined || count === undefined) return skip();
      const broker = own;
      const project = new CliProject(broker);
      const wires = await startWires(broker);
      try {
        await project.makeVhost();
        project.declare(BEFORE);
        await project.expectFinished();
        await fill(broker, project.vhost);
        project.declare(change.to);
        project.set({ URL: wires.url, MANAGEMENT: wires.management });
        let restarted: Promise<void> | undefined;
        wires.amqp.when(method, count, () => {
          restarted ??= broker.kill().then(() => broker.start());
        });
        const first = await project.run('apply', '--auto-approve');
        await restarted;
        // A broker that takes longer than an apply waits: the next one continues.
        if (first.code !== 0) await project.expectRun(0, 'apply', '--auto-approve', '--wait', '60s');
        expect({ what, phase, restarted: restarted !== undefined }).toEqual({ what, phase, restarted: true });
        await project.expectRun(0, 'plan', '--detailed-exitcode');
        expect(await project.queues()).toEqual([change.queue]);
        expect(await project.bindings()).toEqual(change.bindings);
        const exchanges = (await project.broker.get('exchanges', project.vhost)).map(({ name }) =>
          String(name),
        );
        expect(exchanges.filter((name) => name.includes('brokerform'))).toEqual([]);
        const found = await takeAll(broker, project.vhost, change.queue);
        // After a crash the broker may deliver again what was acknowledged just before.
        expect([...new Set(found)].sort((a, b) => a - b)).toEqual(NUMBERS);
      } finally {
        await wires.close();
        await project.remove();
      }
    },
  );
});

async function fill({ url }: LocalRabbit, vhost: string): Promise<void> {
  const connection = await connect(`${url}/${encodeURIComponent(vhost)}`);
  const channel = await connection.createConfirmChannel();
  for (const number of NUMBERS)
    channel.publish('events', 'k', Buffer.from(String(number)), { persistent: true });
  await channel.waitForConfirms();
  await connection.close();
}

async function takeAll({ url }: LocalRabbit, vhost: string, queue: string): Promise<number[]> {
  const connection = await connect(`${url}/${encodeURIComponent(vhost)}`);
  const channel = await connection.createChannel();
  const found: number[] = [];
  for (let message = await channel.get(queue, { noAck: true }); message; ) {
    found.push(Number(message.content.toString()));
    message = await channel.get(queue, { noAck: true });
  }
  await connection.close();
  return found;
}
