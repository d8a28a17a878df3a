import amqp from 'amqplib';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { brokerOf, calls, freshVhost, LINES, loginAs, open, readAll, send, statuses } from './live.ts';

type Opened = Awaited<ReturnType<typeof open>>;

describe.each(LINES)('sending to RabbitMQ %s', (line) => {
  const broker = brokerOf(line);
  const vhost = freshVhost();
  let both: Opened;
  let httpOnly: Opened;

  beforeAll(async () => {
    if (!broker) return;
    both = await open(line);
    httpOnly = await open(line, { settings: { url: '' } });
    await send(both, [[calls.put(['vhosts', vhost])]]);
  });
  afterAll(async () => {
    if (!broker) return;
    await send(both, [[calls.delete('vhosts', vhost)]]);
    await both.close();
    await httpOnly.close();
  });

  /** Publishes to a queue of the vhost, and leaves `unacknowledged` of the messages with a client. */
  async function fill(queue: string, messages: number, unacknowledged = 0): Promise<() => Promise<void>> {
    const connection = await amqp.connect(`${broker?.url}/${vhost}`);
    const channel = await connection.createConfirmChannel();
    for (let i = 0; i < messages; i++) channel.sendToQueue(queue, Buffer.from('x'));
    await channel.waitForConfirms();
    for (let i = 0; i < unacknowledged; i++) await channel.get(queue);
    return () => connection.close();
  }

  const ways: [string, () => Opened][] = [
    ['AMQP', () => both],
    ['HTTP alone', () => httpOnly],
  ];

  test.skipIf(!broker).each(ways)('one refusal among many hits no other call (%s)', async (way, session) => {
    const name = way.replace(' ', '-');
    const units = Array.from({ length: 60 }, (_, i) => [
      calls.queue(vhost, `${name}-${i}`, { 'x-max-length': 10 }),
    ]);
    units.splice(5, 0, [calls.queue(vhost, `${name}-bad`, { 'x-max-length': -1 })]);
    units.splice(20, 0, [calls.exchange(vhost, `${name}-bad`, 'x-no-such-type')]);
    units.splice(40, 0, [calls.bind(vhost, 'amq.topic', `${name}-missing`, 'k')]);
    const outcomes = await send(session(), units);
    expect(statuses(outcomes)).toEqual({ done: 60, failed: 3 });
    expect(outcomes[5]?.failure).toMatchObject({
      op: 'queue.declare',
      message: expect.stringContaining("invalid arg 'x-max-length'"),
    });
    expect(outcomes[20]?.failure).toMatchObject({
      op: 'exchange.declare',
      message: "unknown exchange type 'x-no-such-type'",
    });
    expect(outcomes[40]?.failure).toMatchObject({
      op: 'queue.bind',
      status: '404',
      message: `no queue '${name}-missing' in vhost '${vhost}'`,
    });
    const live = await readAll(session(), `main/queue/${vhost}/*`);
    expect([...live.keys()].filter((address) => address.includes(`/${name}-`))).toHaveLength(60);
  });

  test.skipIf(!broker)('a unit stops at its first failure', async () => {
    const unit = [
      calls.queue(vhost, 'unit'),
      calls.bind(vhost, 'amq.topic', 'unit-missing', 'k'),
      calls.queue(vhost, 'unit-after'),
    ];
    expect(await send(both, [unit])).toMatchObject([{ unit: 0, status: 'failed', callsDone: 1 }]);
    const live = await readAll(both, `main/queue/${vhost}/*`);
    expect(live.has(`main/queue/${vhost}/unit`)).toBe(true);
    expect(live.has(`main/queue/${vhost}/unit-after`)).toBe(false);
  });

  test.skipIf(!broker)('AMQP and HTTP make the same binding of the same arguments', async () => {
    const args = {
      n: 1,
      big: { $int: '9007199254740993' },
      f: 1.5,
      s: 'x',
      b: true,
      list: [1, 'x'],
      t: { k: 'v' },
    };
    await send(both, [[calls.exchange(vhost, 'h', 'headers'), calls.queue(vhost, 'h-q')]]);
    const bind = [calls.bind(vhost, 'h', 'h-q', 'k', args)];
    expect(statuses(await send(both, [bind]))).toEqual({ done: 1 });
    expect(statuses(await send(httpOnly, [bind]))).toEqual({ done: 1 });
    const live = await readAll(both, `main/binding/${vhost}/h/**`);
    const bindings = [...live.values()].filter(
      (one) => one.address.includes('/binding/') && one.address.includes('/h/'),
    );
    expect(bindings.map((one) => one.spec.arguments)).toEqual([args]);
    const key = String(bindings[0]?.spec['properties-key']);
    expect(statuses(await send(both, [[calls.unbind(vhost, 'h', 'h-q', 'k', key, args)]]))).toEqual({
      done: 1,
    });
  });

  test.skipIf(!broker)('typed arguments and void need AMQP, and say so without it', async () => {
    const args = { present: { $type: 'void' }, n: { $type: 'short', value: 1 } };
    await send(both, [[calls.exchange(vhost, 'typed', 'headers'), calls.queue(vhost, 'typed-q')]]);
    const bind = [calls.bind(vhost, 'typed', 'typed-q', '', args)];
    const [refused] = await send(httpOnly, [bind]);
    expect(refused).toMatchObject({
      status: 'failed',
      failure: { message: 'only AMQP can do this, and the broker has no "url" for AMQP' },
    });
    expect(statuses(await send(both, [bind]))).toEqual({ done: 1 });
    const live = await readAll(both, `main/binding/${vhost}/typed/**`);
    const found = [...live.values()].filter(
      (one) => one.address.includes('/binding/') && one.address.includes('/typed/'),
    );
    expect(found.map((one) => one.spec.arguments)).toEqual([{ present: 'undefined', n: 1 }]);
  });

  test.skipIf(!broker)('keys that look like nothing are bound and unbound', async () => {
    await send(both, [[calls.queue(vhost, 'odd')]]);
    const keys = ['null', 'undefined', '', '~', 'a/b', '%', 'a b'];
    expect(
      statuses(
        await send(
          both,
          keys.map((key) => [calls.bind(vhost, 'amq.topic', 'odd', key)]),
        ),
      ),
    ).toEqual({ done: keys.length });
    const bindings = async () => {
      const live = await readAll(both, `main/binding/${vhost}/**`);
      return [...live.values()].filter((one) => one.address.includes('/queue/odd/'));
    };
    const found = await bindings();
    expect(found).toHaveLength(keys.length);
    const unbinds = found.map((one) => {
      const key = decodeURIComponent(one.address.split('/')[6] ?? '');
      return [calls.unbind(vhost, 'amq.topic', 'odd', key, String(one.spec['properties-key']))];
    });
    expect(statuses(await send(both, unbinds))).toEqual({ done: keys.length });
    expect(await bindings()).toEqual([]);
  });

  describe.each(['classic', 'quorum', 'stream'])('a %s queue', (type) => {
    test.skipIf(!broker).each(ways)(
      'is deleted when empty, and kept when it holds a message (%s)',
      async (way, session) => {
        const name = `guard-${type}-${way.replace(' ', '-')}`;
        await send(both, [
          [
            calls.queue(vhost, `${name}-full`, { 'x-queue-type': type }),
            calls.queue(vhost, name, { 'x-queue-type': type }),
          ],
        ]);
        const close = await fill(`${name}-full`, 3);
        const outcomes = await send(session(), [
          [calls.deleteQueue(vhost, `${name}-full`, type)],
          [calls.deleteQueue(vhost, name, type)],
          [calls.deleteQueue(vhost, `${name}-gone`, type)],
        ]);
        expect(outcomes.map((one) => one.status)).toEqual(['failed', 'done', 'done']);
        expect(outcomes[0]?.failure).toMatchObject({
          op: 'queue.delete',
          message: expect.stringMatching(/now holds 3 messages/),
        });
        await close();
        const live = await readAll(both, `main/queue/${vhost}/*`);
        expect(live.has(`main/queue/${vhost}/${name}-full`)).toBe(true);
        expect(live.has(`main/queue/${vhost}/${name}`)).toBe(false);
        expect(
          statuses(await send(session(), [[calls.deleteQueue(vhost, `${name}-full`, type, false)]])),
        ).toEqual({ done: 1 });
      },
    );
  });

  test.skipIf(!broker).for(['classic', 'quorum'])(
    'a %s queue whose only message is unacknowledged is kept, whatever the broker’s flag and old counts say',
    async (type) => {
      const name = `held-${type}`;
      await send(both, [[calls.queue(vhost, name, { 'x-queue-type': type })]]);
      const close = await fill(name, 1, 1);
      const [outcome] = await send(both, [[calls.deleteQueue(vhost, name, type)]]);
      expect(outcome?.failure?.message).toBe('it now holds 1 message');
      await close();
    },
  );

  test.skipIf(!broker)('observing tells messages and consumers as they are', async () => {
    const types = ['classic', 'quorum', 'stream'];
    await send(
      both,
      types.map((type) => [
        // What an earlier try has left.
        calls.deleteQueue(vhost, `seen-${type}`, type, false),
        calls.queue(vhost, `seen-${type}`, { 'x-queue-type': type }),
      ]),
    );
    const closes = [
      await fill('seen-classic', 5, 2),
      await fill('seen-quorum', 5),
      await fill('seen-stream', 5),
    ];
    const live = await readAll(both, `main/queue/${vhost}/*`);
    const queues = [...live.values()].filter((one) => one.address.includes('/seen-'));
    const seen = await both.readMetrics(queues);
    expect(seen.get(`main/queue/${vhost}/seen-classic`)).toEqual({
      ready: 3,
      unacknowledged: 2,
      consumers: 0,
    });
    expect(seen.get(`main/queue/${vhost}/seen-quorum`)).toMatchObject({ ready: 5, consumers: 0 });
    // Up to 5 s old: it may be of a moment at which not all were there.
    await vi.waitFor(
      async () =>
        expect((await both.readMetrics(queues)).get(`main/queue/${vhost}/seen-stream`)).toMatchObject({
          ready: 5,
        }),
      { timeout: 20_000, interval: 500 },
    );
    const gone = { address: `main/queue/${vhost}/gone`, spec: { type: 'classic' }, dependsOn: [] };
    expect((await both.readMetrics([gone])).size).toBe(0);
    await Promise.all(closes.map((close) => close()));
  });

  test.skipIf(!broker)('a user whom AMQP does not let in gets everything done by HTTP', async () => {
    const settings = { url: loginAs(line, 'guest', 'wrong').url ?? '' };
    const session = await open(line, {
      settings: { ...settings, management: loginAs(line, 'guest', 'guest').management ?? '' },
    });
    expect(statuses(await send(session, [[calls.queue(vhost, 'by-http')]]))).toEqual({ done: 1 });
    const checks = await session.diagnose();
    expect(checks.find((check) => check.name === 'AMQP')).toMatchObject({
      ok: false,
      text: expect.stringContaining('refused the AMQP login of "guest"'),
    });
    await session.close();
  });

  test.skipIf(!broker)('drained: what has begun is finished, nothing new starts', async () => {
    const drain = new AbortController();
    const units = Array.from({ length: 200 }, (_, i) => [
      calls.queue(vhost, `drain-${i}`),
      calls.bind(vhost, 'amq.topic', `drain-${i}`, 'k'),
    ]);
    let seen = 0;
    const outcomes = await send(both, units, {
      drain: drain.signal,
      onOutcome: () => ++seen === 10 && drain.abort(),
    });
    const counts = statuses(outcomes);
    expect(Object.keys(counts).sort()).toEqual(['done', 'not-started']);
    expect(counts['not-started']).toBeGreaterThan(100);
    const live = await readAll(both, `main/queue/${vhost}/*`);
    expect(
      [...live.keys()].filter(
        (address) =>
          address.includes('/queue/') && address.includes('/drain-') && !address.includes('/binding/'),
      ),
    ).toHaveLength(counts.done ?? 0);
  });

  test.skipIf(!broker)('aborted before it begins: nothing is sent', async () => {
    const outcomes = await send(both, [[calls.queue(vhost, 'never')]], { abort: AbortSignal.abort() });
    expect(outcomes).toEqual([{ unit: 0, status: 'not-started', callsDone: 0 }]);
  });

  test.skipIf(!broker)('more vhosts than connections', async () => {
    const many = Array.from({ length: 20 }, (_, i) => `${vhost}-${i}`);
    await send(
      both,
      many.map((name) => [calls.put(['vhosts', name])]),
    );
    const units = many.flatMap((name) => [[calls.queue(name, 'a')], [calls.queue(name, 'b')]]);
    expect(statuses(await send(both, units))).toEqual({ done: 40 });
    expect(
      statuses(
        await send(
          both,
          many.map((name) => [calls.delete('vhosts', name)]),
        ),
      ),
    ).toEqual({ done: 20 });
  });
});
