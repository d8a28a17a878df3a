import { describe, expect, it } from 'vitest';
import { consumerResource, streamResource } from '../../../../src/brokers/nats/kinds/addresses.ts';
import type { BrokerIdentity, JsonObject, Step } from '../../../../src/model/index.ts';
import { asLive, plan, server } from '../project.ts';

const HOUR = 3600 * 1_000_000_000;
const stream = (spec: JsonObject, name = 'S') => streamResource('edge', name, spec);
const consumer = (spec: JsonObject, name = 'c') => consumerResource('edge', 'S', name, spec);
const HELD = {
  messages: 18204,
  bytes: 5_000_000,
  firstTime: '2026-01-01T00:00:00Z',
  consumers: 2,
  pending: 40,
  unacknowledged: 2,
};

async function changeOf(
  before: JsonObject,
  after: JsonObject,
  metrics: JsonObject | undefined = HELD,
  broker: BrokerIdentity = server(),
): Promise<Step | undefined> {
  const { waves } = await plan(broker, [stream(after)], asLive(broker, [stream(before)], metrics));
  return waves[0]?.[0];
}

const risksOf = (step: Step | undefined) => step?.risks.map((risk) => `${risk.class} ${risk.code}`);

describe('what a change of a stream costs', () => {
  it.each([
    ['a lower max_msgs', {}, { max_msgs: 1000 }, HELD, ['destructive limit-lowered']],
    ['a lower max_msgs that it is within', {}, { max_msgs: 20000 }, HELD, []],
    [
      'a lower max_msgs of an unknown stream',
      {},
      { max_msgs: 20000 },
      undefined,
      ['destructive limit-lowered'],
    ],
    ['a higher max_msgs', { max_msgs: 5 }, { max_msgs: 9 }, HELD, []],
    ['no max_msgs', { max_msgs: 5 }, {}, HELD, []],
    ['a lower max_bytes', {}, { max_bytes: 1000 }, HELD, ['destructive limit-lowered']],
    ['a lower max_age', { max_age: 9 * HOUR }, { max_age: HOUR }, HELD, ['destructive limit-lowered']],
    ['a higher max_age', { max_age: HOUR }, { max_age: 9 * HOUR }, HELD, []],
    ['a lower max_age of an empty stream', {}, { max_age: HOUR }, { messages: 0 }, []],
    ['a limit for each subject', {}, { max_msgs_per_subject: 5 }, HELD, ['destructive limit-lowered']],
    [
      'a lower max_msgs that refuses publishers',
      { discard: 'new' },
      { discard: 'new', max_msgs: 5 },
      HELD,
      ['disruptive publishers-refused'],
    ],
    ['a subject less', { subjects: ['a', 'b'] }, { subjects: ['a'] }, HELD, ['disruptive subjects-dropped']],
    ['a wider subject', { subjects: ['a.b'] }, { subjects: ['a.*'] }, HELD, []],
    ['interest', {}, { retention: 'interest' }, HELD, ['destructive retention-changed']],
    [
      'interest in an empty stream',
      {},
      { retention: 'interest' },
      { messages: 0 },
      ['disruptive retention-changed'],
    ],
    ['a seal', {}, { sealed: true }, HELD, ['destructive one-way']],
    ['deny_purge', {}, { deny_purge: true }, HELD, ['disruptive one-way']],
    ['a larger max_msg_size', { max_msg_size: 5 }, {}, HELD, []],
    ['a smaller max_msg_size', {}, { max_msg_size: 5 }, HELD, ['disruptive behaviour-changed']],
    ['another description', {}, { description: 'x' }, HELD, []],
  ] as [string, JsonObject, JsonObject, JsonObject | undefined, string[]][])(
    '%s',
    async (_name, before, after, metrics, expected) => {
      const risks = risksOf(await changeOf(before, after, metrics ?? {}))?.filter(
        // Sealing turns other fields, which is felt too.
        (risk) => !after.sealed || risk.endsWith('one-way') === risk.startsWith('destructive'),
      );
      expect(risks).toEqual(expect.arrayContaining(expected));
      expect(risks?.filter((risk) => risk.startsWith('destructive'))).toEqual(
        expected.filter((risk) => risk.startsWith('destructive')),
      );
      if (expected.length === 0) expect(risks).toEqual([]);
    },
  );

  it('counts the messages at stake', async () => {
    const lowered = await changeOf({}, { max_msgs: 1000 });
    expect(lowered?.risks[0]?.message).toBe(
      'max_msgs 1,000 deletes the 17,204 oldest of 18,204 messages at once',
    );
    const replaced = await changeOf({}, { storage: 'memory' });
    expect(replaced?.affected?.text).toBe(
      '18,204 messages (4.8 MiB), the first of 2026-01-01T00:00:00Z, 2 consumers, 40 pending, 2 unacknowledged',
    );
    expect(risksOf(replaced)).toEqual(['destructive messages-lost']);
    expect((await changeOf({}, { storage: 'memory' }, {}))?.affected?.text).toBe(
      'an unknown number of messages',
    );
  });

  it('deletes only what is empty unless that was allowed', async () => {
    const live = asLive(server(), [stream({})], { messages: 0 });
    const empty = await plan(server(), [stream({ storage: 'memory' })], live);
    expect(empty.blockers).toEqual([]);
    expect(empty.waves[0]?.[0]?.calls[0]).toMatchObject({ body: { ifEmpty: true } });
    const full = asLive(server(), [stream({})], HELD);
    const blocked = await plan(server(), [], full, { retired: ['edge/stream/S'] });
    expect(blocked.blockers).toMatchObject([{ allow: 'destructive:edge/stream/S' }]);
    const allowed = await plan(server(), [], full, {
      retired: ['edge/stream/S'],
      allow: ['destructive:edge/stream/S'],
    });
    expect(allowed.blockers).toEqual([]);
    expect(allowed.waves[0]?.[0]?.calls).toEqual([
      { op: 'stream.delete', target: 'edge/stream/S', body: { name: 'S', ifEmpty: false } },
    ]);
  });
});

describe('what a change of a consumer costs', () => {
  const live = (retention: string, metrics: JsonObject) => [
    ...asLive(server(), [stream({ retention })]),
    ...asLive(server(), [consumer({ deliver_subject: 'd' })], metrics),
  ];

  it('its position, when it goes', async () => {
    const { blockers, waves } = await plan(
      server(),
      [stream({})],
      live('limits', { pending: 1200, unacknowledged: 3 }),
      {
        retired: ['edge/consumer/S/c'],
      },
    );
    expect(blockers).toMatchObject([{ risk: { code: 'position-lost' } }]);
    expect(waves[0]?.[0]?.affected?.text).toBe('1,200 pending, 3 unacknowledged');
  });

  it.each([
    ['limits', 'disruptive'],
    ['interest', 'destructive'],
  ])('another filter, on a stream by %s', async (retention, expected) => {
    const desired = [stream({ retention }), consumer({ deliver_subject: 'd', filter_subject: 'S' })];
    const { waves } = await plan(server(), desired, live(retention, {}));
    expect(risksOf(waves[0]?.[0])).toEqual([`${expected} filter-changed`]);
  });

  it('a client that listens', async () => {
    const desired = [stream({}), consumer({ deliver_subject: 'e' })];
    const { waves } = await plan(server(), desired, live('limits', { bound: true }));
    expect(waves[0]?.[0]?.risks[0]?.message).toContain('the server refuses until it stops');
  });
});
