import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import { type JsonObject, Secrets } from '../../src/model/index.ts';
import { connectMasked } from '../../src/workflow/sessions.ts';
import { startPeer } from '../cli/peers.ts';

/*
 * Secrets that no setting holds: what a session takes from files and commands is masked as well, when a broker quotes
 * it. Paths start at the folder of the configuration, which is not the working directory.
 */

let folder: string;
let secrets: Secrets;
const closing: (() => Promise<unknown>)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'brokerform-learned-'));
  secrets = new Secrets({});
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  rmSync(folder, { recursive: true });
});

async function peerPort(behave: (socket: Socket) => void): Promise<number> {
  const peer = await startPeer(behave);
  closing.push(() => peer.close());
  return peer.port;
}

/** All that is known of the error with which a session refuses to open: messages, causes and stack traces. */
async function refusal(type: string, settings: JsonObject, timeout = 5_000): Promise<string> {
  const provider = providers.find(({ name }) => name === type);
  if (!provider) throw new Error(`no provider ${type}`);
  const resolve = (template: string) => template;
  const connection = { name: 'main', type, settings, directory: folder, resolve, timeout };
  const opening = connectMasked(provider, connection, secrets);
  const error: unknown = await opening.then(
    () => new Error('it connected'),
    (caught: unknown) => caught,
  );
  return inspect(error, { depth: 10 });
}

function expectMasked(text: string, ...hidden: readonly string[]): void {
  expect(text).toContain('(secret)');
  for (const secret of hidden) expect(text).not.toContain(secret);
}

test('Kafka: the token that a command printed', async () => {
  const token = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJvcmRlcnMifQ.c2lnbmF0dXJl';
  writeFileSync(join(folder, 'token'), `${token}\n`);
  const port = await peerPort((socket) => socket.on('data', (request) => socket.write(kafkaAnswer(request))));
  const sasl = { mechanism: 'oauthbearer', 'token-command': ['cat', './token'] };
  const said = await refusal('kafka', { bootstrap: [`127.0.0.1:${port}`], sasl });
  expect(said).toContain('the broker was sent');
  expectMasked(said, token);
});

test.each([
  ['JWT and seed of a credentials file', 'credentials'],
  ['the seed of an nkey file', 'nkey'],
])('NATS: %s', async (_, setting) => {
  const { nkeys } = await import('@nats-io/transport-node');
  const seed = new TextDecoder().decode(nkeys.createUser().getSeed());
  const jwt = 'eyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5LW5rZXkifQ.eyJuYW1lIjoib3JkZXJzIn0.c2lnbmF0dXJl';
  const creds = [
    ...['-----BEGIN NATS USER JWT-----', jwt, '------END NATS USER JWT------', ''],
    ...['-----BEGIN USER NKEY SEED-----', seed, '------END USER NKEY SEED------', ''],
  ];
  writeFileSync(join(folder, 'user.file'), setting === 'nkey' ? `${seed}\n` : creds.join('\n'));
  const port = await peerPort((socket) => {
    const about = { server_id: 'x', version: '2.10.0', auth_required: true, nonce: 'abc', max_payload: 1000 };
    socket.write(`INFO ${JSON.stringify(about)}\r\n`);
    socket.on('data', (data) => {
      if (!data.includes('CONNECT')) return;
      const sent = data.toString().split('\r\n')[0]?.replaceAll("'", '');
      socket.end(`-ERR 'Authorization Violation of ${seed} ${sent}'\r\n`);
    });
  });
  const said = await refusal('nats', { servers: `nats://127.0.0.1:${port}`, [setting]: './user.file' });
  expect(said).toContain('Authorization Violation');
  expectMasked(said, ...(setting === 'nkey' ? [seed] : [seed, jwt]));
});

test('RabbitMQ: each line of a private key', async () => {
  const management = `http://127.0.0.1:${await quotingPort()}`;
  const said = await refusal('rabbitmq', { management, tls: { key: 'client.key' } });
  expect(said).toContain('refused the login');
  expectMasked(said, ...KEY_LINES);
});

test.each([
  ['Kafka', 'kafka', (port: number) => ({ bootstrap: [`127.0.0.1:${port}`] })],
  ['NATS', 'nats', (port: number) => ({ servers: `nats://127.0.0.1:${port}` })],
])('%s: each line of a private key, whoever quotes it', async (_, type, address) => {
  await refusal(type, { ...address(await quotingPort()), tls: { key: 'client.key' } }, 500);
  for (const line of KEY_LINES) expect(secrets.mask(`error near ${line}`)).toBe('error near (secret)');
});

const KEY_LINES = [
  'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEA',
  'AoIBAQDC7aNkpb/hH+2x9QYfI4n1mD0s6k8bUqMZ=',
];

/** A web server that knows the lines of client.key and tells them. */
async function quotingPort(): Promise<number> {
  const key = ['-----BEGIN PRIVATE KEY-----', ...KEY_LINES, '-----END PRIVATE KEY-----', ''];
  writeFileSync(join(folder, 'client.key'), key.join('\n'));
  const server = createServer((_, response) => {
    response.writeHead(401).end(JSON.stringify({ error: 'not_authorized', reason: KEY_LINES.join(' ') }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return (server.address() as AddressInfo).port;
}

/** A broker's answers up to the login, which it refuses with what it was sent. */
function kafkaAnswer(request: Buffer): Buffer {
  const key = request.readInt16BE(4);
  const text = (value: string) => {
    const length = Buffer.alloc(2);
    length.writeInt16BE(value.length);
    return Buffer.concat([length, Buffer.from(value, 'latin1')]);
  };
  const int16 = (value: number) => Buffer.from([value >> 8, value & 255]);
  // ApiVersions 3 in its flexible form: Metadata, SaslHandshake and SaslAuthenticate, no throttle, no tags.
  const ranges = [
    [3, 12],
    [17, 1],
    [36, 0],
  ].flatMap(([at = 0, max = 0]) => [0, at, 0, 0, 0, max, 0]);
  const refused = `the broker was sent ${request
    .subarray(14)
    .toString('latin1')
    .replace(/[^ -~]/g, ' ')}`;
  const bodies: Readonly<Record<number, Buffer>> = {
    18: Buffer.from([0, 0, 4, ...ranges, 0, 0, 0, 0, 0]),
    17: Buffer.concat([int16(0), Buffer.from([0, 0, 0, 1]), text('OAUTHBEARER')]),
    36: Buffer.concat([int16(58), text(refused), Buffer.alloc(4)]),
  };
  const body = bodies[key] ?? Buffer.alloc(0);
  const head = Buffer.alloc(8);
  head.writeInt32BE(4 + body.length);
  request.copy(head, 4, 8, 12);
  return Buffer.concat([head, body]);
}
