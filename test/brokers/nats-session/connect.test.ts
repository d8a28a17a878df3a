import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import {
  type LocalNats,
  type NatsLine,
  type NatsOptions,
  natsLines,
  startNats,
} from '../../../local/nats.ts';
import { freePorts } from '../../../local/ports.ts';
import { connect } from '../../../src/brokers/nats/session/index.ts';
import { BrokerError, ConnectionError, type JsonObject } from '../../../src/model/index.ts';
import { describeLines, sharedUrl } from '../../live/nats/lines.ts';
import { connectionTo, everything, sendAll, streamCall, withSession } from './open.ts';

const started: { stop(): unknown }[] = [];

afterEach(async () => {
  for (const one of started.splice(0)) await one.stop();
});

async function start(line: NatsLine, options: NatsOptions): Promise<LocalNats> {
  const nats = await startNats(line, options);
  started.push(nats);
  return nats;
}

async function refusal(settings: JsonObject, timeout = 3_000): Promise<ConnectionError | BrokerError> {
  try {
    const session = await connect(connectionTo(settings, timeout));
    await session.close();
  } catch (error) {
    if (error instanceof ConnectionError || error instanceof BrokerError) return error;
    throw error;
  }
  throw new Error('it connected');
}

async function readsNothing(settings: JsonObject): Promise<void> {
  await withSession(settings, async (session) => expect(await session.read(everything)).toEqual([]));
}

