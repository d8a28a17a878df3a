import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { effectiveSettings } from '../../../src/brokers/rabbitmq/routing/effective-settings.ts';
import {
  type EffectiveSettings,
  type JsonObject,
  makeAddress,
  type Resource,
} from '../../../src/model/index.ts';
import { runs } from '../../setup/runs.ts';
import { CliProject, eachLine, type Line } from './cli-project.ts';

const QUEUES = { c1: 'classic', c2: 'classic', q1: 'quorum', s1: 'stream' } as const;
/** The broker's statistics of a queue tell of earlier policies, so that each run has queues of its own. */
let run = 0;

const small = fc.integer({ min: 1, max: 5000 });
/** Values of policy keys that the line takes; which of them an operator policy may have, the broker says. */
function definitions(line: Line): fc.Arbitrary<JsonObject> {
  return fc
    .record(
      {
        'message-ttl': small,
        'max-length': small,
        'max-length-bytes': small,
        expires: fc.integer({ min: 3_600_000, max: 7_200_000 }),
        'delivery-limit': line === 'old' ? small : fc.integer({ min: -1, max: 9 }),
        overflow: fc.constantFrom('drop-head', 'reject-publish'),
        'dead-letter-exchange': fc.constantFrom('a', 'b'),
        'max-age': fc.constantFrom('7D', '1h'),
        'alternate-exchange': fc.constantFrom('a', 'b'),
      },
      { requiredKeys: [] },
    )
    .filter((definition) => Object.keys(definition).length > 0);
}

interface Written {
  readonly pattern: string;
  readonly 'apply-to': string;
  readonly definition: JsonObject;
}

function policies(line: Line, operator: boolean): fc.Arbitrary<Written[]> {
  const kinds = ['queues', ...(operator ? [] : ['all', 'exchanges'])];
  const types = line === 'old' ? [] : ['classic_queues', 'quorum_queues', 'streams'];
  const one = fc.record({
    pattern: fc.constantFrom('.*', '^c', '1-', '^q1', 'e', '^s'),
    'apply-to': fc.constantFrom(...kinds, ...types),
    definition: definitions(line),
  });
  return fc.array(one, { maxLength: 4 });
}

/** What the policies make of a resource, without its arguments. */
function merged({ settings }: EffectiveSettings): JsonObject {
  return Object.fromEntries(
    settings.flatMap(({ name, overridden, ...winner }) => {
      const source = [winner, ...overridden].find(({ from }) => from !== 'argument');
      return source ? [[name, source.value]] : [];
    }),
  );
}

