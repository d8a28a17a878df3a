import { expect, test } from 'vitest';
import { startNats } from '../../../local/nats.ts';
import { describeLines } from '../../live/nats/lines.ts';
import { consumerCall, everything, only, sendAll, streamCall, withSession } from './open.ts';

describeLines((line) => {
  test('a read costs pages, and one list for each stream in scope with consumers', async () => {
    const nats = await startNats(line);
    try {
      await withSession({ servers: [nats.url] }, async (session) => {
        const config = { storage: 'memory' };
        const grow = (from: number, to: number) =>
          sendAll(
            session,
            Array.from({ length: to - from }, (_, i) => {
              const name = `S${String(from + i).padStart(4, '0')}`;
              const create = streamCall.create(name, config);
              return (from + i) % 10 === 0 ? [create, consumerCall.create(name, 'c')] : [create];
            }),
          );
        const cost = async (scope: Parameters<typeof session.read>[0]) => {
          session.api.sent.clear();
          const resources = await session.read(scope);
          return { resources: resources.length, ...Object.fromEntries(session.api.sent) };
        };

        expect((await grow(0, 10)).every((one) => one.status === 'done')).toBe(true);
        expect(await cost(everything)).toEqual({ resources: 11, 'STREAM.LIST': 1, 'CONSUMER.LIST': 1 });
        expect((await grow(10, 1000)).every((one) => one.status === 'done')).toBe(true);
        expect(await cost(everything)).toEqual({ resources: 1100, 'STREAM.LIST': 4, 'CONSUMER.LIST': 100 });
        expect(await cost(only('main/stream/S0001'))).toMatchObject({ 'STREAM.LIST': 4 });
        expect(await cost(only('main/stream/S0001'))).not.toHaveProperty('CONSUMER.LIST');
        expect(await cost(only('main/consumer/S0010/c'))).toMatchObject({
          'STREAM.LIST': 4,
          'CONSUMER.LIST': 1,
        });
        expect(await cost({ desired: [], retired: [], owns: ['main/stream/*'] })).toMatchObject({
          'CONSUMER.LIST': 100,
        });
        expect(await cost({ desired: [], retired: [], owns: ['main/consumer/S0020/*'] })).toMatchObject({
          'CONSUMER.LIST': 1,
        });
      });
    } finally {
      await nats.stop();
    }
  });
});
