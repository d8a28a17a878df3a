import { setTimeout as sleep } from 'node:timers/promises';
import { type ConfirmChannel, type ConsumeMessage, connect } from 'amqplib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CliProject, eachLine } from './cli-project.ts';

/** Bindings of each key: so many that a publisher sees them come back one after the other. */
const QUEUES = 40;
const KEYS = ['a', 'b', 'c'];

eachLine('an exchange of RabbitMQ %s that is replaced under load', (broker) => {
  let project: CliProject;

  beforeEach(async () => {
    project = new CliProject(broker);
    await project.makeVhost();
  });
  afterEach(() => project?.remove());

  const body = (type: string) => {
    const from = { from: 'events', keys: KEYS };
    const headers = KEYS.map((key) => ({ from: 'events', arguments: { key, 'x-match': 'all' } }));
    const bindings = type === 'headers' ? headers : [from];
    return {
      exchanges: { inlet: { type: 'fanout' }, events: { type, bindings: [{ from: 'inlet' }] } },
      queues: Object.fromEntries(Array.from({ length: QUEUES }, (_, i) => [`q${i}`, { bindings }])),
    };
  };

  const changes = [
    ['topic', 'direct'],
    ['direct', 'topic'],
    ['direct', 'fanout'],
    ['fanout', 'headers'],
  ] as const;

  test.each(changes)(
    'from %s to %s: what the broker confirms reaches every queue, once',
    async (from, to) => {
      project.declare(body(from));
      await project.expectFinished();
      project.declare(body(to));
      const publishers = [
        new Publisher(broker.url, project.vhost, 'events'),
        new Publisher(broker.url, project.vhost, 'inlet'),
      ];
      const running = publishers.map((publisher) => publisher.run());
      await sleep(200);
      await project.expectFinished();
      await sleep(200);
      for (const publisher of publishers) publisher.stop();
      await Promise.all(running);

      const confirmed = publishers.flatMap((one) => one.confirmed);
      expect(publishers.flatMap((one) => one.returned)).toEqual([]);
      expect(confirmed.length).toBeGreaterThan(100);
      const unsure = new Set(publishers.flatMap((one) => one.unsure));
      const expected = confirmed.sort();
      // A message that is routed while the exchange goes may miss any of them.
      for (let i = 0; i < QUEUES; i++) {
        const found = await drained(broker.url, project.vhost, `q${i}`);
        expect(found.filter((id) => !unsure.has(id)).sort()).toEqual(expected);
      }
      const left = (await project.broker.get('exchanges', project.vhost)).map(({ name }) => String(name));
      expect(left.filter((name) => name.includes('brokerform'))).toEqual([]);
      expect(await project.broker.get('policies', project.vhost)).toEqual([]);
    },
  );
});

/** Publishes one message after the other, with confirms and mandatory, and comes back when the exchange is away. */
class Publisher {
  readonly confirmed: string[] = [];
  readonly returned: string[] = [];
  /** Sent, and the channel closed before the confirm. */
  readonly unsure: string[] = [];
  readonly #url: string;
  readonly #exchange: string;
  #stopped = false;

  constructor(url: string, vhost: string, exchange: string) {
    this.#url = `${url}/${encodeURIComponent(vhost)}`;
    this.#exchange = exchange;
  }

  stop(): void {
    this.#stopped = true;
  }

  async run(): Promise<void> {
    const connection = await connect(this.#url);
    let count = 0;
    while (!this.#stopped) {
      const channel = await connection.createConfirmChannel();
      channel.on('error', () => {});
      channel.on('return', ({ properties }) => this.returned.push(properties.messageId));
      try {
        while (!this.#stopped)
          await this.#publish(channel, `${this.#exchange}-${count++}`, KEYS[count % KEYS.length] ?? '');
        await channel.close();
      } catch {
        // 404: the exchange is away for a moment.
      }
    }
    await connection.close();
  }

  async #publish(channel: ConfirmChannel, messageId: string, key: string): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      channel.once('close', reject);
      const options = { mandatory: true, messageId, headers: { key } };
      channel.publish(this.#exchange, key, Buffer.from('x'), options, (error) => {
        channel.off('close', reject);
        if (error) reject(error);
        else resolve();
      });
    }).catch((error) => {
      this.unsure.push(messageId);
      throw error;
    });
    this.confirmed.push(messageId);
  }
}

async function drained(url: string, vhost: string, queue: string): Promise<string[]> {
  const connection = await connect(`${url}/${encodeURIComponent(vhost)}`);
  const channel = await connection.createChannel();
  const found: string[] = [];
  const { messageCount } = await channel.checkQueue(queue);
  await new Promise<void>((resolve, reject) => {
    const take = (message: ConsumeMessage | null) => {
      if (message) found.push(message.properties.messageId);
      if (found.length >= messageCount) resolve();
    };
    channel.consume(queue, take, { noAck: true }).catch(reject);
    if (messageCount === 0) resolve();
  });
  await connection.close();
  return found;
}
