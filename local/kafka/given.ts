import { readFileSync } from 'node:fs';
import { Unavailable } from '../unavailable.ts';
import { countBrokers } from './answers.ts';
import { versions } from './install.ts';
import type { KafkaLine, LocalKafka } from './types.ts';

/** A file with what `local/run.ts kafka …` printed: all listeners of running clusters. */
const PRINTED = 'BROKERFORM_TEST_KAFKA_PRINTED';

/** The cluster that the environment names for this line, if it does; it is used, and never stopped. */
export async function givenKafka(line: KafkaLine): Promise<LocalKafka | undefined> {
  const file = process.env[PRINTED];
  if (file) {
    const printed: Partial<Record<KafkaLine, Omit<LocalKafka, 'line' | 'brokers' | 'stop'>>> = JSON.parse(
      readFileSync(file, 'utf8'),
    );
    const cluster = printed[line];
    if (cluster) return { ...cluster, line, brokers: [], stop: async () => {} };
  }
  const variable = `BROKERFORM_TEST_KAFKA_${line.toUpperCase()}_BOOTSTRAP`;
  const bootstrap = process.env[variable]?.split(',').map((address) => address.trim());
  if (!bootstrap || bootstrap[0] === '') return undefined;
  const count = await countBrokers(bootstrap).catch(() => 0);
  if (count === 0) throw new Unavailable(`Kafka ${line}`, `${variable} names no cluster that answers`);
  return { line, version: versions[line], bootstrap, brokers: [], folder: '', stop: async () => {} };
}
