import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { liveBindings } from '../../../../src/brokers/rabbitmq/kinds/binding/identity.ts';
import { queue } from '../../../../src/brokers/rabbitmq/kinds/queue/index.ts';
import { isPasswordOf, toUser } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { toAmqpTable, toHttpTable } from '../../../../src/brokers/rabbitmq/session/requests.ts';
import { HIDDEN, type JsonObject } from '../../../../src/model/index.ts';

const binding = (properties_key: string, args: object, source = 'e') => ({
  source,
  vhost: 'v',
  destination: 'q',
  destination_type: 'queue',
  routing_key: 'k',
  arguments: { ...args },
  properties_key,
});

test('bindings that differ in AMQP types only get an address each, whatever the order of the listing', () => {
  const items = [binding('k~b', { n: 1 }), binding('k~a', { n: 1 }), binding('k', {})];
  const seen = liveBindings('main', items).map((one) => [one.address, one.spec['properties-key']]);
  const shuffled = liveBindings('main', [...items].reverse()).map((one) => [
    one.address,
    one.spec['properties-key'],
  ]);
  expect(shuffled.toSorted()).toEqual(seen.toSorted());
  expect(new Set(seen.map(([address]) => address)).size).toBe(3);
  expect(seen.find(([, key]) => key === 'k~b')?.[0]).toMatch(/\/k\/[0-9a-f]{12}\/k%7Eb$/);
  expect(seen.find(([, key]) => key === 'k~a')?.[0]).toMatch(/\/k\/[0-9a-f]{12}$/);
});

test('the default exchange binds every queue, and is no resource', () => {
  expect(liveBindings('main', [binding('q', {}, '')])).toEqual([]);
});

test('a queue without a type in the listing is what its argument says, else classic', () => {
  const reading = { broker: 'main', desired: new Map(), resolve: (text: string) => text };
  const read = (item: JsonObject) => queue.listing.read([item], reading)[0];
  expect(read({ vhost: 'v', name: 'q', arguments: [] })?.spec).toMatchObject({
    type: 'classic',
    arguments: {},
  });
  const typed = { vhost: 'v', name: 'q', arguments: { 'x-queue-type': 'quorum' } };
  expect(read(typed)?.spec).toMatchObject({ type: 'quorum' });
});

test('a password is known by its salted hash, in each algorithm of RabbitMQ', () => {
  for (const digest of ['sha256', 'sha512', 'md5']) {
    const salt = Buffer.from([144, 141, 198, 10]);
    const hashed = createHash(digest).update(salt).update('test12ü').digest();
    const hash = Buffer.concat([salt, hashed]).toString('base64');
    expect(isPasswordOf(hash, `rabbit_password_hashing_${digest}`, 'test12ü')).toBe(true);
    expect(isPasswordOf(hash, `rabbit_password_hashing_${digest}`, 'test12u')).toBe(false);
  }
  // The worked example of https://www.rabbitmq.com/docs/passwords
  expect(
    isPasswordOf(
      'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
      'rabbit_password_hashing_sha256',
      'test12',
    ),
  ).toBe(true);
});

test('a live user holds the declared reference only where it is the very password', () => {
  const item = {
    name: 'bob',
    tags: ['management', 'administrator'],
    password_hash: 'kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR',
    hashing_algorithm: 'rabbit_password_hashing_sha256',
  };
  const password = { $secret: '${BOB}' };
  const spec = (value: string) => toUser('main', item, { password }, () => value).spec;
  expect(spec('test12')).toEqual({ tags: ['administrator', 'management'], password });
  expect(spec('other')).toEqual({ tags: ['administrator', 'management'], password: HIDDEN });
  expect(JSON.stringify(toUser('main', item, undefined, () => ''))).not.toContain('kI3G');
});

test('AMQP tables have the types that the management API would give', () => {
  const args = {
    n: 1,
    f: 1.5,
    big: { $int: '9007199254740993' },
    s: 'x',
    list: [1, true],
    table: { '!': 'short' },
  };
  expect(toAmqpTable({ ...args, t: { $type: 'short', value: 1 }, v: { $type: 'void' } })).toEqual({
    n: { '!': 'long', value: 1 },
    f: { '!': 'double', value: 1.5 },
    big: { '!': 'long', value: '9007199254740993' },
    s: 'x',
    list: [{ '!': 'long', value: 1 }, true],
    table: { '!': 'object', value: { '!': 'short' } },
    t: { '!': 'short', value: 1 },
    v: null,
  });
  expect(toHttpTable(args)).toEqual(args);
});

test('what JSON cannot say is not sent by HTTP', () => {
  expect(toHttpTable({ v: { $type: 'void' } })).toBeUndefined();
  expect(toHttpTable({ v: [null] })).toBeUndefined();
  expect(toHttpTable({ v: { $type: 'short', value: 1 } })).toBeUndefined();
  expect(toHttpTable({ v: { $type: 'double', value: 1 } })).toBeUndefined();
  expect(toHttpTable({ v: { $type: 'long', value: 1 }, s: { $type: 'longstr', value: 'x' } })).toEqual({
    v: 1,
    s: 'x',
  });
});
