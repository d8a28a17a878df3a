import { dockerAnswers } from './docker.ts';
import { startInContainer } from './rabbitmq/container.ts';
import { givenRabbit } from './rabbitmq/given.ts';
import { startOnMachine } from './rabbitmq/machine.ts';
import type { LocalRabbit, RabbitLine, RabbitOptions } from './rabbitmq/types.ts';

export type { LocalRabbit, RabbitLine, RabbitOptions, RabbitTls } from './rabbitmq/types.ts';
export { Unavailable } from './unavailable.ts';

/**
 * Starts a RabbitMQ broker that listens on 127.0.0.1 only, and waits until it is ready: the one that
 * BROKERFORM_TEST_RABBITMQ_OLD_URL and so on name, else a container where a Docker engine answers,
 * else a process. Throws Unavailable where none of these can be had.
 */
export async function startRabbit(line: RabbitLine, options: RabbitOptions = {}): Promise<LocalRabbit> {
  const given = await givenRabbit(line);
  if (given) return given;
  if (await dockerAnswers()) return startInContainer(line, options);
  return startOnMachine(line, options);
}
