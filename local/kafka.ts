import { dockerAnswers } from './docker.ts';
import { startCluster } from './kafka/cluster.ts';
import { inContainers } from './kafka/container.ts';
import { givenKafka } from './kafka/given.ts';
import { onMachine } from './kafka/machine.ts';
import type { KafkaLine, KafkaOptions, LocalKafka } from './kafka/types.ts';

export type { KafkaLine, LocalKafka } from './kafka/types.ts';
export { Unavailable } from './unavailable.ts';

/**
 * Starts a Kafka cluster that listens on 127.0.0.1 only, and waits until it is ready: the one that
 * BROKERFORM_TEST_KAFKA_OLD_BOOTSTRAP or …_CURRENT_BOOTSTRAP names, else containers where a Docker engine answers,
 * else processes. Throws Unavailable where none of these can be had.
 */
export async function startKafka(line: KafkaLine, options: KafkaOptions = {}): Promise<LocalKafka> {
  const given = await givenKafka(line);
  if (given) return given;
  const { heap } = options;
  const running = (await dockerAnswers()) ? inContainers(line, heap) : await onMachine(line, heap);
  return startCluster(line, options, running);
}
