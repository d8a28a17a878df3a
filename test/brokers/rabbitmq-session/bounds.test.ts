import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { AmqpLinks } from '../../../src/brokers/rabbitmq/session/amqp.ts';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import { readSettings } from '../../../src/brokers/rabbitmq/session/settings.ts';

/** What waits for its timeout fails its test. Milliseconds. */
const LONGER_THAN_A_TEST = 600_000;

/** A management API that answers everything in one way. */
async function connectTo(answer: (response: ServerResponse) => void) {
  const server = createServer((_, response) => {
    response.on('error', () => {});
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const management = `http://guest:guest@127.0.0.1:${(server.address() as AddressInfo).port}`;
  const settings = { url: 'amqp://guest:guest@127.0.0.1', management };
  return connect({
    name: 'main',
    type: 'rabbitmq',
    settings,
    resolve: (text) => text,
    timeout: LONGER_THAN_A_TEST,
  });
}

test('an answer that announces 1.5 GB is not read', async () => {
  const opened = connectTo((response) => response.writeHead(200, { 'content-length': 1.5e9 }).write('['));
  await expect(opened).rejects.toThrow(/sent an answer of more than \d+ MiB/);
});

test('an answer without an end is cut off', async () => {
  const chunk = Buffer.alloc(1024 * 1024, ' ');
  const opened = connectTo((response) => {
    const write = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on('drain', write);
    write();
  });
  await expect(opened).rejects.toThrow(/sent an answer of more than \d+ MiB/);
});

test('data that is nested too deep is refused before anything walks it', async () => {
  const deep = `${'{"a":['.repeat(100_000)}${']}'.repeat(100_000)}`;
  await expect(connectTo((response) => response.end(deep))).rejects.toThrow('levels deep');
  const text = JSON.stringify({ rabbitmq_version: '4.0.0', note: '['.repeat(1_000) });
  await expect(connectTo((response) => response.end(text))).resolves.toBeDefined();
});

/** AMQP connections to what listens in a broker's place. */
async function linksTo(server: Server, timeout: number): Promise<AmqpLinks> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const url = `amqp://guest:guest@127.0.0.1:${port}`;
  const settings = readSettings({
    ...{ name: 'main', type: 'rabbitmq', resolve: (text) => text, timeout },
    settings: { url, management: 'http://127.0.0.1:1' },
  });
  if (!settings.amqp) throw new Error('no AMQP endpoint');
  return new AmqpLinks(settings, settings.amqp);
}

test('an HTTP port where AMQP should be is told long before the timeout', async () => {
  // Cowboy, which serves the management API, waits for the end of the request's head.
  const web = createTcpServer((socket) => {
    socket.on('error', () => {});
    let said = '';
    socket.on('data', (data) => {
      said += data.toString('latin1');
      if (said.includes('\r\n\r\n')) socket.end('HTTP/1.1 400 Bad Request\r\n\r\n');
    });
  });
  const links = await linksTo(web, LONGER_THAN_A_TEST);
  await expect(links.call('/', async () => {})).rejects.toThrow('is an HTTP port, not AMQP');
  await links.close();
});

test('a peer that keeps silent holds neither the end of the session nor its connection', async () => {
  let opened: () => void = () => {};
  let closed: () => void = () => {};
  const isOpen = new Promise<void>((resolve) => {
    opened = resolve;
  });
  const isClosed = new Promise<void>((resolve) => {
    closed = resolve;
  });
  const silent = createTcpServer((socket) => {
    socket.on('error', () => {});
    socket.once('close', closed);
    socket.resume();
    opened();
  });
  const links = await linksTo(silent, LONGER_THAN_A_TEST);
  const failed = expect(links.call('/', async () => {})).rejects.toThrow();
  await isOpen;
  await links.close();
  await isClosed;
  await failed;
});
