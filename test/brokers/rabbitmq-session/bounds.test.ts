import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from '../../../src/brokers/rabbitmq/session.ts';

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
  return connect({ name: 'main', type: 'rabbitmq', settings, resolve: (text) => text, timeout: 60_000 });
}

test('an answer that announces 1.5 GB is not read', async () => {
  const start = Date.now();
  const opened = connectTo((response) => response.writeHead(200, { 'content-length': 1.5e9 }).write('['));
  await expect(opened).rejects.toThrow(/sent an answer of more than \d+ MiB/);
  expect(Date.now() - start).toBeLessThan(30_000);
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
