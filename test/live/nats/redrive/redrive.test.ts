import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalNats, type NatsLine, startNats } from '../../../../local/nats.ts';
import { tally } from '../../redrive-trial.ts';
import { DEAD, DeadLetters, redriveBy } from '../dead-letters.ts';
import { describeLines } from '../lines.ts';
import { PlainServer } from '../plain.ts';

const WORK = { retention: 'workqueue' };

describeLines((line) => {
  let nats: LocalNats;
  let server: PlainServer;
  let dead: DeadLetters;

  beforeAll(async () => {
    const users = {
      mute: { denyPublish: ['orders.>'] },
      keeper: { denyPublish: ['$JS.API.STREAM.MSG.DELETE.ORDERS'] },
    };
    nats = await startNats(line as NatsLine, { auth: 'password', users });
    const { user = '', password = '' } = nats.credentials;
    server = await PlainServer.connect(nats.url, { user, pass: password });
    dead = new DeadLetters(server);
  });
  afterAll(async () => {
    await server?.close();
    await nats?.stop();
  });
  beforeEach(() => dead.reset());

  const settings = ({ user, password } = nats.credentials) => ({
    ...{ servers: [nats.url], username: user ?? '', password: password ?? '' },
  });
  const redrive = (options: Parameters<typeof redriveBy>[1] = {}) => redriveBy(settings(), options);

  test('a work queue gets its messages back once each, as they were, with a mark', async () => {
    await dead.stream('ORDERS', WORK, { worker: {} });
    for (let i = 1; i <= 100; i++) {
      await dead.publish(`orders.${i % 3}`, `order ${i}`, {
        'Nats-Msg-Id': `id ${i}`,
        Tenant: 'a',
        tenant: 'b',
      });
    }
    await dead.giveUp('ORDERS', 'worker', 100);
    const before = await Promise.all([dead.state('ORDERS'), dead.state(DEAD)]);

    const dry = await redrive({ survey: true });
    expect(tally(dry.letters)).toEqual({ 'ORDERS/worker | ORDERS | max-deliver': 100 });
    expect(tally(dry.outcomes)).toEqual({ chosen: 100 });
    expect(await Promise.all([dead.state('ORDERS'), dead.state(DEAD)])).toEqual(before);

    expect(tally((await redrive({ limit: 30 })).outcomes)).toEqual({ redriven: 30 });
    expect(await dead.count(DEAD)).toBe(70);
    expect(tally((await redrive()).outcomes)).toEqual({ redriven: 70 });
    expect([await dead.count('ORDERS'), await dead.count(DEAD)]).toEqual([100, 0]);
    const { subject, payload, headers } = await dead.stored('ORDERS', 101);
    const number = payload.replace('order ', '');
    expect(subject).toBe(`orders.${Number(number) % 3}`);
    expect(headers).toMatch(/Tenant: a\r\ntenant: b\r\n/);
    expect(headers).toContain(`Brokerform-Redrive: 1; run=test\r\nBrokerform-Msg-Id: id ${number}\r\n`);
    const again = await dead.take('ORDERS', 'worker', 100, '+ACK');
    expect(again.sort()).toEqual(Array.from({ length: 100 }, (_, i) => `order ${i + 1}`).sort());
  });

  test('a message that dies again is marked twice, and does not keep a run from its end', async () => {
    await dead.stream('ORDERS', WORK, { worker: { ack_wait: 20_000_000 } });
    for (let i = 1; i <= 20; i++) await dead.publish('orders.a', `poison ${i}`);
    await dead.giveUp('ORDERS', 'worker', 20);
    let isRunning = true;
    const poisoned = (async () => {
      while (isRunning) await dead.take('ORDERS', 'worker', 1);
    })();
    const { outcomes } = await redrive({ rate: 40 }).finally(() => {
      isRunning = false;
    });
    await dead.publish('orders.a', 'poison 21');
    await poisoned;
    expect(tally(outcomes)).toEqual({ redriven: 20 });
    await dead.untilDead(20, 'ORDERS', 'worker');
    const again = await redrive({ accepts: ({ redriven }) => redriven === 1 });
    expect(tally(again.outcomes).redriven).toBe(20);
    const { last_seq: last } = await dead.state('ORDERS');
    const { headers } = await dead.stored('ORDERS', Number(last));
    expect(headers).toMatch(/Brokerform-Redrive: 2; /);
    // Their publisher gave them none.
    expect(headers).not.toMatch(/Brokerform-Msg-Id/);
  });

  test('a log keeps the dead message, gives one copy to all, and says who else gets it', async () => {
    const wanted = { filter_subject: 'orders.a' };
    await dead.stream('ORDERS', { allow_rollup_hdrs: true }, { one: wanted, two: wanted, audit: {} });
    await dead.publish('orders.a', 'order', { 'Nats-Rollup': 'sub', 'Nats-Expected-Last-Sequence': '0' });
    await dead.publish('orders.b', 'another');
    await dead.giveUp('ORDERS', 'one', 1);
    await dead.giveUp('ORDERS', 'two', 1);
    const { outcomes, notes } = await redrive();
    expect(notes).toEqual([
      'stream ORDERS: other consumers get the messages again if their filters match: audit',
      'stream ORDERS keeps the dead messages beside their copies (limits retention)',
    ]);
    expect(outcomes).toEqual(['redriven', 'redriven']);
    expect(await dead.count(DEAD)).toBe(0);
    expect(await dead.payloads('ORDERS')).toEqual(['order', 'another', 'order']);
  });

  test('what a server would drop or refuse stays, with the reason', async () => {
    await dead.stream(
      'ORDERS',
      { retention: 'interest' },
      { worker: {}, other: { filter_subject: 'orders.b' } },
    );
    await dead.stream(
      'ONCE',
      { ...WORK, max_msgs_per_subject: 1, discard: 'new', discard_new_per_subject: true },
      {
        worker: {},
      },
    );
    await dead.stream('FULL', { ...WORK, max_msgs: 3 }, { worker: {} });
    await dead.stream('FEW', { ...WORK, max_msgs_per_subject: 2 }, { worker: {} });
    await dead.stream('MOVED', WORK, { worker: {} });
    for (const [stream, subjects] of Object.entries({
      ORDERS: ['orders.a'],
      ONCE: ['once.a'],
      FULL: ['full.a', 'full.b', 'full.c'],
      FEW: ['few.a', 'few.a'],
      MOVED: ['moved.a'],
    })) {
      for (const subject of subjects) await dead.publish(subject, `in ${subject}`);
      await dead.giveUp(stream, 'worker', subjects.length);
    }
    await server.demand('STREAM.UPDATE.MOVED', {
      ...WORK,
      name: 'MOVED',
      subjects: ['else.>'],
      storage: 'memory',
    });
    const { outcomes } = await redrive();
    expect(tally(outcomes)).toEqual({
      redriven: 1,
      'kept: maximum messages per subject exceeded': 1,
      'kept: stream FULL is full and would discard its oldest message': 3,
      'kept: stream FEW would discard the oldest message of subject few.a': 2,
      'kept: stream MOVED does not take subject moved.a': 1,
    });
    expect(await dead.count(DEAD)).toBe(7);
    expect([await dead.count('FULL'), await dead.count('FEW'), await dead.count('ONCE')]).toEqual([3, 2, 1]);
  });

  test('a message that is gone is told apart, also if the stream was created anew', async () => {
    const other = { worker: {} };
    for (const name of ['ORDERS', 'ANEW', 'LOST']) {
      await dead.stream(name, WORK, other);
      for (let i = 0; i < 2; i++) await dead.publish(`${name.toLowerCase()}.a`, `message ${i}`);
      await dead.giveUp(name, 'worker', 2);
    }
    await dead.delete('ORDERS', 1);
    await server.demand('STREAM.DELETE.LOST');
    await server.demand('STREAM.DELETE.ANEW');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await dead.stream('ANEW', WORK, other);
    for (let i = 0; i < 2; i++) await dead.publish('anew.a', 'alive');
    const expected = {
      'kept: message 1 is no longer in stream ORDERS': 1,
      'kept: message 1 is no longer in stream ANEW': 1,
      'kept: message 2 is no longer in stream ANEW': 1,
      'kept: stream LOST does not exist': 2,
    };
    expect(tally((await redrive({ survey: true })).outcomes)).toEqual({ chosen: 1, ...expected });
    expect(tally((await redrive()).outcomes)).toEqual({ redriven: 1, ...expected });
    expect([await dead.count('ANEW'), await dead.count('ORDERS')]).toEqual([2, 1]);
  });

  test('copies that an application wrote go where a header says, or to one subject, and never back', async () => {
    await server.demand('STREAM.CREATE.COPIES', { name: 'COPIES', subjects: ['dead.>'], storage: 'memory' });
    await dead.stream('ORDERS', {}, {});
    await dead.publish('dead.a', 'republished', { 'Nats-Subject': 'orders.a', 'Nats-Stream': 'ORDERS' });
    await dead.publish('dead.a', 'poisoned', {
      topic_poisoned: 'orders.b',
      reason_poisoned: 'no \u001b[31mtenant',
    });
    await dead.publish('dead.a', 'looped', { 'Nats-Subject': 'dead.b' });
    await dead.publish('dead.a', 'plain');
    await dead.publish(
      'dead.a',
      '{"type":"io.nats.jetstream.advisory.v1.nak","stream":"ORDERS","stream_seq":1}',
    );
    const { outcomes } = await redrive({ dead: 'COPIES' });
    expect(outcomes).toEqual([
      'redriven',
      'redriven',
      'kept: subject dead.b leads back into stream COPIES',
      'kept: no header contains the original subject: set one with --to',
      'kept: the advisory does not report a dead letter',
    ]);
    expect(await dead.payloads('ORDERS')).toEqual(['republished', 'poisoned']);
    const directed = await redrive({ dead: 'COPIES', to: 'orders.z' });
    expect(tally(directed.outcomes)).toEqual({
      redriven: 2,
      'kept: the advisory does not report a dead letter': 1,
    });
    expect(await dead.payloads('ORDERS')).toEqual(['republished', 'poisoned', 'looped', 'plain']);
    expect((await redrive({ dead: 'COPIES', to: 'nowhere' })).outcomes).toEqual([
      'kept: the advisory does not report a dead letter',
    ]);
  });

  test('a missing right is named before anything is published', async () => {
    await dead.stream('ORDERS', WORK, { worker: {} });
    for (let i = 0; i < 3; i++) await dead.publish('orders.a', `order ${i}`);
    await dead.giveUp('ORDERS', 'worker', 3);
    const mute = await redriveBy(settings({ user: 'mute', password: 'mute' }));
    expect(mute.error?.message).toMatch(/may not publish to orders\.a/);
    const keeper = await redriveBy(settings({ user: 'keeper', password: 'keeper' }));
    expect(keeper.error?.message).toMatch(/may not publish to \$JS\.API\.STREAM\.MSG\.DELETE\.ORDERS/);
    expect([await dead.count('ORDERS'), await dead.count(DEAD)]).toEqual([3, 3]);
    expect((await dead.state('ORDERS')).last_seq).toBe(3);
    expect(tally((await redrive()).outcomes)).toEqual({ redriven: 3 });
  });

  test('a stream that keeps its messages cannot be redriven from', async () => {
    await dead.reset({ deny_delete: true });
    await expect(redrive()).rejects.toThrow(/does not let messages be deleted \(deny_delete\)/);
    await expect(redrive({ dead: 'NONE' })).rejects.toThrow('stream NONE does not exist');
  });

  test('a message of the largest size comes back', async () => {
    await dead.stream('ORDERS', WORK, { worker: {} });
    const large = 'x'.repeat(1024 * 1024 - 300);
    await dead.publish('orders.a', large);
    await dead.giveUp('ORDERS', 'worker', 1);
    expect((await redrive()).outcomes).toEqual(['redriven']);
    expect(await dead.take('ORDERS', 'worker', 1, '+ACK')).toEqual([large]);
  });
});
