import { expect, test } from 'vitest';
import { readSettings } from '../../../../src/brokers/rabbitmq/session/settings.ts';
import type { JsonObject } from '../../../../src/model/index.ts';

const read = (settings: JsonObject) =>
  readSettings({ name: 'main', type: 'rabbitmq', settings, resolve: (text) => text, timeout: 1000 });

test('each URL lends its credentials to the other one, percent-decoded', () => {
  const settings = read({ url: 'amqp://ci%40x:p%3A%2F%25@mq:1234', management: 'http://mq:15672/rabbit/' });
  const login = { username: 'ci@x', password: 'p:/%' };
  expect(settings.amqp).toEqual({ host: 'mq', port: 1234, tls: false, ...login });
  expect(settings.management).toEqual({ host: 'mq', port: 15672, tls: false, ...login });
  expect(settings.prefix).toBe('/rabbit');
  const reverse = read({ url: 'amqp://mq', management: 'https://a:b@mq:443' });
  expect(reverse.amqp).toMatchObject({ port: 5672, username: 'a', password: 'b' });
});

test('both keep their own credentials where both have some', () => {
  const { amqp, management } = read({ url: 'amqp://a:b@mq', management: 'http://c:d@mq:15672' });
  expect([amqp?.username, management.username]).toEqual(['a', 'c']);
});

test('the management API is at its usual port beside the AMQP one', () => {
  expect(read({ url: 'amqp://mq:5999' }).management).toMatchObject({ host: 'mq', port: 15672, tls: false });
  expect(read({ url: 'amqps://mq' }).management).toMatchObject({ port: 15671, tls: true, username: 'guest' });
  expect(read({ management: 'http://mq:15672' }).amqp).toBeUndefined();
});

test('IPv6 addresses lose their brackets', () => {
  expect(read({ url: 'amqp://[::1]:5672' }).amqp?.host).toBe('::1');
  expect(read({ management: 'http://[::1]:15672' }).management.host).toBe('::1');
});

test.each([
  ['swapped', { url: 'http://u:hunter2@mq' }, '"url" must start with amqp:// or amqps://'],
  ['no URL', { management: 'mq hunter2' }, '"management" is not a URL'],
  ['no host', { url: 'amqp://:hunter2@' }, /"url" (is not a URL|names no host)/],
  ['stray percent', { management: 'http://u:hunter2%zz@mq' }, 'write %25'],
  ['neither', {}, 'neither "url" nor "management"'],
  ['unreadable file', { url: 'amqp://mq', tls: { ca: '/nowhere/ca.pem' } }, 'tls.ca cannot be read (ENOENT)'],
])('%s: refused without quoting the password', (_, settings, message) => {
  expect(() => read(settings as JsonObject)).toThrow(message);
  expect(() => read(settings as JsonObject)).not.toThrow(/hunter2/);
});

test('relative paths start at the folder of the configuration', () => {
  const settings = { url: 'amqp://mq', tls: { ca: 'settings.test.ts' } };
  const connection = {
    name: 'main',
    type: 'rabbitmq',
    settings,
    resolve: (text: string) => text,
    timeout: 1000,
  };
  expect(() => readSettings({ ...connection, directory: '/nowhere' })).toThrow('ENOENT');
  const found = readSettings({ ...connection, directory: import.meta.dirname });
  expect(found.tls.ca).toContain('relative paths start');
});

test('the lock is kept in the vhost of "url", else in /', () => {
  const vhostOf = (url: string) => read({ url }).lockVhost;
  expect(['amqp://mq', 'amqp://mq/', 'amqp://mq/%2F', 'amqps://mq:5671/shop'].map(vhostOf)).toEqual([
    '/',
    '/',
    '/',
    'shop',
  ]);
  expect(read({ management: 'http://mq/rabbit' }).lockVhost).toBe('/');
});
