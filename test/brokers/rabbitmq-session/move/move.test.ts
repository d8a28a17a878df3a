import { afterEach, describe, expect, test } from 'vitest';
import { brokerOf, LINES, open, send } from '../live.ts';
import { CHANGES, Shop } from './queues.ts';
import { findings, Traffic } from './traffic.ts';

/**
 * Messages that may be routed to both queues while bindings change, which takes up to some tenths of a second on a busy
 * machine, at 100 a second; and those left when arrivals go back.
 */
const WINDOW = 60;
const LEFT = 150;

describe.each(LINES)('RabbitMQ %s: messages move to a new queue of the same name', (line) => {
  const broker = brokerOf(line);
  const shops: Shop[] = [];
  afterEach(() => Promise.all(shops.splice(0).map((shop) => shop.close())));

  async function shopFor(change: keyof typeof CHANGES): Promise<Shop> {
    const known = CHANGES[change];
    if (!broker || !known) throw new Error('no broker');
    const shop = new Shop(broker, known);
    shops.push(shop);
    await shop.open();
    return shop;
  }

  test.skipIf(!broker)(
    'several at once, under publishers and consumers: none is lost or changed',
    async () => {
      const session = await open(line);
      const works = await Promise.all(
        [...Object.keys(CHANGES), ...Object.keys(CHANGES)].map(async (change, i) => {
          const shop = await shopFor(change);
          const traffic = new Traffic(shop.url, 'events', i * 1000, { prioritised: i >= 3 });
          const filled = [0, 1].map((publisher) => traffic.publish(publisher, 50, 400).filled);
          await Promise.all(filled);
          const hasConsumer = i >= 3;
          if (hasConsumer) traffic.consume('orders', 5);
          return { change, shop, traffic, hasConsumer };
        }),
      );
      const texts: string[] = [];
      const never = new AbortController().signal;
      const units = works.map(({ shop }) => shop.calls());
      let running = 0;
      let most = 0;
      for await (const outcome of session.send(units, {
        drain: never,
        abort: never,
        onWork: (text = '') => {
          running = text.split('; ').length;
          most = Math.max(most, running);
          texts.push(text);
        },
      })) {
        expect(outcome).toMatchObject({ status: 'done', callsDone: 7 });
      }
      await session.close();
      expect(most).toBeLessThanOrEqual(4);
      expect(texts.at(-1)).toBe('');
      expect(texts.join('\n')).toMatch(/orders: phase 3 of 7 \(drain\): [\d,]+ moved, .*[\d,]+ left/);
      for (const { change, shop, traffic, hasConsumer } of works) {
        await traffic.end('orders');
        const found = findings(traffic);
        const sent = traffic.confirmed.length;
        console.log(`RabbitMQ ${line}, ${change}: ${sent} confirmed, ${JSON.stringify(found)}`);
        expect({ change, ...found, returned: traffic.returned.length }).toMatchObject({
          ...{ change, lost: 0, changed: 0, returned: 0 },
        });
        expect(found.twice).toBeLessThanOrEqual(WINDOW);
        // Messages that a consumer takes meanwhile overtake those that are moved.
        if (!hasConsumer) expect(found.late).toBeLessThanOrEqual(LEFT);
        await shop.expectMoved();
      }
      // All of it again changes nothing.
      const again = await open(line);
      for (const outcome of await send(again, units)) expect(outcome.status).toBe('done');
      await again.close();
      for (const { shop } of works) await shop.expectMoved();
    },
    180_000,
  );
});
