import { expect, test } from 'vitest';
import type { NatsLine } from '../../../local/nats.ts';
import type { JsonObject } from '../../../src/model/index.ts';
import { killsOf } from '../dying.ts';
import { describeLines } from './lines.ts';
import { contentsOf } from './moving.ts';
import { ownServer } from './own-server.ts';

/** Streams as they are, with what makes a new one necessary in the declaration. */
const STREAMS: Readonly<Record<string, { live: JsonObject; declared?: JsonObject; subject: string }>> = {
  SOURCING: { live: { subjects: ['sourcing'], sources: [{ name: 'ORIGIN' }] }, subject: 'sourcing' },
  MIRRORING: {
    live: { mirror: { name: 'ORIGIN' } },
    declared: { subjects: ['mirroring'] },
    subject: 'mirroring',
  },
  EXPIRING: { live: { subjects: ['expiring'], allow_msg_ttl: true }, subject: 'expiring' },
  SEALED: {
    live: { subjects: ['sealed'], sealed: true },
    declared: { sealed: false, storage: 'file' },
    subject: 'sealed',
  },
  TRANSFORMED: {
    live: {
      ...{ subjects: ['transformed.>'], subject_transform: { src: 'transformed.>', dest: 'to.>' } },
      republish: { src: '>', dest: 'again.>' },
    },
    subject: 'transformed.1',
  },
  SUPERSEDED: { live: { subjects: ['superseded.>'], max_msgs_per_subject: 2 }, subject: 'superseded.1' },
  ROLLED: { live: { subjects: ['rolled.>'], allow_rollup_hdrs: true }, subject: 'rolled.1' },
  LATE: { live: { subjects: ['late'], first_seq: 1000 }, declared: { first_seq: 1000 }, subject: 'late' },
  PURGED: { live: { subjects: ['purged'] }, subject: 'purged' },
  KV_bucket: {
    live: {
      subjects: ['$KV.bucket.>'],
      max_msgs_per_subject: 3,
      discard: 'new',
      allow_rollup_hdrs: true,
      deny_delete: true,
      allow_direct: true,
    },
    subject: '$KV.bucket.key',
  },
  OBJ_store: {
    live: {
      subjects: ['$O.store.C.>', '$O.store.M.>'],
      discard: 'new',
      allow_rollup_hdrs: true,
      allow_direct: true,
    },
    subject: '$O.store.C.chunk',
  },
};

describeLines(
  (line) => {
    const own = ownServer(line as NatsLine, { everyTest: true });

    async function furnish(): Promise<void> {
      await own.server.demand('STREAM.CREATE.ORIGIN', { name: 'ORIGIN', subjects: ['origin'] });
      for (const [name, { live, subject }] of Object.entries(STREAMS)) {
        const config = { name, storage: 'file', ...live, sealed: false };
        await own.server.demand(`STREAM.CREATE.${name}`, config);
        if (!live.mirror) for (let i = 0; i < 10; i++) await own.server.publish(subject, `${name} ${i}`);
        if (live.sealed === true)
          await own.server.demand(`STREAM.UPDATE.${name}`, { ...config, sealed: true });
      }
      for (let i = 0; i < 5; i++) await own.server.publish('origin', `origin ${i}`);
      await own.server.demand('STREAM.PURGE.PURGED');
      await own.server.demand('STREAM.MSG.DELETE.ROLLED', { seq: 4 });
      await own.server.demand('STREAM.CREATE.COPY', { name: 'COPY', mirror: { name: 'LATE' } });
      const copied = async () => (await own.server.demand('STREAM.INFO.MIRRORING')).state;
      await expect.poll(copied).toMatchObject({ messages: 5 });
      const sourced = async () => (await own.server.demand('STREAM.INFO.SOURCING')).state;
      await expect.poll(sourced).toMatchObject({ messages: 15 });
    }

    function declare(): void {
      const bodies = Object.entries(STREAMS).map(([name, { live, declared }]) => [
        name,
        // What was a mirror becomes an ordinary stream.
        { ...(live.mirror ? {} : live), storage: 'memory', move: true, ...declared },
      ]);
      const { KV_bucket: _, OBJ_store: __, ...streams } = Object.fromEntries(bodies);
      own.cli.declare(streams, {
        'key-value': { bucket: { storage: 'memory', history: 3, move: true } },
        'object-store': { store: { storage: 'memory', move: true } },
      });
    }

    test('streams of every sort, buckets and stores keep their messages and go on where they were', async () => {
      await furnish();
      declare();
      const names = Object.keys(STREAMS);
      const before = await Promise.all(names.map((name) => contentsOf(own.server, name)));
      const again: string[] = [];
      own.server.connection.subscribe('again.>', {
        callback: (_, { subject }) => {
          again.push(subject);
        },
      });
      const { stdout } = await own.cli.expectRun(0, 'apply', '--auto-approve');
      expect(stdout).toContain(`${names.length} applied`);
      expect(await Promise.all(names.map((name) => contentsOf(own.server, name)))).toEqual(before);
      // Nothing was published again because of the move.
      expect(again).toEqual([]);
      await own.cli.expectRun(0, 'plan', '--detailed-exitcode');
      const { state: purged } = await own.server.demand('STREAM.INFO.PURGED');
      expect(purged).toMatchObject({ messages: 0, last_seq: 10 });

      await own.server.publish('transformed.2');
      await own.server.publish('late', 'after');
      await own.server.publish('origin', 'after');
      await expect.poll(() => again).toEqual(['again.to.2']);
      expect((await contentsOf(own.server, 'LATE')).get(1010)?.payload).toBe('after');
      const sourced = async () => (await own.server.demand('STREAM.INFO.SOURCING')).state;
      await expect.poll(sourced, { timeout: 20_000 }).toMatchObject({ messages: 16, last_seq: 16 });
      if (killsOf(2) <= 2) return;
      // A mirror of a moved stream looks for it again after some time.
      const copy = async () => contentsOf(own.server, 'COPY');
      await expect
        .poll(copy, { timeout: 60_000, interval: 1_000 })
        .toEqual(await contentsOf(own.server, 'LATE'));
    }, 120_000);
  },
  { title: 'moves of every sort', lines: ['current'] },
);
