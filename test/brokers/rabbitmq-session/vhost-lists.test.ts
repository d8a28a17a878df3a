import type { ServerResponse } from 'node:http';
import { expect, test } from 'vitest';
import { connect } from '../../../src/brokers/rabbitmq/session/index.ts';
import { answerLimit, type JsonObject } from '../../../src/model/index.ts';
import { fakeManagement, healthy, json } from './fake-management.ts';
import { readAll } from './live.ts';

const LISTS = ['exchanges', 'queues', 'bindings', 'policies'];
const TWELVE = Array.from({ length: 12 }, (_, i) => `v${i}`);

interface Broker {
  /** Vhosts that exist; the user may access them, but for the hidden ones. */
  existing?: string[];
  hidden?: string[];
  /** Tags of the user. */
  tags?: string[];
  /** What is answered instead of the listing of all vhosts, by the name of the list. */
  whole?: Record<string, (response: ServerResponse) => void>;
  /** As `whole`, for the listings of one vhost. */
  single?: Record<string, (response: ServerResponse) => void>;
}

/** Reads the queues of these vhosts; each has one exchange and one queue. */
async function readQueues(vhosts: string[], broker: Broker = {}) {
  const { existing = TWELVE, hidden = [], tags = ['management'], whole = {}, single = {} } = broker;
  const item = (list: string, vhost: string): JsonObject[] => {
    if (list === 'exchanges') return [{ vhost, name: 'amq.topic', type: 'topic', durable: true }];
    return list === 'queues' ? [{ vhost, name: 'q', type: 'classic', durable: true }] : [];
  };
  const fake = await fakeManagement((request, response) => {
    const [list = '', vhost] = (request.url ?? '').replace(/^\/api\/|\?.*$/g, '').split('/');
    if (list === 'vhosts')
      return json(
        response,
        200,
        existing.map((name) => ({ name })),
      );
    if (list === 'whoami') return json(response, 200, { name: 'u', tags });
    if (!LISTS.includes(list)) return healthy(request, response);
    const instead = vhost === undefined ? whole[list] : single[`${list}/${vhost}`];
    if (instead) return instead(response);
    const seen = existing.filter((name) => !hidden.includes(name));
    if (vhost === undefined)
      return json(
        response,
        200,
        seen.flatMap((name) => item(list, name)),
      );
    if (seen.includes(vhost)) return json(response, 200, item(list, vhost));
    if (!hidden.includes(vhost))
      return json(response, 404, { error: 'Object Not Found', reason: 'Not Found' });
    json(response, 401, { error: 'not_authorised', reason: 'User not authorised to access virtual host' });
  });
  const settings = { management: fake.management };
  const session = await connect({
    ...{ name: 'main', type: 'rabbitmq', settings, resolve: (text) => text, timeout: 5000 },
  });
  fake.requests.length = 0;
  try {
    const live = await readAll(session, ...vhosts.map((vhost) => `main/queue/${vhost}/*`));
    const asked = fake.requests.map((one) => one.replace('GET /api/', '').replace(/\?.*/, ''));
    const queues = [...live.keys()].filter((address) => address.startsWith('main/queue/'));
    return { queues: queues.sort(), asked };
  } finally {
    await session.close();
    await fake.close();
  }
}

const queuesOf = (vhosts: string[]) => vhosts.map((vhost) => `main/queue/${vhost}/q`).sort();
const listsOf = (vhost: string) => LISTS.map((list) => `${list}/${vhost}`);

test('the lists of many vhosts are one each, those of few are of their own vhost', async () => {
  const many = await readQueues(TWELVE);
  expect(many.queues).toEqual(queuesOf(TWELVE));
  expect(many.asked.sort()).toEqual([...LISTS].sort());
  const few = await readQueues(['v0', 'v1']);
  expect(few.queues).toEqual(queuesOf(['v0', 'v1']));
  expect(few.asked.sort()).toEqual(['v0', 'v1'].flatMap(listsOf).sort());
});

test('a small part of a large broker is listed alone', async () => {
  const existing = Array.from({ length: 100 }, (_, i) => `v${i}`);
  const { queues, asked } = await readQueues(TWELVE, { existing });
  expect(queues).toEqual(queuesOf(TWELVE));
  expect(asked.sort()).toEqual(TWELVE.flatMap(listsOf).sort());
});

test('a vhost that the list of all exchanges omits is asked for: missing is empty, hidden is an error', async () => {
  const missing = await readQueues([...TWELVE, 'none']);
  expect(missing.queues).toEqual(queuesOf(TWELVE));
  expect(missing.asked.sort()).toEqual([...LISTS, ...listsOf('none')].sort());
  await expect(readQueues(TWELVE, { hidden: ['v3'] })).rejects.toMatchObject({
    failure: {
      message: 'user "u" may not see vhost "v3"',
      hint: 'user "u" needs a permission in vhost "v3"',
    },
  });
});

test('many vhosts that do not exist yet are told by the names of all vhosts, if the user sees all of them', async () => {
  const none = Array.from({ length: 50 }, (_, i) => `none${i}`);
  for (const tag of ['administrator', 'monitoring']) {
    const { queues, asked } = await readQueues([...TWELVE, ...none], { tags: [tag] });
    expect(queues).toEqual(queuesOf(TWELVE));
    expect(asked.sort()).toEqual([...LISTS, 'vhosts', 'whoami'].sort());
  }
  const management = await readQueues([...TWELVE, ...none]);
  expect(management.queues).toEqual(queuesOf(TWELVE));
  expect(management.asked.sort()).toEqual([...LISTS, 'whoami', ...none.flatMap(listsOf)].sort());
  const hidden = TWELVE.slice(1);
  for (const tags of [['management'], ['monitoring']]) {
    await expect(readQueues([...TWELVE, ...none], { hidden, tags })).rejects.toMatchObject({
      failure: { message: expect.stringContaining('may not see vhost "v') },
    });
  }
});

test.each<[string, (response: ServerResponse) => void]>([
  [
    'is larger than a quarter of what an answer may be',
    (response) => {
      const list = Buffer.alloc(answerLimit() / 4 + 2, ' ');
      list.write('[');
      list.write(']', list.length - 1);
      response.writeHead(200, { 'content-length': list.length }).end(list);
    },
  ],
  ['fails', (response) => json(response, 500, { error: 'Internal Server Error' })],
  ['is refused', (response) => json(response, 401, { error: 'not_authorised', reason: 'no' })],
  ['is not JSON', (response) => response.end('<html>')],
])('where a listing of all vhosts %s, each vhost has its own', async (_, instead) => {
  for (const list of ['exchanges', 'queues', 'policies']) {
    const { queues, asked } = await readQueues(TWELVE, { whole: { [list]: instead } });
    expect(queues).toEqual(queuesOf(TWELVE));
    expect(asked).toEqual(expect.arrayContaining(TWELVE.map((vhost) => `${list}/${vhost}`)));
  }
});

test('a vhost whose bindings cannot be listed is named, as where it is read alone', async () => {
  const fails = (response: ServerResponse) => json(response, 500, { error: 'Internal Server Error' });
  const broker = { whole: { bindings: fails }, single: { 'bindings/v7': fails } };
  await expect(readQueues(TWELVE, broker)).rejects.toMatchObject({
    failure: { status: '500', message: expect.stringContaining('vhost "v7"') },
  });
});
