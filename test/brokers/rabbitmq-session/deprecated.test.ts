import { expect, test } from 'vitest';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import type { Session } from '../../../src/model/index.ts';
import { fakeManagement, healthy, json } from './fake-management.ts';
import { brokerOf, open } from './live.ts';

/** What a session says of a broker that answers this. */
async function deprecatedOf(status: number, body: unknown) {
  const fake = await fakeManagement((request, response) =>
    request.url?.includes('deprecated') ? json(response, status, body) : healthy(request, response),
  );
  const settings = { management: fake.management };
  const session = await connect({
    ...{ name: 'main', type: 'rabbitmq', settings, resolve: (text: string) => text, timeout: 5000 },
  });
  try {
    return await session.deprecated?.();
  } finally {
    await session.close();
    await fake.close();
  }
}

const FEATURE = {
  name: 'transient_nonexcl_queues',
  desc: '',
  deprecation_phase: 'permitted_by_default',
  doc_url: 'https://www.rabbitmq.com/x',
};

test('a feature in use comes with what becomes of it, and its page', async () => {
  expect(await deprecatedOf(200, [FEATURE])).toEqual([
    {
      name: 'transient_nonexcl_queues',
      text: 'deprecated; a later release rejects it by default; https://www.rabbitmq.com/x',
    },
  ]);
});

test('a broker without the list has nothing; a right that is missing is said', async () => {
  expect(await deprecatedOf(404, { error: 'Object Not Found', reason: 'Not Found' })).toEqual([]);
  expect(await deprecatedOf(401, { error: 'not_authorised', reason: 'Not monitor user' })).toEqual([
    { name: 'deprecated-features/used', text: 'unknown: the broker refuses the list to user "u"' },
  ]);
});

test('a list of anything is bounded', async () => {
  const many = Array.from({ length: 5000 }, (_, i) => ({ ...FEATURE, name: `f${i}`.repeat(1000), desc: 7 }));
  const found = (await deprecatedOf(200, [null, 3, ...many])) ?? [];
  expect(found).toHaveLength(101);
  expect(found.at(-1)?.text).toBe('lists 4900 more');
  for (const { name, text } of found) expect(Math.max(name.length, text.length)).toBeLessThanOrEqual(300);
  expect(await deprecatedOf(200, { no: 'list' })).toEqual([]);
});

const VHOST = `deprecated-${process.pid}`;

test.each(['old', 'current'] as const)(
  'RabbitMQ %s lists a transient queue, if it lists any',
  async (line) => {
    if (!brokerOf(line)) return;
    const session = (await open(line)) as Session & Awaited<ReturnType<typeof open>>;
    const request = (method: 'PUT' | 'DELETE', path: string[], payload = {}) =>
      session.management.request({ method, path, payload, repeatable: true });
    try {
      await request('PUT', ['vhosts', VHOST]);
      await request('PUT', ['queues', VHOST, 'q'], { durable: false });
      const names = (await session.deprecated?.())?.map(({ name }) => name);
      if (line === 'old') expect(names).toEqual([]);
      else expect(names).toContain('transient_nonexcl_queues');
    } finally {
      await request('DELETE', ['vhosts', VHOST]);
      await session.close();
    }
  },
);
