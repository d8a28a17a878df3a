import { afterAll, afterEach, beforeAll, beforeEach, expect, vi } from 'vitest';
import { countBrokers } from '../../../local/kafka/answers.ts';
import type { LocalKafkaBroker } from '../../../local/kafka/types.ts';
import { type LocalKafka, startKafka } from '../../../local/kafka.ts';
import { CliFolder, type Running, variable } from '../cli-folder.ts';
import { Stranger } from './stranger.ts';

/** Slow enough to look at, and to be killed. */
const SLOW = { throttle: '200kB', batch: 10 };
export const FAST = { throttle: '100MB' };

/** A cluster whose brokers can be killed, and a project that manages it. */
export interface OwnCluster {
  readonly cluster: LocalKafka;
  readonly stranger: Stranger;
  /** Another one for each test. */
  readonly project: CliFolder;
  kill(broker: LocalKafkaBroker | undefined): Promise<void>;
  start(broker: LocalKafkaBroker | undefined): Promise<void>;
  /** Starts all brokers at once, where all are down. */
  startAll(): Promise<void>;
  configure(reassignment: object): void;
  declare(topics: Readonly<Record<string, object>>): void;
  many(howMany: number, body: object): Record<string, object>;
  apply(...args: readonly string[]): Running;
  until(check: () => Promise<void>): Promise<void>;
}

/** Starts a cluster for the tests of a `describe`. */
export function ownCluster(): OwnCluster {
  let cluster: LocalKafka;
  let stranger: Stranger;
  let project: CliFolder;
  const down = new Set<LocalKafkaBroker>();

  beforeAll(async () => {
    vi.stubEnv('BROKERFORM_TEST_KAFKA_CURRENT_BOOTSTRAP', '');
    cluster = await startKafka('current', { authorizer: true });
    stranger = await Stranger.connect(cluster.bootstrap, 't');
  });
  afterAll(async () => {
    await stranger?.close();
    await cluster?.stop();
    vi.unstubAllEnvs();
  });
  beforeEach(() => {
    project = new CliFolder({ KAFKA: cluster.bootstrap.join(',') });
    configure(SLOW);
  });
  afterEach(async () => {
    for (const broker of down) await start(broker);
    await until(async () => stranger.delete(await stranger.names()));
    project.removeFolder();
  });

  async function kill(broker: LocalKafkaBroker | undefined): Promise<void> {
    if (!broker) throw new Error('no such broker');
    down.add(broker);
    await broker.kill();
  }

  async function start(broker: LocalKafkaBroker | undefined): Promise<void> {
    if (!broker || !down.delete(broker)) throw new Error('it is not down');
    await broker.start();
    // The others may learn it a moment later.
    const up = cluster.brokers.filter((one) => !down.has(one));
    await until(async () => {
      for (const { address } of up) expect(await countBrokers([address])).toBe(up.length);
    });
  }

  async function startAll(): Promise<void> {
    await Promise.all(cluster.brokers.map((broker) => broker.start()));
    down.clear();
  }

  function configure(reassignment: object): void {
    const main = { type: 'kafka', bootstrap: [variable('KAFKA')], reassignment };
    project.write('brokerform.yaml', { project: 'shop', topologies: ['topology.yaml'], brokers: { main } });
  }

  return {
    get cluster() {
      return cluster;
    },
    get stranger() {
      return stranger;
    },
    get project() {
      return project;
    },
    ...{ kill, start, startAll, configure },
    declare: (topics) => project.write('topology.yaml', { kafka: { topics } }),
    many: (howMany, body) => Object.fromEntries(Array.from({ length: howMany }, (_, i) => [`t${i}`, body])),
    apply: (...args) => project.start('apply', '--auto-approve', '--report', 'report.json', ...args),
    until,
  };
}

async function until(check: () => Promise<void>): Promise<void> {
  await vi.waitFor(check, { timeout: 30_000, interval: 20 });
}
