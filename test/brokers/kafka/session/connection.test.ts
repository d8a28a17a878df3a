import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import kafkajs from 'kafkajs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Connection, ERRORS, PRIVATE } from '../../../../src/brokers/kafka/session/connection.ts';
import { int16 } from '../../../../src/brokers/kafka/session/protocol/codec.ts';

const require = createRequire(import.meta.url);
const manifest = JSON.parse(readFileSync(require.resolve('kafkajs/package.json'), 'utf8')) as {
  version: string;
};
const HERE = 'src/brokers/kafka/session/connection.ts';

function lacks(part: string): string {
  return `kafkajs ${manifest.version} no longer has ${part}, on which ${HERE} relies`;
}

type Settings = ConstructorParameters<typeof Connection>[0];

function settings(port: number): Settings {
  return {
    ...{ host: '127.0.0.1', port, clientId: 'test', ssl: null, sasl: null },
    ...{ requestTimeout: 5_000, connectionTimeout: 5_000 },
    socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port }, onConnect),
  };
}

describe('what is used of kafkajs beyond its documentation', () => {
  test('its private connection is there, with all that is called of it', () => {
    const load = () => require(PRIVATE.module) as new (options: object) => Record<string, unknown>;
    expect(load, lacks(PRIVATE.module)).not.toThrow();
    const PrivateClass = load();
    for (const method of PRIVATE.methods) {
      expect(typeof PrivateClass.prototype[method], lacks(`Connection.${method}()`)).toBe('function');
    }
    const logger = { namespace: () => logger };
    const queue = new PrivateClass({ logger }).requestQueue as Record<string, unknown> | undefined;
    for (const method of PRIVATE.queueMethods) {
      expect(typeof queue?.[method], lacks(`Connection.requestQueue.${method}()`)).toBe('function');
    }
  });

  test('its errors have the names that are looked for', () => {
    for (const name of Object.values(ERRORS)) expect(kafkajs, lacks(name)).toHaveProperty(name);
  });

  test('a request goes out framed, with its header, and its response comes back', async () => {
    const received: Buffer[] = [];
    const server = createServer((socket) => {
      socket.on('data', (data: Buffer) => {
        received.push(data);
        // Length, the correlation id of the request, and one 16-bit number.
        const response = Buffer.alloc(10);
        response.writeInt32BE(6, 0);
        data.copy(response, 4, 8, 12);
        response.writeInt16BE(42, 8);
        socket.write(response);
      });
    });
    onTestFinished(() => void server.close());
    const port = await new Promise<number>((resolve) => {
      server.listen(0, '127.0.0.1', () => resolve((server.address() as { port: number }).port));
    });
    const connection = new Connection(settings(port));
    await connection.open();
    expect(connection.isOpen).toBe(true);
    const response = await connection.send(
      { key: 3, name: 'Metadata', version: 5, flexible: false, request: int16, response: int16 },
      7,
    );
    connection.close();
    expect(response).toBe(42);
    const [request] = received;
    expect(request?.readInt32BE(0), lacks('the framing of requests')).toBe((request?.length ?? 0) - 4);
    expect([request?.readInt16BE(4), request?.readInt16BE(6)]).toEqual([3, 5]);
    expect(request?.readInt16BE(request.length - 2)).toBe(7);
  });
});
