import { createConnection } from 'node:net';
import amqp from 'amqplib';
import { describe, expect, test } from 'vitest';
import { brokerOf, LINES, open, send } from '../live.ts';
import { CHANGES, Shop } from './queues.ts';

/** Every type that a header may have, with values that clients' own number types lose. */
const HEADERS: Readonly<Record<string, unknown>> = {
  long: { '!': 'long', value: 9_007_199_254_740_993n },
  negative: { '!': 'long', value: -9_223_372_036_854_775_808n },
  one: { '!': 'long', value: 1 },
  int: { '!': 'int', value: 1 },
  short: { '!': 'short', value: 1 },
  byte: { '!': 'byte', value: -1 },
  unsignedbyte: { '!': 'unsignedbyte', value: 200 },
  unsignedshort: { '!': 'unsignedshort', value: 60_000 },
  unsignedint: { '!': 'unsignedint', value: 4_000_000_000 },
  double: { '!': 'double', value: 1 },
  fraction: { '!': 'double', value: 0.1 },
  float: { '!': 'float', value: 0.5 },
  timestamp: { '!': 'timestamp', value: 9_007_199_254_740_993n },
  decimal: { '!': 'decimal', value: { places: 2, digits: 314 } },
  yes: true,
  nothing: null,
  text: 'naïve 🐇',
  bytes: Buffer.from([0, 255, 1, 206]),
  list: [{ '!': 'long', value: 1 }, 'x', [null, { '!': 'float', value: 1 }]],
  table: { inner: { '!': 'short', value: 7 }, deeper: { x: { '!': 'long', value: 2 } } },
};

describe.concurrent.each(LINES)('RabbitMQ %s: a moved message stays what it was', (line) => {
  const broker = brokerOf(line);

  test.skipIf(!broker).for(Object.keys(CHANGES))(
    '%s: properties, headers and body, byte by byte',
    async (change, { onTestFinished }) => {
      const known = CHANGES[change];
      if (!broker || !known) throw new Error('no broker');
      const shop = new Shop(broker, known);
      onTestFinished(() => void shop.close());
      await shop.open();
      const connection = await amqp.connect(shop.url);
      const channel = await connection.createConfirmChannel();
      // The witness gets the same messages, and is not moved.
      await channel.assertQueue('witness', { durable: true, arguments: known.to });
      await channel.bindQueue('witness', 'events', '#');
      const messages: [string, amqp.Options.Publish, Buffer][] = [
        ...Object.entries(HEADERS).map(([name, value]): [string, amqp.Options.Publish, Buffer] => [
          `p0.${name}`,
          { headers: { [name]: value } },
          Buffer.from(name),
        ]),
        [
          'p0.all',
          { headers: HEADERS, contentType: 'a', contentEncoding: 'b', persistent: true },
          Buffer.alloc(0),
        ],
        ['p0.none', {}, Buffer.alloc(300_000, 206)],
        [
          'p0.properties',
          {
            ...{ priority: 2, correlationId: 'c', replyTo: 'r', expiration: '3600000', messageId: 'm' },
            ...{ timestamp: 2 ** 40, type: 't', userId: 'guest', appId: 'a', mandatory: true },
          },
          Buffer.from([206, 0, 206]),
        ],
        ['p0.copied', { CC: ['p1.x', 'p0.y'], BCC: ['p1.z'] } as amqp.Options.Publish, Buffer.from('copies')],
      ];
      for (const [key, properties, body] of messages) channel.publish('events', key, body, properties);
      await channel.waitForConfirms();
      await connection.close();
      const session = await open(line);
      expect(await send(session, [shop.calls()])).toMatchObject([{ status: 'done' }]);
      await session.close();
      const [moved, seen] = [
        await rawMessages(shop, 'orders', messages.length),
        await rawMessages(shop, 'witness', messages.length),
      ];
      expect(seen).toHaveLength(messages.length);
      expect(moved).toEqual(seen);
      const amount = await amqp.connect(shop.url);
      const { messageCount } = await (await amount.createChannel()).checkQueue('orders');
      await amount.close();
      expect(messageCount).toBe(0);
    },
  );
});

/** Content headers and bodies of what a queue delivers, as hexadecimal bytes, sorted: no client library reads them. */
async function rawMessages({ url, vhost }: Shop, queue: string, count: number): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({ host: hostname, port: Number(port) });
  const method = (channel: number, payload: Buffer) => {
    const head = Buffer.alloc(7);
    head[0] = 1;
    head.writeUInt16BE(channel, 1);
    head.writeUInt32BE(payload.length, 3);
    socket.write(Buffer.concat([head, payload, Buffer.from([206])]));
  };
  const bytes = (...parts: (string | readonly number[])[]) =>
    Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const short = (text: string) => bytes([Buffer.byteLength(text)], text);
  const login = '\0guest\0guest';
  const answers: Readonly<Record<string, () => void>> = {
    '000a000a': () =>
      method(
        0,
        Buffer.concat([
          bytes([0, 10, 0, 11, 0, 0, 0, 0]),
          short('PLAIN'),
          bytes([0, 0, 0, login.length], login),
          short('en_US'),
        ]),
      ),
    '000a001e': () => {
      method(0, bytes([0, 10, 0, 31, 0, 1, 0, 2, 0, 0, 0, 0]));
      method(0, Buffer.concat([bytes([0, 10, 0, 40]), short(vhost), bytes([0, 0])]));
    },
    '000a0029': () => method(1, bytes([0, 20, 0, 10, 0])),
    '0014000b': () =>
      method(1, Buffer.concat([bytes([0, 60, 0, 20, 0, 0]), short(queue), bytes([0, 2, 0, 0, 0, 0])])),
  };
  const contents: string[] = [];
  let rest = Buffer.alloc(0);
  socket.write(bytes('AMQP', [0, 0, 9, 1]));
  await new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed')));
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 7 && rest.length >= 8 + rest.readUInt32BE(3)) {
        const size = rest.readUInt32BE(3);
        const payload = rest.subarray(7, 7 + size);
        if (rest[0] === 1) answers[payload.subarray(0, 4).toString('hex')]?.();
        else if (rest[0] === 2) contents.push(payload.toString('hex'));
        else if (rest[0] === 3) contents.push(`${contents.pop()} ${payload.toString('hex')}`);
        const isWhole = contents.length === count && bodyMissing(contents.at(-1) ?? '') === 0;
        rest = rest.subarray(8 + size);
        if (isWhole) resolve();
      }
    });
  });
  socket.removeAllListeners('close');
  socket.destroy();
  return contents.sort();
}

function bodyMissing(content: string): number {
  const [header = '', ...bodies] = content.split(' ');
  return Number.parseInt(header.slice(8, 24), 16) - bodies.join('').length / 2;
}
