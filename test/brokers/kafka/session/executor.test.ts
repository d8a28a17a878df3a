import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  type CallExecutor,
  execute,
  type Item,
  type Result,
  type Verdict,
} from '../../../../src/brokers/kafka/session/executor.ts';
import { readSettings } from '../../../../src/brokers/kafka/session/settings.ts';

const settings = readSettings({
  ...{ name: 'main', type: 'kafka', settings: { bootstrap: ['127.0.0.1:1'] } },
  ...{ resolve: (text: string) => text, timeout: 1_000 },
});

interface Topic {
  readonly name: string;
  readonly partitions: number;
}

/** A controller that takes everything at once, and a broker that shows so many records of it a second. */
class LaggingCluster {
  readonly #log: { name: string; end: number }[] = [];
  readonly #start = Date.now();
  readonly #rate: number;
  #records = 0;
  looks = 0;

  constructor(rate: number, taken: readonly Topic[] = []) {
    this.#rate = rate;
    for (const topic of taken) this.#take(topic);
  }

  get lag(): number {
    return (this.#records / this.#rate) * 1_000;
  }

  way(more: Partial<CallExecutor<Topic>> = {}): CallExecutor<Topic> {
    return {
      op: 'create topic',
      send: async (bodies) => bodies.map((body) => this.#take(body)),
      isThere: (code) => code === EXISTS,
      right: () => ({ operation: 'Create' }),
      chunk: { items: 500, weight: 2_000 },
      weigh: ({ partitions }) => 1 + partitions,
      notVisible: async (bodies) => {
        this.looks++;
        const seen = ((Date.now() - this.#start) / 1_000) * this.#rate;
        const shown = new Set(this.#log.filter(({ end }) => end <= seen).map(({ name }) => name));
        return bodies.filter(({ name }) => !shown.has(name));
      },
      ...more,
    };
  }

  #take({ name, partitions }: Topic): Verdict {
    if (this.#log.some((entry) => entry.name === name)) return { code: EXISTS };
    this.#records += 1 + partitions;
    this.#log.push({ name, end: this.#records });
    return { code: 0 };
  }
}

const EXISTS = 36;
const QUOTA = 89;
const POLICY_VIOLATION = 44;

const topics = (count: number): Topic[] =>
  Array.from({ length: count }, (_, i) => ({ name: `t${i}`, partitions: 10 }));

/** Runs to the end by fake time; the results in order, and the seconds that it took. */
async function run(way: CallExecutor<Topic>, bodies: readonly Topic[]) {
  const results: Result[] = [];
  const told: (string | undefined)[] = [];
  const items: Item<Topic>[] = bodies.map((body, i) => ({
    body,
    settle(result) {
      results[i] = result;
    },
  }));
  const start = Date.now();
  const drain = new AbortController().signal;
  const work = execute(settings, way, items, { drain, onWork: (text) => told.push(text) });
  await vi.runAllTimersAsync();
  await work;
  return { results, told, seconds: (Date.now() - start) / 1_000 };
}

describe('carrying out calls against a broker that lags behind its controller', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    // The fake clock of vitest does not know these timers.
    vi.spyOn(timers, 'setTimeout').mockImplementation(
      (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
    );
    syncBuiltinESMExports();
  });
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
    vi.useRealTimers();
  });

  it('waits as long as ever more is visible, and tells how much is left', async () => {
    const cluster = new LaggingCluster(100);
    const { results, told, seconds } = await run(cluster.way(), topics(2_000));
    expect(results.every(({ status }) => status === 'done')).toBe(true);
    expect(results).toHaveLength(2_000);
    expect(seconds).toBeGreaterThan(200);
    expect(seconds).toBeLessThan(cluster.lag / 1_000 + 2);
    expect(told.find((text) => text !== undefined)).toMatch(/^create topic: \d+ not visible yet$/);
    expect(told.at(-1)).toBeUndefined();
    // The longer it takes, the less often it looks.
    expect(cluster.looks).toBeLessThan(800);
  });

  it('waits in proportion to the work where nothing comes, and no longer', async () => {
    const never = { notVisible: async (bodies: readonly Topic[]) => bodies };
    const small = await run(new LaggingCluster(1).way(never), topics(1));
    expect(small.seconds).toBeGreaterThan(25);
    expect(small.seconds).toBeLessThan(35);
    const large = await run(new LaggingCluster(1).way(never), topics(180));
    expect(large.seconds).toBeGreaterThan(60);
    expect(large.seconds).toBeLessThan(80);
    // What became of it, the live state shows afterwards.
    expect(large.results.every(({ status }) => status === 'done')).toBe(true);
  });

  it('waits longer for a broker that was late before', async () => {
    const lags = [60_000, 200_000];
    const shownAt = new Map<string, number>();
    let last = Date.now();
    const late: CallExecutor<Topic> = {
      ...new LaggingCluster(1).way(),
      send: async (bodies) => {
        last += lags.shift() ?? 0;
        for (const { name } of bodies) shownAt.set(name, last);
        return bodies.map(() => ({ code: 0 }));
      },
      notVisible: async (bodies) => bodies.filter(({ name }) => Date.now() < (shownAt.get(name) ?? 0)),
    };
    const { seconds } = await run(late, topics(300));
    expect(seconds).toBeGreaterThanOrEqual(260);
    expect(seconds).toBeLessThan(265);
  });

  it('waits for what exists already, though the broker does not show it yet', async () => {
    const made = topics(200);
    const cluster = new LaggingCluster(100, made);
    const { results, seconds } = await run(cluster.way(), made);
    expect(results.every(({ status }) => status === 'already')).toBe(true);
    expect(seconds).toBeGreaterThan(20);

    const never = { notVisible: async (bodies: readonly Topic[]) => bodies };
    const hidden = await run(new LaggingCluster(1, topics(1)).way(never), topics(1));
    expect(hidden.results).toMatchObject([
      { status: 'already', failure: { message: expect.stringContaining('does not show yet') } },
    ]);
  });

  it('sends as two what is too much for the controller, and as many again as it takes', async () => {
    const cluster = new LaggingCluster(100_000);
    const inner = cluster.way();
    const sizes: number[] = [];
    const bounded: CallExecutor<Topic> = {
      ...inner,
      send: async (bodies) => {
        const records = bodies.reduce((sum, { partitions }) => sum + 1 + partitions, 0);
        sizes.push(records);
        if (records <= 300) return inner.send(bodies, false);
        const message = 'Excessively large number of partitions per request.';
        return bodies.map(() => ({ code: POLICY_VIOLATION, message }));
      },
    };
    const tooWide = { name: 'wide', partitions: 400 };
    const { results } = await run(bounded, [...topics(100), tooWide]);
    expect(results.slice(0, 100).every(({ status }) => status === 'done')).toBe(true);
    expect(results[100]).toMatchObject({ status: 'failed', failure: { status: 'POLICY_VIOLATION' } });
    expect(sizes.length).toBeLessThan(20);
  });

  it('goes on through a quota that lets some through at a time', async () => {
    const cluster = new LaggingCluster(100_000);
    const inner = cluster.way();
    const quota: CallExecutor<Topic> = {
      ...inner,
      send: async (bodies) => [
        ...(await inner.send(bodies.slice(0, 10), false)),
        ...bodies.slice(10).map(() => ({ code: QUOTA })),
      ],
    };
    const { results } = await run(quota, topics(200));
    expect(results.every(({ status }) => status === 'done')).toBe(true);
    const closed: CallExecutor<Topic> = {
      ...inner,
      send: async (bodies) => bodies.map(() => ({ code: QUOTA })),
    };
    expect((await run(closed, topics(1))).results[0]).toMatchObject({
      status: 'failed',
      failure: {
        status: 'THROTTLING_QUOTA_EXCEEDED',
        hint: expect.stringContaining('controller_mutation_rate'),
      },
    });
  });
});
