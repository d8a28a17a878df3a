import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { resultsOf } from '../../../../src/model/concurrency.ts';
import { killsOf } from '../../../live/dying.ts';
import { brokerOf, LINES, open, send } from '../live.ts';
import { CHANGES, Shop } from './queues.ts';
import { findings, seeded, Traffic } from './traffic.ts';

/**
 * What a move says to a broker: methods of the exchange and queue classes, consume, cancel, publish and acknowledge, and
 * HTTP requests that are no GET.
 */
const CALLS =
  '\\x01\\x00[\\x01-\\x20].{4}\\x00(?:\\x28\\x00[\\x0a\\x14\\x1e\\x28]|\\x32\\x00[\\x0a\\x14\\x28\\x32]|\\x3c\\x00[\\x14\\x1e\\x28\\x50])|(?:PUT|POST|DELETE) /api/';
const DYING = pathToFileURL(join(import.meta.dirname, '../../../live/dying.mjs')).href;
const MOVER = join(import.meta.dirname, 'mover.ts');

/** Messages in flight of a drain that is killed, and those routed to both queues while a binding changes. */
const BATCH = 400;
const WINDOW = 20;
const BACKLOG = 300;
const AT_ONCE = 4;

describe.each(LINES)('a move of RabbitMQ %s that is killed', (line) => {
  const broker = brokerOf(line);

  /** Runs a move in a process of its own. @returns what it said, or that it was killed */
  async function runMove(shop: Shop, dying: object): Promise<'killed' | 'done'> {
    const child = spawn(process.execPath, ['--import', 'tsx', '--import', DYING, MOVER], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        MOVE: JSON.stringify({ settings: shop.settings, calls: shop.calls() }),
        DYING: JSON.stringify({ ports: portsOf(shop), pattern: CALLS, ...dying }),
      },
    });
    let stdout = '';
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (signal === 'SIGKILL') return 'killed';
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('"status":"done"') });
    return 'done';
  }

  function portsOf({ settings }: Shop): number[] {
    return [settings.url, settings.management].map((url) => Number(URL.parse(String(url))?.port));
  }

  async function underTraffic(change: string, seed: number, work: (shop: Shop) => Promise<void>) {
    const known = CHANGES[change];
    if (!broker || !known) throw new Error('no broker');
    const shop = new Shop(broker, known);
    try {
      await shop.open();
      const traffic = new Traffic(shop.url, 'events', seed, { prioritised: true });
      await Promise.all([0, 1].map((one) => traffic.publish(one, 20, BACKLOG).filled));
      if (seed % 2 === 0) traffic.consume('orders', 5);
      await work(shop);
      await shop.expectMoved();
      await traffic.end('orders');
      return { ...findings(traffic), returned: traffic.returned.length };
    } finally {
      await shop.close();
    }
  }

  test.skipIf(!broker)(
    'at any call: run again, it comes to its end, and no message is lost',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'brokerform-kills-'));
      const totals = await Promise.all(
        Object.keys(CHANGES).map(async (change) => {
          const into = join(folder, change);
          await underTraffic(change, 1, async (shop) => {
            expect(await runMove(shop, { into })).toBe('done');
          });
          return { change, calls: Number(readFileSync(into, 'utf8')) };
        }),
      );
      rmSync(folder, { recursive: true });
      const chosen = choose(totals);
      const session = await open(line);
      const sums = { runs: 0, killed: 0, twice: 0 };
      for await (const result of resultsOf(chosen, AT_ONCE, async ({ change, count }) => {
        let end = '';
        const found = await underTraffic(change, count, async (shop) => {
          end = await runMove(shop, { count });
          expect(await send(session, [shop.calls()])).toMatchObject([{ status: 'done' }]);
        });
        return { change, count, end, ...found };
      })) {
        expect(result).toMatchObject({ lost: 0, changed: 0, returned: 0 });
        expect(result.twice).toBeLessThanOrEqual(2 * WINDOW + (result.end === 'killed' ? BATCH : 0));
        sums.runs++;
        sums.twice += result.twice;
        if (result.end === 'killed') sums.killed++;
      }
      await session.close();
      console.log(`RabbitMQ ${line}: ${JSON.stringify({ ...sums, calls: totals })}`);
      expect(sums.killed).toBeGreaterThan(0);
    },
    7_200_000,
  );

  /**
   * Spread over all calls, where few kills are asked for. Of the many that move single messages, every tenth is one of
   * the full number.
   */
  function choose(totals: readonly { change: string; calls: number }[]) {
    const all = totals.flatMap(({ change, calls }) =>
      Array.from({ length: calls }, (_, i) => ({ change, count: i + 1 })),
    );
    const wanted = Math.min(all.length, killsOf(3));
    const random = seeded(Date.now());
    const stride = all.length / wanted;
    return Array.from(
      { length: wanted },
      (_, i) => all[Math.floor(i * stride) + random(Math.floor(stride))],
    ).filter((one) => one !== undefined);
  }
});
