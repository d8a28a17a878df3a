import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { killsOf } from '../../../live/dying.ts';
import { brokerOf, LINES, open, send } from '../live.ts';
import { CHANGES, Shop } from './queues.ts';
import { findings, Traffic } from './traffic.ts';

/** Every request that changes something, but for single messages: AMQP methods, and HTTP requests that are no GET. */
const CALLS =
  '\\x01\\x00[\\x01-\\x20].{4}\\x00(?:\\x28\\x00[\\x0a\\x14\\x1e\\x28]|\\x32\\x00[\\x0a\\x14\\x28\\x32]|\\x3c\\x00[\\x14\\x1e])|(?:PUT|POST|DELETE) /api/';
/** Publishing and acknowledging. */
const MESSAGES = '\\x01\\x00\\x01.{4}\\x00\\x3c\\x00[\\x28\\x50]';
const DYING = pathToFileURL(join(import.meta.dirname, '../../../live/dying.mjs')).href;
const MOVER = join(import.meta.dirname, 'mover.ts');

/** Messages in flight of a drain that is killed, and those routed to both queues while a binding changes. */
const BATCH = 400;
const WINDOW = 20;
const BACKLOG = 300;

describe.concurrent.each(LINES)('a move of RabbitMQ %s that is killed', (line) => {
  const broker = brokerOf(line);

  /** Runs a move in a process of its own. @returns what it said, or that it was killed */
  async function runMove(shop: Shop, dying: object): Promise<'killed' | 'done'> {
    const child = spawn(process.execPath, ['--import', 'tsx', '--import', DYING, MOVER], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        ...process.env,
        MOVE: JSON.stringify({ settings: shop.settings, calls: shop.calls() }),
        DYING: JSON.stringify({ ports: portsOf(shop), ...dying }),
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
      if (seed % 2 === 0) traffic.consume('orders', 200);
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
      const session = await open(line);
      const sums = { runs: 0, killed: 0, twice: 0 };
      /** @returns false where it came to its end before that call */
      const killAt = async (change: string, pattern: string, count: number): Promise<boolean> => {
        let end = '';
        const found = await underTraffic(change, count, async (shop) => {
          end = await runMove(shop, { pattern, count });
          const [outcome] = await send(session, [shop.calls()]);
          expect({ change, pattern, count, ...outcome }).toEqual({
            ...{ change, pattern, count, unit: 0, status: 'done', callsDone: 7, note: outcome?.note },
          });
        });
        const killed = end === 'killed';
        const at = { change, pattern, count };
        expect({ ...at, ...found }).toMatchObject({ ...at, lost: 0, changed: 0, returned: 0 });
        expect(found.twice).toBeLessThanOrEqual(2 * WINDOW + (killed ? BATCH : 0));
        sums.runs++;
        sums.twice += found.twice;
        if (killed) sums.killed++;
        return killed;
      };
      const all = Number.isFinite(KILLS) ? few() : every();
      await Promise.all(
        all.map(async ({ change, pattern, counts }) => {
          for (const count of counts) if (!(await killAt(change, pattern, count))) break;
        }),
      );
      await session.close();
      console.log(`RabbitMQ ${line}: ${JSON.stringify(sums)}`);
      if (Number.isFinite(KILLS)) expect(sums.killed).toBe(sums.runs);
    },
    7_200_000,
  );
});

/** So many kills of each broker, at moments that differ from run to run. */
const KILLS = killsOf(2);
const SURE_CALLS = 40;
const SURE_MESSAGES = 200;

interface Points {
  readonly change: string;
  readonly pattern: string;
  /** Which call is not made any more. */
  readonly counts: readonly number[];
}

function few(): Points[] {
  const changes = Object.keys(CHANGES);
  return Array.from({ length: KILLS }, (_, i) => ({
    change: changes[randomInt(changes.length)] ?? '',
    ...(i % 2 === 0
      ? { pattern: CALLS, counts: [randomInt(1, SURE_CALLS)] }
      : { pattern: MESSAGES, counts: [randomInt(1, SURE_MESSAGES)] }),
  }));
}

/** Each call of each change, up to the end, and single messages here and there. */
function every(): Points[] {
  return Object.keys(CHANGES).flatMap((change) => [
    { change, pattern: CALLS, counts: Array.from({ length: 200 }, (_, i) => i + 1) },
    { change, pattern: MESSAGES, counts: Array.from({ length: 30 }, (_, i) => 1 + i * 47) },
  ]);
}
