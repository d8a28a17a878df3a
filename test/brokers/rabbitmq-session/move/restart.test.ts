import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type LocalRabbit, startRabbit, Unavailable } from '../../../../local/rabbitmq.ts';
import { connect } from '../../../../src/brokers/rabbitmq/session/index.ts';
import { killsOf } from '../../../live/dying.ts';
import { LINES } from '../live.ts';
import { fill, numbersTo, takeAll } from './backlog.ts';
import { CHANGES, Shop } from './queues.ts';

/** All phases where every kill is asked for, else one. */
const PHASES = Number.isFinite(killsOf(1))
  ? ['drain']
  : ['divert', 'drain', 'replace', 'refill', 'return', 'clean'];
const COUNT = 1500;
const WAITING =
  /^orders: phase [34] of 7 \(\w+\): waiting: an alarm of the broker blocks publishers \(low on memory\), 0 left$/;

describe.each(LINES)('a move and RabbitMQ %s of our own', (line) => {
  let broker: LocalRabbit | undefined;
  const given = process.env[`BROKERFORM_TEST_RABBITMQ_${line.toUpperCase()}_URL`] !== undefined;
  const skipped = given || process.env.BROKERFORM_TEST_BROKERS === 'none';

  beforeAll(async () => {
    if (skipped) return;
    broker = await startRabbit(line).catch((error) => {
      if (error instanceof Unavailable) return undefined;
      throw error;
    });
  });
  afterAll(() => broker?.stop());

  async function move(
    shop: Shop,
    onText: (text: string) => void,
    { limitRate, drain = new AbortController().signal }: { limitRate?: number; drain?: AbortSignal } = {},
  ) {
    const session = await connect({
      name: 'main',
      type: 'rabbitmq',
      settings: shop.settings,
      resolve: (text) => text,
      timeout: 10_000,
    });
    const never = new AbortController().signal;
    const options = { drain, abort: never, limitRate, onWork: (text = '') => onText(text) };
    try {
      for await (const outcome of session.send([shop.calls()], options)) return outcome;
    } finally {
      await session.close();
    }
    return undefined;
  }

  test.skipIf(skipped).for(PHASES)(
    'the broker restarts in phase %s: the move goes on, and no message is lost',
    { timeout: 180_000 },
    async (phase, { skip }) => {
      if (!broker) return skip();
      const own = broker;
      const shops = Object.values(CHANGES).map((change) => new Shop(own, change));
      await Promise.all(shops.map((shop) => shop.open()));
      for (const shop of shops) await fill(shop, COUNT);
      // A quorum queue that is younger loses its messages in a crash.
      await sleep(2000);
      // The first one waits until its new queues outlive a crash.
      let restarted: Promise<void> | undefined;
      const onText = (text: string) => {
        if (text.includes(`(${phase})`)) restarted ??= own.kill().then(() => own.start());
      };
      const outcomes = await Promise.all(shops.map((shop, i) => move(shop, i === 0 ? onText : () => {})));
      await restarted;
      expect(outcomes).toMatchObject(shops.map(() => ({ status: 'done', callsDone: 7 })));
      for (const shop of shops) {
        await shop.expectMoved();
        const numbers = await takeAll(shop);
        // After a crash the broker may deliver again what was acknowledged just before.
        expect([...new Set(numbers)].sort((a, b) => a - b)).toEqual(numbersTo(COUNT));
        await shop.close();
      }
    },
  );

  test.skipIf(skipped)(
    'an alarm of the broker in the middle: the move waits, says so, and goes on',
    async ({ skip }) => {
      const known = CHANGES['classic to quorum'];
      if (!broker || !known) return skip();
      const shop = new Shop(broker, known);
      await shop.open();
      await fill(shop, COUNT);
      const own = broker;
      const texts: string[] = [];
      let alarm: Promise<string> | undefined;
      const moving = move(
        shop,
        (text) => {
          texts.push(text);
          // The command takes some seconds, and is to come before the queue is drained.
          alarm ??= own.ctl('set_vm_memory_high_watermark', 'absolute', '1MB');
        },
        { limitRate: 150 },
      );
      const waits = () =>
        texts.some((text) =>
          /waiting: an alarm of the broker blocks publishers \(low on memory\)/.test(text),
        );
      for (let tries = 0; !waits() && tries < 300; tries++) await sleep(100);
      await alarm;
      // Also for the next try.
      await broker.ctl('set_vm_memory_high_watermark', 'absolute', '1500MB');
      expect(waits()).toBe(true);
      expect(await moving).toMatchObject({ status: 'done' });
      await shop.expectMoved();
      expect(await takeAll(shop)).toEqual(numbersTo(COUNT));
      await shop.close();
    },
    180_000,
  );

  // Half a minute on one line shows what it does on both.
  if (line === 'current' || !Number.isFinite(killsOf(1))) {
    test.skipIf(skipped)(
      'an alarm while the last messages are in flight: the move says so, can be stopped, and goes on',
      async ({ skip }) => {
        const known = CHANGES['classic to quorum'];
        if (!broker || !known) return skip();
        const shop = new Shop(broker, known);
        await shop.open();
        // So few that nothing is left to take, only to wait for.
        await fill(shop, 50);
        const texts: string[] = [];
        const untilWaiting = async () => {
          const told = () => texts.filter((text) => WAITING.test(text)).length;
          for (let tries = 0; told() < 2 && tries < 300; tries++) await sleep(100);
          expect(texts.at(-1)).toMatch(WAITING);
          expect(told()).toBeGreaterThan(1);
          texts.length = 0;
        };
        await broker.ctl('set_vm_memory_high_watermark', 'absolute', '1MB');
        try {
          const drain = new AbortController();
          const stopped = move(shop, (text) => texts.push(text), { drain: drain.signal });
          await untilWaiting();
          const began = Date.now();
          drain.abort();
          expect(await stopped).toMatchObject({
            status: 'failed',
            failure: { message: expect.stringMatching(/^stopped in phase 3 of 7 \(drain\)/) },
          });
          expect(Date.now() - began).toBeLessThan(2000);
          const moving = move(shop, (text) => texts.push(text));
          await untilWaiting();
          await broker.ctl('set_vm_memory_high_watermark', 'absolute', '1500MB');
          expect(await moving).toMatchObject({ status: 'done' });
        } finally {
          await broker.ctl('set_vm_memory_high_watermark', 'absolute', '1500MB');
        }
        await shop.expectMoved();
        expect([...new Set(await takeAll(shop))]).toEqual(numbersTo(50));
        await shop.close();
      },
      180_000,
    );
  }
});
