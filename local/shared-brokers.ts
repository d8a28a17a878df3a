import type { TestProject } from 'vitest/node';
import { type LocalRabbit, type RabbitLine, startRabbit, Unavailable } from './rabbitmq.ts';

/** Where the test run's broker of one line is; the credentials are guest and guest. */
export interface SharedRabbit {
  url: string;
  management: string;
  version: string;
}

/** The shared brokers that run, and for each of the others why it does not. */
export type SharedRabbits = { [line in RabbitLine]?: SharedRabbit } & {
  skipped: { [line in RabbitLine]?: string };
};

declare module 'vitest' {
  export interface ProvidedContext {
    rabbitmq: SharedRabbits;
  }
}

const lines: RabbitLine[] = ['old', 'current'];

/**
 * For vitest's `globalSetup`: one broker of each line for the whole test run, which tests find with
 * `inject('rabbitmq')`. A broker that cannot be had is named in the closing lines, and is an error under
 * CI. With BROKERFORM_TEST_BROKERS=none, for quick runs of pure tests, none is started.
 */
export default async function setup({ provide }: Pick<TestProject, 'provide'>) {
  const shared: SharedRabbits = { skipped: {} };
  const brokers: LocalRabbit[] = [];
  const stop = () => Promise.all(brokers.map((broker) => broker.stop()));

  const outcomes = await Promise.allSettled(lines.map(start));
  const failed = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failed) {
    await stop();
    throw failed.reason;
  }

  async function start(line: RabbitLine): Promise<void> {
    if (process.env.BROKERFORM_TEST_BROKERS === 'none') {
      shared.skipped[line] = 'not asked for';
      return;
    }
    try {
      const broker = await startRabbit(line, { quickCounts: true });
      brokers.push(broker);
      const { url, management, version } = broker;
      shared[line] = { url, management, version };
    } catch (error) {
      if (!(error instanceof Unavailable) || process.env.CI === 'true') throw error;
      shared.skipped[line] = error.reason;
    }
  }

  provide('rabbitmq', shared);
  return async function teardown() {
    await stop();
    for (const [line, reason] of Object.entries(shared.skipped)) {
      console.log(`  RabbitMQ ${line}: not tested, ${reason}`);
    }
  };
}