describeLines((line) => {
  test('token: in the settings or the URL; a wrong one is refused and not shown', async () => {
    const nats = await start(line, { auth: 'token' });
    const { token = '' } = nats.credentials;
    await readsNothing({ servers: [nats.url], token });
    await readsNothing({ servers: nats.url.replace('//', `//${token}@`) });
    const wrong = await refusal({ servers: [nats.url], token: 'hunter2hunter2' });
    expect(wrong).toMatchObject({ transient: false, hint: 'check "token"' });
    expect(wrong.message).toMatch(/refused the login: .*Authorization Violation/i);
    expect(JSON.stringify([wrong.message, wrong])).not.toContain('hunter2');
    expect(await refusal({ servers: [nats.url] })).toMatchObject({
      hint: expect.stringMatching(/asks for credentials/),
    });
  });

  test('user and password: in the settings or the URL', async () => {
    const nats = await start(line, { auth: 'password' });
    const { user = '', password = '' } = nats.credentials;
    await readsNothing({ servers: [nats.url], username: user, password });
    await readsNothing({ servers: [nats.url.replace('//', `//${user}:${password}@`)] });
    const wrong = await refusal({ servers: [nats.url], username: user, password: 'hunter2' });
    expect(wrong).toMatchObject({ transient: false, hint: 'check "username" and "password"' });
  });

  test('nkey: a seed or its file; what is no seed is not shown', async () => {
    const nats = await start(line, { auth: 'nkey' });
    const { seed = '' } = nats.credentials;
    const file = join(nats.folder, 'user.nk');
    writeFileSync(file, `${seed}\n`);
    await readsNothing({ servers: [nats.url], nkey: seed });
    await readsNothing({ servers: [nats.url], nkey: file });
    const broken = await refusal({ servers: [nats.url], nkey: `${seed.slice(0, -3)}AAA` });
    expect(broken.message).toBe('"nkey" holds no valid nkey seed');
    expect(JSON.stringify(broken)).not.toContain(seed.slice(0, 12));
  });

  test('credentials: a file or its text, of an account with limits', async () => {
    const nats = await start(line, { auth: 'operator', limits: { streams: 1, storage: 1_000_000 } });
    const { creds = '' } = nats.credentials;
    // As an editor on Windows leaves it, and as a CI system keeps it.
    const text = readFileSync(creds, 'utf8');
    await readsNothing({ servers: [nats.url], credentials: text.replaceAll('\n', '\r\n') });
    await readsNothing({ servers: [nats.url], credentials: text.trimEnd() });
    await withSession({ servers: [nats.url], credentials: creds }, async (session) => {
      expect(session.broker.facts).toMatchObject({
        limits: { max_streams: 1, max_storage: 1_000_000, streams: 0 },
      });
      expect((await sendAll(session, [[streamCall.create('A')]]))[0]?.status).toBe('done');
      expect((await sendAll(session, [[streamCall.create('B')]]))[0]).toMatchObject({
        status: 'failed',
        failure: { message: 'maximum number of streams reached' },
      });
      const checks = await session.diagnose();
      expect(checks.find((check) => check.name === 'limits of account')).toMatchObject({
        ok: false,
        hint: 'nothing more fits into streams',
      });
    });
    const { message } = await refusal({ servers: [nats.url], credentials: join(nats.folder, 'none.creds') });
    expect(message).toMatch(/credentials cannot be read \(ENOENT\)/);
    const cut = '-----BEGIN NATS USER JWT-----\neyJ0secret';
    expect((await refusal({ servers: [nats.url], credentials: cut })).message).not.toContain('secret');
  });

  test('TLS: trusted or refused, with and without a client’s certificate', async () => {
    const nats = await start(line, { tls: 'mutual' });
    const { ca = '', clientCert: cert = '', clientKey: key = '' } = nats.tls ?? {};
    const secure = nats.url.replace('nats:', 'tls:');
    await readsNothing({ servers: [nats.url], tls: { ca, cert, key } });
    expect(await refusal({ servers: [secure], tls: { cert, key } })).toMatchObject({
      message: expect.stringMatching(/is not trusted/),
      hint: expect.stringMatching(/tls\.ca/),
      transient: false,
    });
    expect(await refusal({ servers: [nats.url], tls: { ca } }, 500)).toMatchObject({
      hint: expect.stringMatching(/tls\.cert and tls\.key/),
    });
    const shared = sharedUrl(line);
    expect(await refusal({ servers: [shared.replace('nats:', 'tls:')] })).toMatchObject({
      message: expect.stringMatching(/does not offer TLS/),
      transient: false,
    });
  });

  test('TLS: the name that the certificate must have, and TLS from the first byte', async () => {
    const nats = await start(line, { tls: line === 'old' ? 'server' : 'first' });
    const { ca = '' } = nats.tls ?? {};
    const tls = { ca, 'handshake-first': line !== 'old' };
    await readsNothing({ servers: [nats.url], tls });
    await readsNothing({ servers: [nats.url], tls: { ...tls, servername: 'localhost' } });
    expect(await refusal({ servers: [nats.url], tls: { ...tls, servername: 'elsewhere' } })).toMatchObject({
      message: expect.stringMatching(/is for another name/),
      transient: false,
    });
  });

  test('a domain is reached by its name, and another one is not', async () => {
    const nats = await start(line, { domain: 'hub' });
    await withSession({ servers: [nats.url], domain: 'hub' }, async (session) => {
      expect(session.broker.id).toMatch(/^nats-1\/hub/);
      expect((await sendAll(session, [[streamCall.create('A')]]))[0]?.status).toBe('done');
    });
    await withSession({ servers: [nats.url], 'api-prefix': '$JS.hub.API' }, async (session) =>
      expect(await session.read(everything)).toHaveLength(1),
    );
    expect(await refusal({ servers: [nats.url], domain: 'leaf' })).toMatchObject({
      message: 'there is no JetStream domain "leaf"',
      hint: 'the server that answered is in the domain "hub"',
    });
  });

  test('JetStream that is off is said to be off', async () => {
    const nats = await start(line, { jetstream: false });
    expect(await refusal({ servers: [nats.url] })).toMatchObject({
      message: 'JetStream is disabled on this server',
      hint: expect.stringMatching(/-js/),
      transient: false,
    });
  });

  test('a right that is missing is named', async () => {
    const users = {
      blind: { denyPublish: ['$JS.API.STREAM.LIST'] },
      reader: { denyPublish: ['$JS.API.STREAM.CREATE.>', '$JS.API.CONSUMER.CREATE.>'] },
      deaf: { denySubscribe: ['_INBOX.>'] },
      nobody: { denyPublish: ['$JS.>'] },
    };
    const nats = await start(line, { users });
    const as = (username: keyof typeof users) => ({ servers: [nats.url], username, password: username });
    await withSession(as('blind'), async (session) => {
      await expect(session.read(everything)).rejects.toMatchObject({
        name: 'BrokerError',
        failure: {
          op: 'read streams',
          message: 'the user may not publish to $JS.API.STREAM.LIST',
          hint: 'allow it to publish to $JS.API.STREAM.LIST, or to all of $JS.API.>',
        },
      });
    });
    await withSession(as('reader'), async (session) => {
      expect(await session.read(everything)).toEqual([]);
      const [outcome] = await sendAll(session, [[streamCall.create('A')]]);
      expect(outcome).toMatchObject({
        status: 'failed',
        failure: { status: 'permissions', message: 'the user may not publish to $JS.API.STREAM.CREATE.A' },
      });
      const checks = await session.diagnose();
      expect(checks.filter((check) => !check.ok)).toEqual([
        {
          name: 'rights to apply',
          ok: false,
          text: 'the user may not publish to $JS.API.STREAM.CREATE.*; the user may not publish to $JS.API.CONSUMER.CREATE.*.*',
          hint: 'allow publish on $JS.API.> and subscribe on _INBOX.>',
        },
      ]);
    });
    expect((await refusal(as('deaf'))).message).toMatch(/may not subscribe to _INBOX\.>/);
    expect((await refusal(as('nobody'))).message).toMatch(/may not publish to \$JS\.API\.INFO/);
  });
});

