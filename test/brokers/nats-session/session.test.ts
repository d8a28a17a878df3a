import { expect, test } from 'vitest';
import type { Call, JsonObject } from '../../../src/model/index.ts';
import { describeLines, sharedUrl } from '../../live/nats/lines.ts';
import { consumerCall, everything, found, only, sendAll, streamCall, withSession } from './open.ts';

describeLines((line) => {
  const settings = { servers: [sharedUrl(line)] };
  const isOld = line === 'old';
  let count = 0;
  const fresh = () => `T${line}${process.pid}_${count++}`;

  test('what is sent is read back, with large numbers exact', async () => {
    const name = fresh();
    await withSession(settings, async (session) => {
      const create = streamCall.create(name, {
        subjects: [`${name}.>`],
        max_msgs: { $int: '9007199254740993' },
      });
      const consumer = consumerCall.create(name, 'worker', {
        filter_subject: `${name}.a`,
        max_ack_pending: 7,
      });
      expect(await sendAll(session, [[create, consumer]])).toEqual([
        { unit: 0, status: 'done', callsDone: 2 },
      ]);
      const resources = await session.read(only(`main/stream/${name}`));
      expect(found(resources, `main/stream/${name}`).spec).toMatchObject({
        subjects: [`${name}.>`],
        max_msgs: { $int: '9007199254740993' },
      });
      expect(found(resources, `main/consumer/${name}/worker`)).toMatchObject({
        spec: { filter_subject: `${name}.a`, max_ack_pending: 7 },
        dependsOn: [`main/stream/${name}`],
        metrics: { pending: 0, unacknowledged: 0 },
      });
      const removal = await sendAll(session, [
        [consumerCall.delete(name, 'worker'), streamCall.delete(name)],
      ]);
      expect(removal[0]?.status).toBe('done');
      const after = await session.read(only(`main/stream/${name}`));
      expect(after.map((one) => one.address)).not.toContain(`main/stream/${name}`);
    });
  });

  test('what consumers have left, and what a stream holds, is counted', async () => {
    const name = fresh();
    await withSession(settings, async (session) => {
      await sendAll(session, [
        [streamCall.create(name), consumerCall.create(name, 'a'), consumerCall.create(name, 'b')],
      ]);
      const { connection } = session.api.link;
      for (let i = 0; i < 3; i++) await connection.request(name, 'hello');
      await connection.request(`$JS.API.CONSUMER.MSG.NEXT.${name}.a`, '', { timeout: 1000, noMux: true });
      const resources = (await session.read(only(`main/stream/${name}`))).filter(({ address }) =>
        address.includes(name),
      );
      const counts = await session.readMetrics(resources);
      expect(counts.get(`main/stream/${name}`)).toMatchObject({
        messages: 3,
        consumers: 2,
        pending: 5,
        unacknowledged: 1,
        firstTime: expect.stringMatching(/^20/),
      });
      expect(counts.get(`main/consumer/${name}/a`)).toMatchObject({ pending: 2, unacknowledged: 1 });
      // What is read in passing says the same.
      for (const { address, metrics } of resources) expect(metrics).toEqual(counts.get(address));

      const guarded = await sendAll(session, [[streamCall.delete(name, true)]]);
      expect(guarded[0]).toMatchObject({
        status: 'failed',
        failure: { message: 'it now holds 3 messages' },
      });
      expect((await sendAll(session, [[streamCall.delete(name)]]))[0]?.status).toBe('done');
      expect((await session.readMetrics(resources)).size).toBe(0);
    });
  });

  test('each call has its own true outcome, and a unit stops at its first failure', async () => {
    const [first, second, gone] = [fresh(), fresh(), fresh()];
    await withSession(settings, async (session) => {
      const outcomes = await sendAll(session, [
        [streamCall.create(first, { subjects: ['same.subject'] })],
        [streamCall.update(gone), streamCall.create(second)],
        [streamCall.delete(gone)],
        [streamCall.create('not a name')],
        [streamCall.delete('*')],
        [consumerCall.delete(gone, 'x')],
        [consumerCall.update(gone, 'x')],
      ]);
      expect(outcomes.map(({ status, callsDone }) => `${status} ${callsDone}`)).toEqual([
        'done 1',
        'failed 0',
        'done 1',
        'failed 0',
        'failed 0',
        'done 1',
        'failed 0',
      ]);
      expect(outcomes[1]?.failure).toEqual({
        op: 'stream.update',
        status: '404/10059',
        message: 'stream not found',
      });
      const overlap = await sendAll(session, [[streamCall.create(second, { subjects: ['same.*'] })]]);
      expect(overlap[0]?.failure).toMatchObject({
        status: '400/10065',
        hint: expect.stringMatching(/release/),
      });
      await sendAll(session, [[streamCall.delete(first)]]);
    });
  });

  test('an update that changes nothing is not sent, and one that another made is done', async () => {
    const name = fresh();
    await withSession(settings, async (session) => {
      const config = { subjects: [name], max_msgs: 5, duplicate_window: 120_000_000_000 };
      await sendAll(session, [
        [
          streamCall.create(name, config),
          consumerCall.create(name, 'c', {
            ack_wait: 30_000_000_000,
            max_ack_pending: 1000,
            max_waiting: 512,
          }),
        ],
      ]);
      const before = new Map(session.api.sent);
      const same = consumerCall.update(name, 'c', {
        ack_wait: 30_000_000_000,
        max_ack_pending: 1000,
        max_waiting: 512,
      });
      const outcomes = await sendAll(session, [[streamCall.update(name, config)], [same]]);
      expect(outcomes.map((one) => one.status)).toEqual(['done', 'done']);
      expect(session.api.sent.get('STREAM.UPDATE')).toBe(before.get('STREAM.UPDATE'));
      expect(session.api.sent.get('CONSUMER.CREATE')).toBe(before.get('CONSUMER.CREATE'));
      const changed = await sendAll(session, [[streamCall.update(name, { ...config, max_msgs: 6 })]]);
      expect(changed[0]?.status).toBe('done');
      expect(session.api.sent.get('STREAM.UPDATE')).toBe(1);
      await sendAll(session, [[streamCall.delete(name)]]);
    });
  });

  test('a consumer is neither overwritten by its creation nor created by its update', async () => {
    const name = fresh();
    await withSession(settings, async (session) => {
      await sendAll(session, [
        [streamCall.create(name), consumerCall.create(name, 'c', { max_ack_pending: 5 })],
      ]);
      const outcomes = await sendAll(session, [
        [consumerCall.create(name, 'c', { max_ack_pending: 6 })],
        [consumerCall.update(name, 'new', { max_ack_pending: 6 })],
      ]);
      expect(outcomes.map((one) => one.status)).toEqual(['failed', 'failed']);
      const resources = await session.read(only(`main/stream/${name}`));
      expect(found(resources, `main/consumer/${name}/c`).spec).toMatchObject({ max_ack_pending: 5 });
      expect(resources.map((one) => one.address)).not.toContain(`main/consumer/${name}/new`);
      await sendAll(session, [[streamCall.delete(name)]]);
    });
  });

  if (line === 'current')
    test('a consumer is paused, and resumed', async () => {
      const name = fresh();
      await withSession(settings, async (session) => {
        const pause = (pause_until: string): Call => ({
          op: 'consumer.pause',
          target: `main/consumer/${name}/c`,
          body: { stream: name, name: 'c', pause_until },
        });
        const paused = async () => {
          const resources = await session.read(only(`main/stream/${name}`));
          return found(resources, `main/consumer/${name}/c`).spec.pause_until;
        };
        await sendAll(session, [[streamCall.create(name), consumerCall.create(name, 'c')]]);
        expect((await sendAll(session, [[pause('2099-01-02T03:04:05Z')]]))[0]?.status).toBe('done');
        expect(await paused()).toBe('2099-01-02T03:04:05Z');
        // Neither the pause that is not sent nor its echo is mistaken for something dropped.
        const update = consumerCall.update(name, 'c', {
          max_ack_pending: 3,
          pause_until: '2098-01-01T00:00:00Z',
        });
        expect((await sendAll(session, [[update]]))[0]?.status).toBe('done');
        expect((await sendAll(session, [[pause('')]]))[0]?.status).toBe('done');
        expect(await paused()).toBeUndefined();
        await sendAll(session, [[streamCall.delete(name)]]);
      });
    });

  if (isOld)
    test('a field that the server drops in silence is a failure that names it', async () => {
      const name = fresh();
      await withSession(settings, async (session) => {
        const config: JsonObject = { compression: 's2', allow_msg_ttl: true, max_msgs: 3 };
        const [outcome] = await sendAll(session, [[streamCall.create(name, config)]]);
        expect(outcome).toMatchObject({
          status: 'failed',
          failure: { message: 'the server accepted it and dropped compression, allow_msg_ttl' },
        });
        await sendAll(session, [[streamCall.delete(name)]]);
      });
    });

  test('drained, nothing new starts; aborted, nothing is waited for', async () => {
    const name = fresh();
    await withSession(settings, async (session) => {
      const units = [[streamCall.create(name)]];
      expect((await sendAll(session, units, { drain: AbortSignal.abort() }))[0]?.status).toBe('not-started');
      expect((await sendAll(session, units, { abort: AbortSignal.abort() }))[0]?.status).toBe('not-started');
      const stop = new AbortController();
      const sending = sendAll(session, units, { abort: stop.signal });
      stop.abort();
      expect((await sending)[0]?.status).toBe('unknown');
      await sendAll(session, [[streamCall.delete(name)]]);
    });
  });

  test('ephemeral consumers are counted, and are nobody’s resource', async () => {
    const name = fresh();
    await withSession(settings, async (session) => {
      await sendAll(session, [[streamCall.create(name)]]);
      const body = { stream_name: name, config: { ack_policy: 'none', inactive_threshold: 60_000_000_000 } };
      await session.api.read({ verb: 'CONSUMER.CREATE', path: [name], body });
      const resources = await session.read(everything);
      expect(found(resources, `main/stream/${name}`).metrics).toMatchObject({ consumers: 1, pending: 0 });
      expect(resources.filter(({ address }) => address.startsWith(`main/consumer/${name}/`))).toEqual([]);
      await sendAll(session, [[streamCall.delete(name)]]);
    });
  });

  test('everything a user may need to know is examined', async () => {
    await withSession(settings, async (session) => {
      const checks = await session.diagnose();
      expect(checks.filter((check) => !check.ok)).toEqual([]);
      expect(checks.map((check) => check.name)).toEqual([
        'connection',
        'JetStream',
        'limits of account',
        'rights to plan',
        'rights to apply',
        ...(isOld ? [] : ['clock']),
      ]);
    });
  });
});
