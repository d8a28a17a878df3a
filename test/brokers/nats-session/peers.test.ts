import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../src/brokers/nats/session/index.ts';
import { connectionTo } from './open.ts';

const INFO =
  'INFO {"server_id":"x","server_name":"x","version":"2.10.0","headers":true,"jetstream":true}\r\n';

/** A server of one kind, and the end of its first connection. */
async function listen(behave: (socket: Socket) => void) {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.resume();
    behave(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  const ended = new Promise<void>((resolve) => {
    server.once('connection', (socket) => socket.once('close', () => resolve()));
  });
  const { port } = server.address() as AddressInfo;
  return { settings: { servers: `nats://127.0.0.1:${port}` }, ended };
}

function parentOf(subject: string): string {
  return subject.slice(0, subject.lastIndexOf('.'));
}

/** Answers requests to the API with what a function says. */
function answering(answer: (verb: string, body: string) => string | undefined) {
  return (socket: Socket) => {
    socket.write(INFO);
    // By the subject without its last token: the client library has one subscription for responses, and sessions another.
    const subscriptions = new Map<string, string>();
    socket.on('data', (data) => {
      const lines = data.toString('latin1').split('\r\n');
      for (const [index, line] of lines.entries()) {
        if (line === 'PING') socket.write('PONG\r\n');
        const [, pattern = '', id = ''] = /^SUB (\S+) (?:\S+ )?(\S+)$/.exec(line) ?? [];
        if (pattern !== '') subscriptions.set(parentOf(pattern), id);
        const [, subject = '', inbox = ''] = /^H?PUB (\S+) (\S+) /.exec(line) ?? [];
        if (inbox === '') continue;
        const text = answer(subject.replace('$JS.API.', ''), lines[index + 1] ?? '');
        if (text === undefined) continue;
        const sid = subscriptions.get(parentOf(inbox)) ?? '1';
        socket.write(`MSG ${inbox} ${sid} ${Buffer.byteLength(text)}\r\n${text}\r\n`);
      }
    });
  };
}

test.each([
  ['keeps silent', () => {}],
  ['falls silent', (socket: Socket) => void socket.write(INFO)],
  [
    'sends without an end',
    (socket: Socket) => {
      const timer = setInterval(() => socket.write(Buffer.alloc(64 * 1024, ' ')), 1);
      socket.on('close', () => clearInterval(timer));
    },
  ],
])('a server that %s is given up, and its connection is closed', async (_, behave) => {
  const { settings, ended } = await listen(behave);
  await expect(connect(connectionTo(settings, 1_500))).rejects.toThrow(/127\.0\.0\.1/);
  await ended;
});

test.each([
  ['claims to be endless', '{"total":9e15,"offset":0,"streams":[]}', 'claims to have'],
  ['grows with every page', undefined, ''],
  ['is nested without an end', '['.repeat(50_000), 'levels deep'],
  ['is no JSON', '{"total":', 'not JSON'],
])('a list that %s is refused', async (_, list, message) => {
  let total = 300;
  const { settings, ended } = await listen(
    answering((verb) => {
      if (verb === 'INFO') return '{"limits":{}}';
      if (verb !== 'STREAM.LIST') return undefined;
      total += 300;
      return list ?? `{"total":${total},"offset":0,"streams":[]}`;
    }),
  );
  const session = await connect(connectionTo(settings, 3_000));
  const read = session.read({ desired: [], retired: [], owns: ['**'] });
  if (message === '') await read.catch(() => {});
  else await expect(read).rejects.toThrow(message);
  await session.close();
  await ended;
});
