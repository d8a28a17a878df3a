import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readSettings } from '../../../../src/brokers/nats/session/settings.ts';
import { connectionTo } from '../../nats-session/open.ts';

const directory = mkdtempSync(join(tmpdir(), 'brokerform-settings-'));
afterAll(() => rmSync(directory, { recursive: true }));

const CREDS =
  '-----BEGIN NATS USER JWT-----\neyJ0\n------END NATS USER JWT------\n-----BEGIN USER NKEY SEED-----\nSU\n';
writeFileSync(join(directory, 'user.creds'), CREDS);
writeFileSync(join(directory, 'user.nk'), 'SUABC\n');
writeFileSync(join(directory, 'ca.pem'), 'the authority');

test('relative paths start at the folder of the configuration', () => {
  const at = (settings: object) =>
    readSettings({ ...connectionTo({ servers: 'localhost', ...settings }), directory });
  expect(at({ credentials: 'user.creds' }).credentials).toEqual({ creds: CREDS });
  expect(at({ nkey: 'user.nk' }).credentials).toEqual({ seed: 'SUABC' });
  expect(at({ tls: { ca: './ca.pem' } }).tls).toEqual({ ca: 'the authority' });
  // An absolute path is what it is.
  expect(at({ tls: { ca: join(directory, 'ca.pem') } }).tls).toEqual({ ca: 'the authority' });
});

test('credentials may have the line ends of Windows, or none at the end', () => {
  for (const creds of [CREDS.replaceAll('\n', '\r\n'), CREDS.trimEnd()]) {
    const settings = { servers: 'localhost', credentials: creds };
    expect(readSettings(connectionTo(settings)).credentials).toEqual({ creds: CREDS });
  }
});

test('elsewhere they are not found, and the message names the path as it was written', () => {
  const at = (settings: object) => () =>
    readSettings({ ...connectionTo({ servers: 'localhost', ...settings }), directory: '/nowhere' });
  expect(at({ credentials: 'user.creds' })).toThrow('credentials cannot be read (ENOENT): user.creds');
  expect(at({ tls: { ca: 'ca.pem' } })).toThrow('tls.ca cannot be read (ENOENT): ca.pem');
  // What is no file is a seed, which no message shows.
  expect(at({ nkey: 'user.nk' })().credentials).toEqual({ seed: 'user.nk' });
});
