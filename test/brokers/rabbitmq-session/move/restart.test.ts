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

  async function move(shop: Shop, onText: (text: string) => void, limitRate?: number) {
    const session = await connect({
      name: 'main',
      type: 'rabbitmq',
      settings: shop.settings,
      resolve: (text) => text,
      timeout: 10_000,
    });
    const never = new AbortController().signal;
    const options = { drain: never, abort: never, limitRate, onWork: (text = '') => onText(text) };
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
        150,
      );
      const waits = () =>
        texts.some((text) => /waiting: the broker takes no messages \(low on memory\)/.test(text));
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
});