describe('wrong places', () => {
  test('nothing listens there, which may pass', async () => {
    const [port] = await freePorts(1);
    expect(await refusal({ servers: [`nats://127.0.0.1:${port}`] })).toMatchObject({
      message: `nothing listens at 127.0.0.1:${port}`,
      transient: true,
    });
  });

  test.each([
    ['silent', () => {}, /did not answer as a NATS server/],
    ['HTTP', (socket: Socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'), /./],
    ['hanging up', (socket: Socket) => socket.destroy(), /closed the connection/],
  ])('a %s server is no NATS server', async (_, behave, message) => {
    const server: Server = createServer(behave);
    const [port = 0] = await freePorts(1);
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    started.push({ stop: () => server.close() });
    const error = await refusal({ servers: [`127.0.0.1:${port}`] }, 500);
    expect(error).toBeInstanceOf(ConnectionError);
    expect(error.message).toMatch(message);
  });

  const url = natsLines.map(sharedUrl).find((one) => one !== '') ?? '';
  test('the next of several servers is taken', async ({ skip }) => {
    if (url === '') skip('NATS: no line is there');
    const [port] = await freePorts(1);
    await withSession({ servers: [`nats://127.0.0.1:${port}`, url] }, async (session) =>
      expect(session.broker.type).toBe('nats'),
    );
  });

  test.each([
    [{}, '"servers" names no server'],
    [
      { servers: ['http://user:hunter2@localhost'] },
      '"servers": an entry starts with neither nats:// nor tls://',
    ],
    [{ servers: ['nats://user:hunter2@'] }, '"servers": an entry is not a URL'],
    [{ servers: ['localhost'], domain: 'a.b' }, '"domain" is no JetStream domain: "a.b"'],
    [{ servers: ['localhost'], tls: { ca: '/none.pem' } }, 'tls.ca cannot be read (ENOENT): /none.pem'],
  ])('settings %j are refused', async (settings, message) => {
    expect((await refusal(settings)).message).toBe(message);
  });
});
