import { expect, test } from 'vitest';
import { toSections } from '../../../src/brokers/nats/kinds/index.ts';
import { type JsonObject, printJson } from '../../../src/model/index.ts';
import { everything, withSession } from '../../brokers/nats-session/open.ts';
import { LiveProject } from '../project.ts';
import { describeLines } from './lines.ts';
import { ownServer } from './own-server.ts';

const LIMITS = { max_ack_pending: 500, duplicate_window: '1m', max_request_batch: 100 };
const BARE = {
  streams: {
    S: { subjects: ['s.>'], max_bytes: '1MiB', consumers: { c: {}, push: { deliver_subject: 'd' } } },
  },
};

describeLines(
  (line) => {
    const own = ownServer(line, {
      serverLimits: LIMITS,
      users: { reader: { denyPublish: ['$JS.API.STREAM.CREATE.>', '$JS.API.CONSUMER.CREATE.>'] } },
    });

    const planOf = (topology: JsonObject) =>
      own.project.plan(own.project.check(printJson({ nats: topology })), { allow: ['destructive:**'] });

    async function apply(topology: JsonObject) {
      const plan = await planOf(topology);
      expect(plan.blockers).toEqual([]);
      const report = await own.project.apply(own.project.check(printJson({ nats: topology })), plan);
      expect(report.steps.map(({ status, failure }) => [status, failure])).toEqual(
        report.steps.map(() => ['applied', undefined]),
      );
      expect((await planOf(topology)).waves.flat().map(({ fields }) => fields)).toEqual([]);
      return plan;
    }

    async function config(consumer?: string): Promise<JsonObject> {
      const found = consumer
        ? (await own.server.consumers('S')).get(consumer)
        : (await own.server.streams()).get('S');
      return (found?.config ?? {}) as JsonObject;
    }

    test('what nobody declares is left to the own.server, and a key that is removed returns to its limit', async () => {
      await apply(BARE);
      expect(await config()).toMatchObject({ duplicate_window: 60e9 });
      expect(await config('c')).toMatchObject({ max_ack_pending: 500, max_batch: 100 });
      const declared = {
        streams: {
          S: {
            ...BARE.streams.S,
            duplicate_window: '10s',
            consumers: { c: { max_ack_pending: 7, max_batch: 3 }, push: { deliver_subject: 'd' } },
          },
        },
      };
      await apply(declared);
      expect(await config('c')).toMatchObject({ max_ack_pending: 7, max_batch: 3 });
      const plan = await apply(BARE);
      expect(plan.waves.flat().flatMap(({ fields }) => fields)).toMatchObject([
        { name: 'duplicate_window', before: '10s', after: '1m' },
        { name: 'max_ack_pending', before: '7', after: '500' },
        { name: 'max_batch', before: '3', after: '100' },
      ]);
      expect(await config()).toMatchObject({ duplicate_window: 60e9 });
      expect(await config('c')).toMatchObject({ max_ack_pending: 500, max_batch: 100 });
    });

    test('no question of a session is ever accepted, and import leaves out what the server chose', async () => {
      await apply(BARE);
      const names = [...(await own.server.streams()).keys()];
      await withSession({ servers: [own.nats.url] }, async (session) => {
        const live = await session.read(everything);
        expect(session.broker.facts.serverLimits).toEqual({
          duplicate_window: 60e9,
          max_ack_pending: 500,
          max_batch: 100,
        });
        const [file] = toSections(live, session.broker);
        const streams = file?.section.streams as Record<string, JsonObject>;
        expect(streams.S).toEqual({
          subjects: ['s.>'],
          max_bytes: '1MiB',
          consumers: { c: {}, push: { deliver_subject: 'd' } },
        });
      });
      expect([...(await own.server.streams()).keys()]).toEqual(names);
      expect([...(await own.server.consumers('S')).keys()].sort()).toEqual(['c', 'push']);
    });

    test('who may not ask takes a value below the default for the server’s own', async () => {
      await apply(BARE);
      const settings = { servers: [own.nats.url], username: 'reader', password: 'reader' };
      const reader = new LiveProject({ brokers: { main: { type: 'nats', ...settings } } });
      try {
        const plan = await reader.plan(reader.check(printJson({ nats: BARE })));
        expect(plan.waves.flat().map(({ fields }) => fields)).toEqual([]);
      } finally {
        reader.remove();
      }
    });

    test('a declared value above a limit is refused in the plan', async () => {
      await apply(BARE);
      const plan = await planOf({
        streams: {
          S: {
            ...BARE.streams.S,
            duplicate_window: '5m',
            consumers: {
              c: { max_ack_pending: 501 },
              push: { deliver_subject: 'd' },
              new: { max_batch: 101 },
            },
          },
        },
      });
      expect(plan.blockers.map(({ address, risk }) => [address, risk.code])).toEqual([
        ['main/consumer/S/c', 'server-limit'],
        ['main/consumer/S/new', 'server-limit'],
        ['main/stream/S', 'server-limit'],
      ]);
    });
  },
  { title: 'limits of the server that no account is told' },
);
