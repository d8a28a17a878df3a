import type { TestProject } from 'vitest/node';
import { type KafkaLine, type LocalKafka, startKafka } from './kafka.ts';
import { type LocalNats, type NatsLine, natsLines, startNats } from './nats.ts';
import { type LocalRabbit, type RabbitLine, startRabbit } from './rabbitmq.ts';
import { Unavailable } from './unavailable.ts';

/** Where the test run's broker of one line is; the credentials are guest and guest. */
export type SharedRabbit = Pick<LocalRabbit, 'url' | 'management' | 'version'>;

/**
 * Where the test run's cluster of one line is: three brokers, with all listeners and ACLs. Tests share it, so topics
 * need names of their own, and no broker is stopped; for that a test starts its own cluster.
 */
export type SharedKafka = Pick<LocalKafka, 'bootstrap' | 'sasl' | 'tls' | 'version'>;

/** Where the test run's server of one line is; no credentials are needed. */
export type SharedNats = Pick<LocalNats, 'url' | 'version'>;

/** The shared brokers that run, and for each of the others why it does not. */
export type SharedRabbits = Shared<RabbitLine, SharedRabbit>;
export type SharedKafkas = Shared<KafkaLine, SharedKafka>;
export type SharedNatsServers = Shared<NatsLine, SharedNats>;

type Shared<Line extends string, Where> = { [line in Line]?: Where } & {
  skipped: { [line in Line]?: string };
};

declare module 'vitest' {
  export interface ProvidedContext {
    rabbitmq: SharedRabbits;
    kafka: SharedKafkas;
    nats: SharedNatsServers;
  }
}

/**
 * For vitest's `globalSetup`: one broker of each line for the whole test run, which tests find with
 * `inject('rabbitmq')`, `inject('kafka')` and `inject('nats')`. A broker that cannot be had is named in the closing
 * lines, and is an error under CI. BROKERFORM_TEST_BROKERS names the types to start, `rabbitmq,nats`, for shorter runs; `none` is
 * for quick runs of pure tests.
 */
export default async function setup({ provide }: Pick<TestProject, 'provide'>) {
  const stops: (() => Promise<void>)[] = [];
  const stop = () => Promise.all(stops.map((one) => one()));
  const wanted = process.env.BROKERFORM_TEST_BROKERS?.split(',');

  async function share<Line extends string, Where extends object>(
    type: string,
    lines: readonly Line[],
    start: (line: Line) => Promise<{ where: Where; stop(): Promise<void> }>,
  ): Promise<Shared<Line, Where>> {
    const running: { [line in Line]?: Where } = {};
    const skipped: { [line in Line]?: string } = {};
    const outcomes = await Promise.allSettled(
      lines.map(async (line) => {
        if (wanted && !wanted.includes(type)) {
          skipped[line] = 'not asked for';
          return;
        }
        try {
          const broker = await start(line);
          stops.push(broker.stop);
          running[line] = broker.where;
        } catch (error) {
          if (!(error instanceof Unavailable) || process.env.CI === 'true') throw error;
          skipped[line] = error.reason;
        }
      }),
    );
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
    return { ...running, skipped };
  }

  const shares = await Promise.allSettled([
    share('rabbitmq', ['old', 'current'] as const, async (line) => {
      const extraPlugins = ['rabbitmq_federation', 'rabbitmq_shovel', 'rabbitmq_sharding'];
      const broker = await startRabbit(line, { quickCounts: true, extraPlugins });
      const { url, management, version } = broker;
      return { where: { url, management, version }, stop: broker.stop };
    }),
    share('kafka', ['old', 'current'] as const, async (line) => {
      const cluster = await startKafka(line, { sasl: true, tls: true, authorizer: true });
      const { bootstrap, sasl, tls, version } = cluster;
      const where = { bootstrap, version, ...(sasl && { sasl }), ...(tls && { tls }) };
      return { where, stop: cluster.stop };
    }),
    share('nats', natsLines, async (line) => {
      const broker = await startNats(line);
      const { url, version } = broker;
      return { where: { url, version }, stop: broker.stop };
    }),
  ]);
  const [rabbitmq, kafka, nats] = shares;
  if (rabbitmq.status === 'rejected' || kafka.status === 'rejected' || nats.status === 'rejected') {
    await stop();
    throw shares.find((one) => one.status === 'rejected')?.reason;
  }

  provide('rabbitmq', rabbitmq.value);
  provide('kafka', kafka.value);
  provide('nats', nats.value);
  return async function teardown() {
    await stop();
    const all = { RabbitMQ: rabbitmq.value.skipped, Kafka: kafka.value.skipped, NATS: nats.value.skipped };
    for (const [name, skipped] of Object.entries(all)) {
      for (const [line, reason] of Object.entries(skipped)) {
        console.log(`  ${name} ${line}: not tested, ${reason}`);
      }
    }
  };
}
