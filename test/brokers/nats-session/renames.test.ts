import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalNats, type NatsLine, startNats } from '../../../local/nats.ts';
import { RENAME_PHASES } from '../../../src/brokers/nats/kinds/stream/move-calls.ts';
import type { Call, JsonObject, Outcome } from '../../../src/model/index.ts';
import { describeLines } from '../../live/nats/lines.ts';
import { contentsOf } from '../../live/nats/moving.ts';
import { PlainServer } from '../../live/nats/plain.ts';
import { sendAll, withSession } from './open.ts';

/** All calls of a rename, of both streams. */
function rename(was: string, name: string, config: JsonObject = {}): Call[] {
  const wanted = { name, subjects: ['s.>'], ...config };
  return RENAME_PHASES.map((op): Call => {
    if (op === 'rename.clean') return { op, target: `main/stream/${was}`, body: { name, was } };
    return { op, target: `main/stream/${name}`, body: { name, was, config: wanted } };
  });
}

/** What a renamed stream may be, and may become. */
const VARIANTS: readonly {
  title: string;
  old?: JsonObject;
  config?: JsonObject;
  names?: [string, string];
}[] = [
  { title: 'plain' },
  {
    title: 'from one that denies deletions, in memory',
    old: { deny_delete: true, deny_purge: true, storage: 'memory' },
  },
  { title: 'to one that denies deletions, compressed', config: { deny_purge: true, compression: 's2' } },
  { title: 'from a sealed stream', old: { sealed: true } },
  { title: 'to a sealed stream', config: { sealed: true } },
  {
    title: 'to one that transforms subjects and publishes again',
    config: {
      subject_transform: { src: 's.>', dest: 'stored.s.>' },
      republish: { src: '>', dest: 'again.>' },
    },
  },
  {
    title: 'with direct reads, message TTLs, batches and rollups',
    old: { allow_direct: true, allow_msg_ttl: true, allow_rollup_hdrs: true, allow_atomic: true },
    config: { allow_direct: true, allow_msg_ttl: true, allow_rollup_hdrs: true, allow_atomic: true },
  },
  { title: 'names of many sorts', names: ['Bestellungen-ä', '売上"$1~'] },
  { title: 'the longest names', names: [`A${'x'.repeat(254)}`, `B${'y'.repeat(254)}`] },
  { title: 'the hold name of a move', names: ['S', 'S-brokerform-hold'] },
];

