import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { killsOf } from '../../../live/dying.ts';
import { brokerOf, LINES } from '../live.ts';
import { type Post, redrive, tally, withPost } from './post.ts';

/** Every method but heartbeats, and every HTTP request: what a redrive says to a broker. */
const CALLS =
  '\\x01\\x00[\\x00\\x01].{4}\\x00[\\x0a\\x14\\x28\\x32\\x3c\\x55]\\x00.|(?:GET|PUT|POST|DELETE) /api/';
const DYING = pathToFileURL(join(import.meta.dirname, '../../../live/dying.mjs')).href;
const REDRIVER = join(import.meta.dirname, 'redriver.ts');

/** Letters that go to two queues, and some that stay. */
const EACH = 8;
const STAYING = 2;
/** More calls than a run of so many letters makes: it publishes and acknowledges each. */
const MOST_CALLS = 150;
const SURE_CALLS = 40;
const KILLS = killsOf(2);

describe.concurrent.each(LINES)('a redrive on RabbitMQ %s that is killed', (line) => {
  const broker = brokerOf(line);

  async function fill(post: Post): Promise<void> {
    await post.queue('dead', {}, 'quorum');
    for (const name of ['email', 'text', 'stays'])
      await post.work(name, name === 'text' ? 'quorum' : 'classic');
    for (const [name, count] of [
      ['email', EACH],
      ['text', EACH],
      ['stays', STAYING],
    ] as const) {
      await post.publish(
        name,
        Array.from({ length: count }, (_, i) => `${name} ${i}`),
      );
      await post.reject(name, count);
    }
  }

  async function run(post: Post, dying: object): Promise<'killed' | 'done'> {
    const { url, management } = post.settings;
    const ports = [url, management].map((one) => Number(URL.parse(String(one))?.port));
    const child = spawn(process.execPath, ['--import', 'tsx', '--import', DYING, REDRIVER], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: {
        ...process.env,
        REDRIVE: JSON.stringify({ settings: post.settings, address: post.request().address }),
        DYING: JSON.stringify({ ports, pattern: CALLS, ...dying }),
      },
    });
    const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
    if (signal === 'SIGKILL') return 'killed';
    expect(code).toBe(0);
    return 'done';
  }

  test.skipIf(!broker)(
    'at any call: no letter is lost, and what is done again brings back the rest',
    async () => {
      const sums = { runs: 0, killed: 0, twice: 0 };
      const killAt = (count: number): Promise<boolean> =>
        withPost(line, async (post, session) => {
          await fill(post);
          const end = await run(post, { count });
          // Until the broker has requeued what the process held.
          const there = async () =>
            (await Promise.all(['dead', 'email', 'text'].map((name) => post.count(name)))).reduce(
              (a, b) => a + b,
            );
          await post.until(async () => (await there()) >= 2 * EACH + STAYING, `killed at ${count}, ${end}:`);
          const outcomes = await redrive(session, post, { accepts: ({ key }) => key !== 'stays' });
          expect(tally(outcomes).kept).toBeUndefined();
          const texts = async (queue: string) =>
            (await post.takeAll(queue)).map(({ content }) => String(content));
          await post.until(async () => (await post.count('dead')) === STAYING);
          const [email, text, stays] = [await texts('email'), await texts('text'), await texts('dead')];
          for (const [name, found, sent] of [
            ['email', email, EACH],
            ['text', text, EACH],
            ['stays', stays, STAYING],
          ] as const) {
            expect([...new Set(found)].sort(), `${name} at ${count}`).toEqual(
              Array.from({ length: sent }, (_, i) => `${name} ${i}`).sort(),
            );
          }
          sums.runs++;
          sums.twice += email.length + text.length - 2 * EACH;
          if (end === 'killed') sums.killed++;
          return end === 'killed';
        });
      if (Number.isFinite(KILLS)) {
        for (let i = 0; i < KILLS; i++) expect(await killAt(randomInt(1, SURE_CALLS))).toBe(true);
      } else {
        for (let count = 1; count < MOST_CALLS && (await killAt(count)); count++);
      }
      console.log(`RabbitMQ ${line}: ${JSON.stringify(sums)}`);
    },
    7_200_000,
  );
});