eachLine('policies on RabbitMQ %s', (shared, line) => {
  let project: CliProject;
  beforeAll(async () => {
    project = new CliProject(shared);
    await project.makeVhost();
  });
  afterAll(() => project?.remove());

  test('what is in force is what the broker says', async () => {
    const { broker, vhost } = project;
    const put = async (list: string, all: readonly Written[]) => {
      const kind = list === 'policies' ? 'policy' : 'operator-policy';
      const taken: Resource[] = [];
      for (const [i, body] of all.entries()) {
        const spec = { ...body, priority: i };
        const done = await broker.put([list, vhost, `p${i}`], spec).then(
          () => true,
          () => false,
        );
        const address = makeAddress('main', kind, vhost, `p${i}`);
        if (done) taken.push({ address, spec, dependsOn: [] });
      }
      return taken;
    };
    const make = async () => {
      const suffix = run++;
      const queues = Object.entries(QUEUES).map(async ([name, type]): Promise<Resource> => {
        const path = [vhost, `${name}-${suffix}`];
        const args = { 'x-queue-type': type };
        await broker.put(['queues', ...path], { durable: true, arguments: args });
        const address = makeAddress('main', 'queue', ...path);
        return { address, spec: { type, arguments: args }, dependsOn: [] };
      });
      await broker.put(['exchanges', vhost, `e1-${suffix}`], { type: 'topic' });
      const address = makeAddress('main', 'exchange', vhost, `e1-${suffix}`);
      return [...(await Promise.all(queues)), { address, spec: { type: 'topic' }, dependsOn: [] }];
    };
    const identity = { name: 'main', type: 'rabbitmq', id: 'x', version: shared.version, facts: {} };
    let compared = 0;
    await fc.assert(
      fc.asyncProperty(policies(line, false), policies(line, true), async (own, operator) => {
        const written = [...(await put('policies', own)), ...(await put('operator-policies', operator))];
        const resources = await make();
        const all = effectiveSettings({
          broker: identity,
          resources: [...resources, ...written],
          live: true,
        });
        try {
          const expected = resources.map(({ address }) => {
            const found = all.find((settings) => settings.address === address);
            const inForce = found?.policies.find(
              ({ title, state }) => state === 'in-force' && title.startsWith('policy'),
            );
            const isQueue = address.startsWith('main/queue');
            return [address, inForce?.title.slice(7), isQueue && found ? merged(found) : {}];
          });
          // 3.10 tells of policies with its statistics, a moment later.
          const read = () => Promise.all(resources.map(({ address }) => said(project, address)));
          expect(expected).toEqual(await settled(read, expected));
          compared += expected.length;
        } finally {
          await Promise.all([
            ...resources.map(({ address }) => {
              const [, kind = '', , name = ''] = address.split('/');
              return broker.delete(`${kind}s`, vhost, name);
            }),
            ...written.map(({ address }) => {
              const [, kind = '', , name = ''] = address.split('/');
              return broker.delete(kind === 'policy' ? 'policies' : 'operator-policies', vhost, name);
            }),
          ]);
        }
      }),
      { numRuns: runs(12), endOnFailure: true },
    );
    expect(compared).toBeGreaterThan(40);
  });

  test('an argument and a policy: the one in force is what the broker acts by', async () => {
    const { broker, vhost } = project;
    const make = async (type: string, args: JsonObject, definition: JsonObject) => {
      const name = `${type}-${Math.random().toString(36).slice(2)}`;
      await broker.put(['policies', vhost, name], { pattern: `^${name}$`, priority: 9, definition });
      await broker.put(['queues', vhost, name], {
        durable: true,
        arguments: { ...args, 'x-queue-type': type },
      });
      return name;
    };
    const lengths = await Promise.all(
      ['classic', 'quorum'].flatMap((type) =>
        [
          [2, 4],
          [4, 2],
        ].map(([own, policy]) => make(type, { 'x-max-length': own ?? 0 }, { 'max-length': policy ?? 0 })),
      ),
    );
    // Quorum queues of 3.10 took the policy's expiry; the argument would have removed the queue by then.
    const expiring = await make('quorum', { 'x-expires': 300 }, { expires: 600_000 });
    for (const name of lengths) for (let i = 0; i < 6; i++) await project.publish(name);
    const counts = () => Promise.all(lengths.map((name) => drained(project, name)));
    expect(await settled(counts, [2, 2, 2, 2])).toEqual([2, 2, 2, 2]);
    const isThere = async () => (await project.queues()).includes(expiring);
    if (line === 'old') {
      await sleep(1500);
      expect(await isThere()).toBe(true);
    } else expect(await settled(isThere, false)).toBe(false);
  });

  test('a queue with tuning: policy changes in place, and keeps its messages', async () => {
    const tuned = new CliProject(shared);
    const declare = (ttl: string) =>
      tuned.declare({
        queues: { orders: { type: 'quorum', tuning: 'policy', 'message-ttl': ttl, 'delivery-limit': 500 } },
        policies: { all: { pattern: '.*', 'apply-to': 'queues', definition: { 'max-length': 50 } } },
      });
    try {
      declare('7d');
      await tuned.expectFinished();
      for (let i = 0; i < 3; i++) await tuned.publish('orders');
      declare('1d');
      const { stdout } = await tuned.run('plan');
      expect(stdout).toMatch(/~ {2}policy orders\.tuning[\s\S]*message-ttl {2}7d → 1d/);
      expect(stdout).not.toContain('queue orders  ');
      await tuned.expectFinished('--allow', `destructive:${tuned.address('policy', 'orders.tuning')}`);
      expect(await settled(() => drained(tuned, 'orders'), 3)).toBe(3);
      const policy = await tuned.broker.request('GET', ['policies', tuned.vhost, 'orders.tuning']);
      expect(policy).toMatchObject({
        priority: 1,
        definition: { 'max-length': 50, 'message-ttl': 86_400_000, 'delivery-limit': 500 },
      });
    } finally {
      await tuned.remove();
    }
  });
});

/** The value once it is as expected, or after a while whatever it is; tests of both lines run at once. */
async function settled<T>(read: () => Promise<T>, expected: unknown): Promise<T> {
  const until = Date.now() + 10_000;
  for (;;) {
    const value = await read();
    if (isDeepStrictEqual(value, expected) || Date.now() > until) return value;
    await sleep(100);
  }
}

/** How many messages the queue gives out; it keeps them. */
async function drained(project: CliProject, queue: string): Promise<number> {
  const wanted = { count: 50, ackmode: 'ack_requeue_true', encoding: 'auto' };
  const got = await project.broker.request('POST', ['queues', project.vhost, queue, 'get'], wanted);
  return (got as unknown[]).length;
}

/** What the broker says: the policy's name, and the definition in force for a queue. */
async function said({ broker, vhost }: CliProject, address: string) {
  const [, kind = '', , name = ''] = address.split('/');
  const read = (query: string) =>
    broker.request('GET', [`${kind}s`, vhost, name], undefined, query) as Promise<{
      readonly effective_policy_definition?: JsonObject;
      readonly policy?: string;
    }>;
  const quick = await read('?disable_stats=true');
  const one = quick.policy === undefined ? await read('') : quick;
  return [address, one.policy || undefined, kind === 'queue' ? plain(one.effective_policy_definition) : {}];
}

/** The API lists an empty definition as a list; an alternate exchange says nothing about queues. */
function plain(definition: JsonObject = {}): JsonObject {
  if (Array.isArray(definition)) return {};
  const { 'alternate-exchange': _, ...rest } = definition;
  return rest;
}
