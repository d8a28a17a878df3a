import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { eachLine, freshVhost } from './cli-project.ts';
import { Management } from './management.ts';

/*
 * What releases change without an error, as the rules of `upgrade-check` say: seen on the release before and after.
 */

interface Got {
  readonly length: number;
}

eachLine('RabbitMQ %s', ({ management: url }, line) => {
  const management = new Management(url);
  const isNew = line === 'current';
  const vhost = freshVhost();

  beforeAll(async () => {
    await management.put(['vhosts', vhost], { default_queue_type: 'quorum' });
  });
  afterAll(async () => {
    await management.delete('vhosts', vhost);
  });

  const declare = (name: string, args: Record<string, unknown>) =>
    management.put(['queues', vhost, name], { durable: true, arguments: args });

  const queue = async (name: string) =>
    (await management.request('GET', ['queues', vhost, name])) as { type: string };

  async function publish(exchange: string, key: string, properties: object = {}): Promise<boolean> {
    const message = { properties, routing_key: key, payload: 'x', payload_encoding: 'string' };
    const path = ['exchanges', vhost, exchange, 'publish'];
    return ((await management.request('POST', path, message)) as { routed: boolean }).routed;
  }

  /** Takes the message of a queue and returns it, so often as it is there, at most `most` times. @returns how often */
  async function returned(name: string, most: number): Promise<number> {
    const get = { count: 1, ackmode: 'reject_requeue_true', encoding: 'auto' };
    const take = async () =>
      ((await management.request('POST', ['queues', vhost, name, 'get'], get)) as Got).length;
    let count = 0;
    for (; count < most; count++) {
      const isThere = await vi.waitUntil(take, { timeout: 500, interval: 50 }).catch(() => 0);
      if (!isThere) return count;
    }
    return count;
  }

  test('the default queue type of the vhost', async () => {
    await declare('untyped', {});
    expect((await queue('untyped')).type).toBe(isNew ? 'quorum' : 'classic');
  });

  test('a policy with queue-leader-locator on a classic queue', async () => {
    const definition = { 'queue-leader-locator': 'balanced', 'max-length': 1 };
    const policy = { pattern: '^located$', 'apply-to': 'queues', definition };
    await management.put(['policies', vhost, 'p'], policy);
    await declare('located', { 'x-queue-type': 'classic' });
    for (let i = 0; i < 3; i++) await publish('amq.default', 'located');
    const get = { count: 9, ackmode: 'ack_requeue_false', encoding: 'auto' };
    const got = (await management.request('POST', ['queues', vhost, 'located', 'get'], get)) as Got;
    expect(got.length).toBe(isNew ? 1 : 3);
  });

  test('1 and 1.0 in a headers exchange', async () => {
    await declare('numbers', { 'x-queue-type': 'classic' });
    const path = ['bindings', vhost, 'e', 'amq.headers', 'q', 'numbers'];
    await management.request('POST', path, { routing_key: '', arguments: { 'x-match': 'all', n: 2 } });
    expect(await publish('amq.headers', '', { headers: { n: 2 } })).toBe(true);
    const authorization = `Basic ${Buffer.from('guest:guest').toString('base64')}`;
    // JSON.stringify would write 2.
    const body =
      '{"properties":{"headers":{"n":2.0}},"routing_key":"","payload":"x","payload_encoding":"string"}';
    const response = await fetch(`${url}/api/exchanges/${vhost}/amq.headers/publish`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body,
    });
    expect(await response.json()).toEqual({ routed: !isNew });
  });

  test('a quorum queue with a negative delivery limit', async () => {
    await declare('negative', { 'x-queue-type': 'quorum', 'x-delivery-limit': -1 });
    await publish('amq.default', 'negative');
    expect(await returned('negative', 4)).toBe(isNew ? 4 : 1);
  });

  test('a quorum queue without a delivery limit', async () => {
    await declare('unlimited', { 'x-queue-type': 'quorum' });
    await publish('amq.default', 'unlimited');
    expect(await returned('unlimited', 23)).toBe(isNew ? 21 : 23);
  });
});
