import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LockRequest } from '../../src/model/index.ts';
import { nodeArguments } from '../cli/run-process.ts';
import { Bench } from './contract/bench.ts';
import { type Fixture, fixtures } from './contract/fixtures.ts';

/*
 * What every lock promises (`Session.lock` in src/model/provider.ts), whatever the broker.
 */

/** Kafka has nothing that can keep a lock. */
const locking = fixtures.filter(({ provider }) => provider.name !== 'kafka');

describe.each(locking)('$title keeps a lock', (fixture: Fixture) => {
  const { provider, settings } = fixture;
  const open = () => Bench.open(fixture);
  let bench: Bench;
  const environment = `prod ${'🐇'.repeat(200)}`;
  const requestOf = (id: string, more: Partial<LockRequest> = {}): LockRequest => ({
    ...{ project: `${fixture.unique}/.*>%\u001b`, environment, creates: 0, ...more },
    holder: { id, host: 'h\u001b[2J', user: 'é"\\\n', job: 'https://ci/?a=b', pid: 1, since: 'now' },
  });
  const take = async (one: Bench, request: LockRequest) => one.session.lock?.(request);
  /** The lock, once it is free: a broker may take a moment to notice that its holder is gone. */
  const takeSoon = async (one: Bench, request: LockRequest) => {
    const end = Date.now() + 10_000;
    for (;;) {
      const attempt = await take(one, request);
      if (attempt?.status === 'held') return attempt.lock;
      if (attempt?.status !== 'taken' || Date.now() > end) throw new Error(JSON.stringify(attempt));
      await sleep(20);
    }
  };
  let other: Bench;
  beforeAll(async () => {
    if (settings) [bench, other] = [await open(), await open()];
  });
  afterAll(async () => {
    await bench?.session.close();
    await other?.session.close();
  });

  test.skipIf(!settings)(
    'for one holder at a time, whom it tells to others, until the lock is released',
    async () => {
      const mine = await takeSoon(bench, requestOf('mine'));
      expect(await take(other, requestOf('theirs'))).toEqual({
        ...{ status: 'taken', holder: requestOf('mine').holder },
      });
      for (const elsewhere of [{ environment: 'staging' }, { project: `${fixture.unique}-other` }]) {
        await (await takeSoon(other, requestOf('theirs', elsewhere))).release();
      }
      await mine.release();
      const theirs = await takeSoon(other, requestOf('theirs'));
      expect(await take(bench, requestOf('mine'))).toMatchObject({ holder: { id: 'theirs' } });
      await theirs.release();
    },
  );

  test.skipIf(!settings)('that no plan, drift or import sees', async () => {
    const lock = await takeSoon(bench, requestOf('mine'));
    const { waves, unmanaged } = await bench.plan({ owns: fixture.lockGlobs, prune: true });
    expect(JSON.stringify([waves, unmanaged])).not.toMatch(/lock/i);
    const live = await bench.session.read({ desired: [], retired: [], owns: fixture.lockGlobs });
    expect(JSON.stringify(provider.toSections(live, bench.session.broker))).not.toMatch(/lock/i);
    await lock.release();
  });

  test.skipIf(!settings)('for exactly one of several that ask at once', async () => {
    const all = await Promise.all(Array.from({ length: 4 }, open));
    for (let round = 0; round < 5; round++) {
      const attempts = await Promise.all(all.map((one, i) => take(one, requestOf(String(i)))));
      const held = attempts.flatMap((attempt) => (attempt?.status === 'held' ? [attempt.lock] : []));
      expect(held).toHaveLength(1);
      expect(attempts.filter((attempt) => attempt?.status === 'taken')).toHaveLength(3);
      await held[0]?.release();
    }
    await Promise.all(all.map(({ session }) => session.close()));
  });

  test.skipIf(!settings)('that is free once its session is closed', async () => {
    const one = await open();
    await takeSoon(one, requestOf('closed'));
    await one.session.close();
    await (await takeSoon(other, requestOf('theirs'))).release();
  });

  // A process takes the locks of the in-memory broker with it.
  if (provider.name === 'memory') return;
  test.skipIf(!settings)('that is free once its process is killed', async () => {
    const args = [provider.name, JSON.stringify(settings), JSON.stringify(requestOf('killed'))];
    const child = spawn(
      process.execPath,
      nodeArguments(join(import.meta.dirname, 'contract/hold-lock.ts'), args),
    );
    const [said] = await once(child.stdout, 'data');
    expect(String(said)).toBe('held\n');
    expect(await take(other, requestOf('theirs'))).toMatchObject({ holder: { id: 'killed' } });
    child.kill('SIGKILL');
    const killed = Date.now();
    await (await takeSoon(other, requestOf('theirs'))).release();
    expect(Date.now() - killed).toBeLessThan(5_000);
  });
});
