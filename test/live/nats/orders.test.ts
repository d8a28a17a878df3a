import { beforeEach, expect, test } from 'vitest';
import { toSections } from '../../../src/brokers/nats/kinds/index.ts';
import { isObject, type JsonObject, printJson } from '../../../src/model/index.ts';
import { everything, withSession } from '../../brokers/nats-session/open.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';

const ALLOW = { allow: ['destructive:**'] };

describeLines(
  (line) => {
    const own = ownServer(line);
    const testUnlessOld = line === 'old' ? () => {} : test;
    const testOnCurrent = line === 'current' ? test : () => {};
    beforeEach(() => own.server.clear());

    async function apply(nats: JsonObject, retired: string[] = []) {
      const checked = own.project.check(printJson({ nats, retired }));
      const plan = await own.project.plan(checked, ALLOW);
      expect(plan.blockers).toEqual([]);
      const report = await own.project.apply(checked, plan);
      expect(report.steps.filter(({ status }) => status !== 'applied')).toEqual([]);
      expect((await own.project.plan(checked, ALLOW)).waves.flat().map(({ fields }) => fields)).toEqual([]);
      return plan;
    }

    const queue = (consumers: JsonObject) => ({
      streams: {
        W: { subjects: ['w.>'], retention: 'workqueue', storage: 'memory', max_msgs: 100, consumers },
      },
    });

    test('a consumer of a work queue is renamed, and filters are shifted, in one plan without a loss', async () => {
      await apply(queue({ old: { filter_subject: 'w.a' }, next: { filter_subject: 'w.b' } }));
      for (const subject of ['w.a', 'w.a', 'w.b']) await own.server.publish(subject);
      await apply(queue({ new: { filter_subject: 'w.a' }, next: { filter_subject: 'w.b' } }), [
        'main/consumer/W/old',
      ]);
      await apply(queue({ new: { filter_subject: 'w.b' }, next: { filter_subject: 'w.c' } }));
      expect((await own.server.streams()).get('W')?.state).toMatchObject({ messages: 3 });
    });

    testUnlessOld('limits of consumers are lowered together with their consumers', async () => {
      const limited = (most: number) => ({
        streams: {
          S: {
            subjects: ['s'],
            max_msgs: 5,
            consumer_limits: { max_ack_pending: most, inactive_threshold: '1h' },
            consumers: { c: { max_ack_pending: most, inactive_threshold: '1h' } },
          },
        },
      });
      await apply(limited(100));
      await apply(limited(10));
      await apply(limited(100));
    });

    test('a stream copies from two, one of which copies from the other, which is no cycle', async () => {
      const streams = {
        A: { subjects: ['a'], max_msgs: 5 },
        B: { sources: [{ name: 'A' }], max_msgs: 5 },
        C: { sources: [{ name: 'A' }, { name: 'B' }], max_msgs: 5 },
      };
      await apply({ streams });
      await apply({ streams: { ...streams, C: { ...streams.C, max_msgs: 6 } } });
    });

    testUnlessOld('two sources of one origin are both there', async () => {
      const plan = await apply({
        streams: {
          O: { subjects: ['o.>'], max_msgs: 5 },
          COPY: {
            max_msgs: 5,
            sources: [
              { name: 'O', filter_subject: 'o.b' },
              { name: 'O', subject_transforms: [{ src: 'o.a', dest: 'z.a' }] },
            ],
          },
        },
      });
      expect(plan.waves.flat()).toHaveLength(2);
    });

    test('a subject that moves is unanswered for a moment, which the plan says', async () => {
      const streams = (a: string[], b: string[]) => ({
        streams: { A: { subjects: a, max_msgs: 1_000_000 }, B: { subjects: b, max_msgs: 1_000_000 } },
      });
      await apply(streams(['a', 'moves'], ['b']));
      let isDone = false;
      const counts = { answered: 0, unanswered: 0 };
      const publishing = (async () => {
        while (!isDone) {
          await own.server.connection.request('moves', '', { timeout: 2_000 }).then(
            () => counts.answered++,
            () => counts.unanswered++,
          );
        }
      })();
      const plan = await apply(streams(['a'], ['b', 'moves']));
      isDone = true;
      await publishing;
      const claiming = plan.waves.flat().find(({ address }) => address === 'main/stream/B');
      expect(claiming?.risks.map(({ class: risk, code }) => [risk, code])).toContainEqual([
        'disruptive',
        'subject-gap',
      ]);
      const states = [...(await own.server.streams()).values()].map(({ state }) =>
        isObject(state) ? state.messages : 0,
      );
      // What was answered is stored, in one of the two; what was not, is nowhere.
      expect(states.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(counts.answered);
      console.log(
        `NATS ${line}: ${counts.answered} answered, ${counts.unanswered} not, while a subject moved`,
      );
    });

    testOnCurrent('a pause made by hand stays when the consumer or its stream is made anew', async () => {
      const paused = (storage: string, ack_policy: string) => ({
        streams: { S: { subjects: ['s'], max_msgs: 5, storage, consumers: { c: { ack_policy } } } },
      });
      await apply(paused('file', 'explicit'));
      await own.server.demand('CONSUMER.PAUSE.S.c', { pause_until: '2090-01-01T00:00:00Z' });
      await own.server.demand('CONSUMER.CREATE.S', {
        stream_name: 'S',
        config: { ack_policy: 'explicit', inactive_threshold: 60e9 },
      });
      const still = async () => (await own.server.consumers('S')).get('c')?.config;
      await apply(paused('file', 'all'));
      expect(await still()).toMatchObject({ ack_policy: 'all', pause_until: '2090-01-01T00:00:00Z' });
      const plan = await apply(paused('memory', 'all'));
      expect(await still()).toMatchObject({ pause_until: '2090-01-01T00:00:00Z' });
      expect(plan.waves[0]?.[0]?.risks[0]?.message).toMatch(
        /; ephemeral consumer \S+ of clients goes with it/,
      );
    });

    test('buckets of clients, mirrors and sources among them, import to an empty plan', async () => {
      const bucket = (name: string, more: JsonObject) =>
        own.server.demand(`STREAM.CREATE.KV_${name}`, {
          name: `KV_${name}`,
          max_msgs_per_subject: 3,
          discard: 'new',
          allow_rollup_hdrs: true,
          deny_delete: true,
          allow_direct: true,
          duplicate_window: 120e9,
          ...more,
        });
      const ttl = line === 'current' ? { allow_msg_ttl: true } : {};
      await bucket('o', { subjects: ['$KV.o.>'], ...ttl });
      await bucket('plain', { subjects: ['$KV.plain.>'], max_age: 3600e9 });
      await bucket('mirror', { mirror: { name: 'KV_o' }, mirror_direct: true, ...ttl });
      await bucket('bare', { subjects: ['$KV.bare.>'], sources: [{ name: 'KV_o' }] });
      if (line !== 'old') {
        const transform = { src: '$KV.o.>', dest: '$KV.copy.>' };
        await bucket('copy', {
          subjects: ['$KV.copy.>'],
          sources: [{ name: 'KV_o', subject_transforms: [transform] }],
        });
      }
      await withSession({ servers: [own.nats.url] }, async (session) => {
        const [file] = toSections(await session.read(everything), session.broker);
        const checked = own.project.check(printJson({ nats: file?.section ?? {} }));
        expect(checked.diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
        const plan = await own.project.plan(checked);
        expect(plan.waves.flat().map(({ address, fields }) => [address, fields])).toEqual([]);
        expect(plan.blockers).toEqual([]);
        // Made anew from what was written, they are the same.
        const before = await own.server.listing();
        await own.server.clear();
        if (line === 'current') {
          await apply(file?.section ?? {});
          expect(Object.keys(await own.server.listing())).toEqual(Object.keys(before));
          expect((await own.server.listing()).KV_mirror).toMatchObject({ allow_msg_ttl: true });
        }
      });
    });
  },
  { title: 'what must come before what' },
);
