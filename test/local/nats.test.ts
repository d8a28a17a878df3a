import { existsSync, readFileSync } from 'node:fs';
import {
  type ConnectionOptions,
  connect,
  credsAuthenticator,
  nkeyAuthenticator,
} from '@nats-io/transport-node';
import { expect, inject, test } from 'vitest';
import { type LocalNats, natsLines, startNats } from '../../local/nats.ts';
import { identify } from '../../local/processes.ts';

const here = natsLines.filter((line) => inject('nats')[line]);
const versions = { old: /^2\.9\./, middle: /^2\.10\./, current: /^2\.(1[5-9]|[2-9]\d)\./ };

async function ask(nats: LocalNats, options: ConnectionOptions, subject: string, body = '') {
  const connection = await connect({ servers: nats.url, reconnect: false, ...options });
  try {
    return (await connection.request(subject, body, { timeout: 5_000 })).json<Record<string, unknown>>();
  } finally {
    await connection.close();
  }
}

async function withNats(
  parameters: Parameters<typeof startNats>,
  use: (nats: LocalNats) => Promise<void>,
): Promise<void> {
  const nats = await startNats(...parameters);
  try {
    await use(nats);
  } finally {
    await nats.stop();
  }
}

test.each(here)('%s: what is written outlives a kill, and stopping leaves nothing', async (line) => {
  let folder = '';
  let pid = 0;
  await withNats([line], async (nats) => {
    folder = nats.folder;
    expect(nats.version).toMatch(versions[line]);
    await ask(nats, {}, '$JS.API.STREAM.CREATE.S', JSON.stringify({ name: 'S' }));
    await nats.servers[0]?.kill();
    await expect(ask(nats, {}, '$JS.API.INFO')).rejects.toThrow(/refused/);
    await nats.servers[0]?.start();
    expect(await ask(nats, {}, '$JS.API.STREAM.INFO.S')).toMatchObject({ config: { name: 'S' } });
    pid = Number(readFileSync(`${folder}/nats-1.pid`, 'utf8').split(' ')[0]);
  });
  expect(existsSync(folder)).toBe(false);
  expect(identify(pid)).toBeUndefined();
});

test.each(here)('%s: three servers keep a stream on each of them', async (line) => {
  await withNats([line, { servers: 3 }], async (nats) => {
    const body = JSON.stringify({ name: 'S', num_replicas: 3 });
    const made = await ask(nats, {}, '$JS.API.STREAM.CREATE.S', body);
    expect(made).toMatchObject({ config: { num_replicas: 3 } });
    expect((made.cluster as { replicas: unknown[] }).replicas).toHaveLength(2);
  });
});

test.each(here)('%s: every way to say who one is works, and is asked for', async (line) => {
  const ways = {
    token: ({ token = '' }) => ({ token }),
    password: ({ user = '', password = '' }) => ({ user, pass: password }),
    nkey: ({ seed = '' }) => ({ authenticator: nkeyAuthenticator(new TextEncoder().encode(seed)) }),
    operator: ({ creds = '' }) => ({ authenticator: credsAuthenticator(readFileSync(creds)) }),
  } satisfies Record<string, (credentials: LocalNats['credentials']) => ConnectionOptions>;
  for (const auth of ['token', 'password', 'nkey', 'operator'] as const) {
    await withNats([line, { auth }], async (nats) => {
      expect(await ask(nats, ways[auth](nats.credentials), '$JS.API.INFO')).toHaveProperty('limits');
      await expect(ask(nats, {}, '$JS.API.INFO')).rejects.toThrow(/Authorization Violation/);
    });
  }
});

test.each(here)('%s: limits and domain are the account’s, with and without an operator', async (line) => {
  for (const auth of ['password', 'operator'] as const) {
    await withNats([line, { auth, domain: 'hub', limits: { streams: 3, storage: 1000 } }], async (nats) => {
      const { user, password, creds } = nats.credentials;
      const options = creds
        ? { authenticator: credsAuthenticator(readFileSync(creds)) }
        : { user: user ?? '', pass: password ?? '' };
      const answer = await ask(nats, options, '$JS.hub.API.INFO');
      expect(answer).toMatchObject({ domain: 'hub', limits: { max_streams: 3, max_storage: 1000 } });
    });
  }
});

test.each(here)('%s: mutual TLS asks for the client’s certificate', async (line) => {
  await withNats([line, { tls: 'mutual' }], async (nats) => {
    const { ca: caFile = '', clientCert: certFile = '', clientKey: keyFile = '' } = nats.tls ?? {};
    const tls = { caFile, certFile, keyFile };
    expect(await ask(nats, { tls }, '$JS.API.INFO')).toHaveProperty('limits');
    await expect(ask(nats, { tls: { caFile } }, '$JS.API.INFO')).rejects.toThrow();
  });
});

test.each(here)('%s: JetStream can be off, and a user can be denied a subject', async (line) => {
  await withNats([line, { jetstream: false }], async (nats) => {
    await expect(ask(nats, {}, '$JS.API.INFO')).rejects.toThrow(/no responders/);
  });
  await withNats([line, { users: { reader: { denyPublish: ['$JS.API.INFO'] } } }], async (nats) => {
    const reader = { user: 'reader', pass: 'reader' };
    await expect(ask(nats, reader, '$JS.API.INFO')).rejects.toThrow(/Permissions Violation/);
    expect(await ask(nats, reader, '$JS.API.STREAM.NAMES')).toHaveProperty('total', 0);
  });
});
