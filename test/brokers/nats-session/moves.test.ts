import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type LocalNats, type NatsLine, startNats } from '../../../local/nats.ts';
import { holdNameOf, MOVE_PHASES } from '../../../src/brokers/nats/kinds/stream/move-calls.ts';
import type { Call, JsonObject, Outcome } from '../../../src/model/index.ts';
import { describeLines } from '../../live/nats/lines.ts';
import { PlainServer } from '../../live/nats/plain.ts';
import { sendAll, withSession } from './open.ts';

const HOLD = holdNameOf('S');

/** All phases of a move of S to memory. */
function move(config: JsonObject = {}): Call[] {
  const body = {
    name: 'S',
    hold: HOLD,
    config: { name: 'S', subjects: ['s'], storage: 'memory', ...config },
  };
  return MOVE_PHASES.map((op) => ({ op, target: 'main/stream/S', body }));
}

describeLines(
  (line) => {
    let nats: LocalNats;
    let server: PlainServer;

    beforeAll(async () => {
      nats = await startNats(line as NatsLine, { limits: { storage: 300_000 } });
      server = await PlainServer.connect(nats.url);
    });
    afterAll(async () => {
      await server?.close();
      await nats?.stop();
    });
    beforeEach(async () => {
      await server.clear();
      await server.demand('STREAM.CREATE.S', { name: 'S', subjects: ['s'], storage: 'file' });
      for (let i = 0; i < 5; i++) await server.publish('s');
    });

    const send = (calls: Call[], drain?: AbortSignal): Promise<Outcome | undefined> =>
      withSession({ servers: [nats.url] }, async (session) => {
        const [outcome] = await sendAll(session, [calls], drain ? { drain } : {});
        return outcome;
      });

    /** It stopped before anything was taken from the stream. */
    async function expectUntouched(outcome: Outcome | undefined, message: RegExp): Promise<void> {
      expect(outcome).toMatchObject({
        status: 'failed',
        failure: { message: expect.stringMatching(message) },
      });
      const { config } = await server.demand('STREAM.INFO.S');
      expect(config).toMatchObject({ subjects: ['s'], sealed: false, storage: 'file' });
      await server.publish('s');
    }

    test('a stream of that name that is not of the move', async () => {
      await server.demand(`STREAM.CREATE.${HOLD}`, { name: HOLD, subjects: ['theirs'] });
      await expectUntouched(await send(move()), /exists, and holds no messages of S/);
    });

    test('deleted messages at the end, and the move continues once there is another one', async () => {
      await server.demand('STREAM.MSG.DELETE.S', { seq: 5 });
      await expectUntouched(await send(move()), /last messages of stream S are deleted/);
      expect(await send(move())).toMatchObject({ status: 'done' });
      const { config, state } = await server.demand('STREAM.INFO.S');
      expect(config).toMatchObject({ subjects: ['s'], storage: 'memory' });
      expect(state).toMatchObject({ messages: 5, last_seq: 6, num_deleted: 1 });
    });

    test('no room for a copy', async () => {
      for (let i = 0; i < 4; i++) await server.publish('s', 'x'.repeat(50_000));
      await expectUntouched(await send(move({ storage: 'file', deny_purge: true })), /a copy needs .* left/);
    });

    test('a hold stream that somebody deleted', async () => {
      expect(await send(move().slice(0, 2))).toMatchObject({ status: 'done' });
      await server.demand(`STREAM.DELETE.${HOLD}`);
      await expectUntouched(await send(move().slice(2)), /is gone/);
    });

    test('what was purged or deleted during the copy does not come back', async () => {
      expect(await send(move().slice(0, 2))).toMatchObject({ status: 'done' });
      await server.demand('STREAM.PURGE.S', { seq: 3 });
      await server.demand('STREAM.MSG.DELETE.S', { seq: 4 });
      expect(await send(move())).toMatchObject({ status: 'done' });
      const { state } = await server.demand('STREAM.INFO.S', { deleted_details: true });
      expect(state).toMatchObject({ messages: 2, first_seq: 3, last_seq: 5, deleted: [4] });
    });

    test('again from the start, when all is done', async () => {
      expect(await send(move())).toMatchObject({ status: 'done' });
      expect(await send(move())).toMatchObject({ status: 'done' });
      expect([...(await server.streams()).keys()]).toEqual(['S']);
    });
  },
  { title: 'moves that stop', lines: ['current'] },
);