describeLines(
  (line) => {
    let nats: LocalNats;
    let server: PlainServer;

    beforeAll(async () => {
      nats = await startNats(line as NatsLine);
      server = await PlainServer.connect(nats.url);
    });
    afterAll(async () => {
      await server?.close();
      await nats?.stop();
    });
    beforeEach(() => server.clear());

    const send = (calls: Call[]): Promise<Outcome | undefined> =>
      withSession({ servers: [nats.url] }, async (session) => (await sendAll(session, [calls]))[0]);

    /** A stream with 8 messages, two of them deleted, and a consumer that is behind the second one. */
    async function makeOld(name: string, { sealed, ...config }: JsonObject = {}): Promise<void> {
      const body = { name, subjects: ['s.>'], storage: 'file', ...config };
      await server.demand(`STREAM.CREATE.${name}`, { ...body, deny_delete: false, deny_purge: false });
      for (let i = 1; i <= 8; i++) await server.publish(`s.${i % 3}`, `${i}`);
      for (const seq of [3, 5]) await server.demand(`STREAM.MSG.DELETE.${name}`, { seq });
      const consumer = { durable_name: 'reader', ack_policy: 'none', deliver_policy: 'all' };
      await server.demand(`CONSUMER.CREATE.${name}.reader`, { stream_name: name, config: consumer });
      for (let i = 0; i < 2; i++) {
        const body = JSON.stringify({ batch: 1, expires: 500_000_000 });
        const subject = `$JS.API.CONSUMER.MSG.NEXT.${name}.reader`;
        await server.connection.request(subject, body, { timeout: 1_000, noMux: true });
      }
      if (config.deny_delete === true || sealed === true)
        await server.demand(`STREAM.UPDATE.${name}`, { ...body, ...(sealed === true && { sealed }) });
    }

    for (const { title, old = {}, config = {}, names: [was, name] = ['OLD', 'NEW'] } of VARIANTS) {
      test(`${title}: every message keeps its sequence, its time and its subject`, async () => {
        await makeOld(was, old);
        const before = await contentsOf(server, was);
        expect([...before.keys()]).toEqual([1, 2, 4, 6, 7, 8]);
        const again: string[] = [];
        const listener = server.connection.subscribe('again.>', {
          callback: (_error, { subject }) => void again.push(subject),
        });
        expect(await send(rename(was, name, config))).toMatchObject({ status: 'done' });
        // Also where nothing is left to do.
        expect(await send(rename(was, name, config))).toMatchObject({ status: 'done' });
        listener.unsubscribe();
        expect(again).toEqual([]);
        expect([...(await server.streams()).keys()]).toEqual([name]);
        expect(await contentsOf(server, name)).toEqual(before);
        const info = await server.demand(`STREAM.INFO.${name}`);
        expect(info.config).toMatchObject({ subjects: ['s.>'], ...config });
        expect(JSON.stringify(info.config)).not.toContain('brokerform.');
        const consumers = await server.consumers(name);
        expect(consumers.get('reader')).toMatchObject({ num_pending: 4 });
        if (config.sealed === true) return;
        await server.publish('s.new', 'new');
        expect((await server.demand(`STREAM.INFO.${name}`)).state).toMatchObject({ last_seq: 9 });
      });
    }

    test('the keys of a bucket keep their revisions under the new name, also for consumers of others', async () => {
      const bucket = { max_msgs_per_subject: 2, deny_delete: true, allow_rollup_hdrs: true, discard: 'new' };
      await server.demand('STREAM.CREATE.KV_old', { name: 'KV_old', subjects: ['$KV.old.>'], ...bucket });
      for (let i = 1; i <= 9; i++) await server.publish(`$KV.old.k${i % 3}`, `${i}`);
      const consumer = { durable_name: 'theirs', ack_policy: 'none', filter_subject: '$KV.old.k1' };
      await server.demand('CONSUMER.CREATE.KV_old.theirs.$KV.old.k1', {
        ...{ stream_name: 'KV_old', config: consumer },
      });
      const before = await contentsOf(server, 'KV_old');
      const calls = rename('KV_old', 'KV_new', { subjects: ['$KV.new.>'], ...bucket });
      expect(await send(calls)).toMatchObject({ status: 'done' });
      const moved = [...before].map(([sequence, { subject, ...rest }]) => {
        return [sequence, { ...rest, subject: subject.replace('$KV.old.', '$KV.new.') }] as const;
      });
      expect(moved.map(([sequence]) => sequence)).toEqual([4, 5, 6, 7, 8, 9]);
      expect(await contentsOf(server, 'KV_new')).toEqual(new Map(moved));
      const theirs = (await server.consumers('KV_new')).get('theirs');
      expect(theirs).toMatchObject({ config: { filter_subject: '$KV.new.k1' }, num_pending: 2 });
      await server.publish('$KV.new.k1', 'new');
      expect((await server.demand('STREAM.INFO.KV_new')).state).toMatchObject({ messages: 6, last_seq: 10 });
    });

    test('a stream that is empty continues with its next sequence', async () => {
      await makeOld('OLD');
      await server.demand('STREAM.PURGE.OLD');
      expect(await send(rename('OLD', 'NEW'))).toMatchObject({ status: 'done' });
      await server.publish('s.new');
      expect((await server.demand('STREAM.INFO.NEW')).state).toMatchObject({ messages: 1, last_seq: 9 });
    });

    test('messages that expire meanwhile do not come back', async () => {
      await makeOld('OLD', { max_age: 1_000_000_000, duplicate_window: 500_000_000 });
      const aged = { max_age: 1_000_000_000, duplicate_window: 500_000_000 };
      expect(await send(rename('OLD', 'NEW', aged).slice(0, 2))).toMatchObject({ status: 'done' });
      await expect
        .poll(async () => (await server.demand('STREAM.INFO.OLD')).state, { timeout: 5_000 })
        .toMatchObject({ messages: 0 });
      await server.publish('s.last', 'last');
      expect(await send(rename('OLD', 'NEW', aged))).toMatchObject({ status: 'done' });
      const { state } = await server.demand('STREAM.INFO.NEW');
      expect(state).toMatchObject({ last_seq: 9 });
      expect((state as JsonObject).messages).toBeLessThanOrEqual(1);
    });

    test('a stream that copies others continues to do so, and gets nothing twice', async () => {
      const sources = [{ name: 'ORIGIN' }];
      await server.demand('STREAM.CREATE.ORIGIN', { name: 'ORIGIN', subjects: ['origin'] });
      for (let i = 0; i < 5; i++) await server.publish('origin');
      await server.demand('STREAM.CREATE.OLD', { name: 'OLD', subjects: ['s.>'], sources });
      const count = async (stream: string) => (await server.demand(`STREAM.INFO.${stream}`)).state;
      await expect.poll(() => count('OLD'), { timeout: 10_000 }).toMatchObject({ messages: 5 });
      expect(await send(rename('OLD', 'NEW', { sources }))).toMatchObject({ status: 'done' });
      for (let i = 0; i < 3; i++) await server.publish('origin');
      await expect.poll(() => count('NEW'), { timeout: 20_000 }).toMatchObject({ messages: 8 });
      await sleep(500);
      expect(await count('NEW')).toMatchObject({ messages: 8, last_seq: 8 });
    });

    /** It stopped before anything was taken from the stream. */
    async function expectUntouched(outcome: Outcome | undefined, message: RegExp): Promise<void> {
      expect(outcome).toMatchObject({
        status: 'failed',
        failure: { message: expect.stringMatching(message) },
      });
      const { config } = await server.demand('STREAM.INFO.OLD');
      expect(config).toMatchObject({ subjects: ['s.>'], sealed: false });
      await server.publish('s.more');
    }

    test('another stream of the new name', async () => {
      await makeOld('OLD');
      await server.demand('STREAM.CREATE.NEW', { name: 'NEW', subjects: ['theirs'] });
      await expectUntouched(await send(rename('OLD', 'NEW')), /NEW exists, and is no copy of OLD/);
      // Neither its deletion alone.
      await expectUntouched(await send(rename('OLD', 'NEW').slice(3)), /does not have the messages of OLD/);
    });

    test('deleted messages at the end, and the rename continues once there is another one', async () => {
      await makeOld('OLD');
      await server.demand('STREAM.MSG.DELETE.OLD', { seq: 8 });
      await expectUntouched(await send(rename('OLD', 'NEW')), /last messages of stream OLD are deleted/);
      expect(await send(rename('OLD', 'NEW'))).toMatchObject({ status: 'done' });
      expect((await server.demand('STREAM.INFO.NEW')).state).toMatchObject({ messages: 6, last_seq: 9 });
    });

    test('a new stream that somebody created anew does not pass for the one with the messages', async () => {
      await makeOld('OLD');
      const before = await contentsOf(server, 'OLD');
      expect(await send(rename('OLD', 'NEW').slice(0, 3))).toMatchObject({ status: 'done' });
      await server.demand('STREAM.DELETE.NEW');
      await server.demand('STREAM.CREATE.NEW', { name: 'NEW', subjects: ['s.>'] });
      for (let i = 0; i < 9; i++) await server.publish('s.new');
      const outcome = await send(rename('OLD', 'NEW'));
      expect(outcome?.failure?.message).toMatch(/NEW lost messages .* OLD still has 6/);
      expect(await contentsOf(server, 'OLD')).toEqual(before);
    });

    test('a new stream that somebody deleted is filled again', async () => {
      await makeOld('OLD');
      const before = await contentsOf(server, 'OLD');
      expect(await send(rename('OLD', 'NEW').slice(0, 3))).toMatchObject({ status: 'done' });
      await server.demand('STREAM.DELETE.NEW');
      expect(await send(rename('OLD', 'NEW').slice(3))).toMatchObject({ status: 'failed' });
      expect(await send(rename('OLD', 'NEW'))).toMatchObject({ status: 'done' });
      expect(await contentsOf(server, 'NEW')).toEqual(before);
    });
  },
  { title: 'renames of streams', lines: ['current'] },
);
