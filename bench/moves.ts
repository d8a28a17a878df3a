import amqp, { type ChannelModel } from 'amqplib';
import { type LocalRabbit, startRabbit } from '../local/rabbitmq.ts';
import { moveCalls } from '../src/brokers/rabbitmq/kinds/queue/move.ts';
// The library has no function for a move alone; most of this is the broker's work.
import { connect } from '../src/brokers/rabbitmq/session/index.ts';
import { makeAddress } from '../src/model/index.ts';
import { alternate, cpuOf, timeOf } from './measure.ts';
import { createVhost, deleteVhost } from './rabbitmq-raw.ts';
import { type Figure, ratio, type Section } from './report.ts';
import type { Settings } from './settings.ts';

const MESSAGES = 100_000;
const SIZE = 1024;
/** As brokerform's own. */
const PREFETCH = 400;
const ROUNDS = 2;

/** A move of a queue's messages to a new queue of the same name, on a real broker. */
export async function benchMoves({ line }: Settings): Promise<Section> {
  const broker = await startRabbit(line);
  try {
    const figures: Figure[] = [];
    for (const [from, to] of [
      ['classic', 'quorum'],
      ['quorum', 'classic'],
    ] as const) {
      figures.push(...(await measureMove(broker, from, to)));
    }
    return {
      title: `Moves of messages, RabbitMQ ${line}`,
      about: `All phases of a move of ${MESSAGES.toLocaleString('en-US')} messages of 1 KiB to a new queue of the same name,
the waits for fresh counts included. It takes each message twice, to the hold queue and back. The raw client is
amqplib: it consumes with the same prefetch (${PREFETCH}), publishes with confirms to a queue of the new type, and
acknowledges each message after its confirm, once.`,
      with: [`RabbitMQ ${broker.version}`],
      figures,
    };
  } finally {
    await broker.stop();
  }
}

async function measureMove(broker: LocalRabbit, from: string, to: string): Promise<Figure[]> {
  const vhost = 'bench-moves';
  const fresh = async (work: (connection: ChannelModel) => Promise<void>) => {
    await createVhost(broker, vhost);
    const connection = await amqp.connect(`${broker.url}/${vhost}`, { noDelay: true });
    await fill(connection, from);
    await work(connection);
    await connection.close();
    await deleteVhost(broker, vhost);
  };
  const times = await alternate(ROUNDS, [
    (timed) => fresh(() => timed('move', () => moveAll(broker, vhost, to))),
    (timed) => fresh((connection) => timed('raw', () => moveRaw(connection, to))),
  ]);
  const [ours, raw] = [timeOf(times, 'move'), timeOf(times, 'raw')];
  return [
    ratio(`${from} to ${to}, all phases`, ours, raw, 2),
    ratio('… its own CPU time', timeOf(times, cpuOf('move')), timeOf(times, cpuOf('raw'))),
  ];
}

async function fill(connection: ChannelModel, type: string): Promise<void> {
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('queue', { arguments: { 'x-queue-type': type } });
  await channel.bindQueue('queue', 'amq.topic', '#');
  const body = Buffer.alloc(SIZE, 'x');
  for (let sent = 0; sent < MESSAGES; sent++) {
    channel.publish('amq.topic', 'key', body, { persistent: true, headers: { sent } });
    if (sent % 2000 === 0) await channel.waitForConfirms();
  }
  await channel.waitForConfirms();
  await channel.close();
}

async function moveAll({ url, management }: LocalRabbit, vhost: string, to: string): Promise<void> {
  const session = await connect({
    name: 'bench',
    type: 'rabbitmq',
    settings: { url, management },
    resolve: (text) => text,
    timeout: 30_000,
  });
  const declare = {
    vhost,
    name: 'queue',
    durable: true,
    autoDelete: false,
    arguments: { 'x-queue-type': to },
  };
  const calls = moveCalls(makeAddress('bench', 'queue', vhost, 'queue'), { declare, allowGap: false });
  const never = new AbortController().signal;
  for await (const { status, failure } of session.send([calls], { drain: never, abort: never })) {
    if (status !== 'done') throw new Error(failure?.message ?? status);
  }
  await session.close();
}

async function moveRaw(connection: ChannelModel, to: string): Promise<void> {
  const channel = await connection.createConfirmChannel();
  await channel.assertQueue('other', { arguments: { 'x-queue-type': to } });
  await channel.prefetch(PREFETCH);
  let moved = 0;
  await new Promise<void>((resolve, reject) => {
    const onMessage = (message: amqp.ConsumeMessage | null) => {
      if (!message) return;
      channel.sendToQueue('other', message.content, { ...message.properties }, (error) => {
        if (error) return reject(error);
        channel.ack(message);
        if (++moved === MESSAGES) resolve();
      });
    };
    channel.consume('queue', onMessage).catch(reject);
  });
  await channel.close();
}
