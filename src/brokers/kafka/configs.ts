import { LOG } from './configs/log.ts';
import { RECORDS } from './configs/records.ts';
import { RETENTION } from './configs/retention.ts';
import type { TopicConfig } from './configs/type.ts';

/**
 * Every topic config of Kafka 3.0 to 4.3, as the broker's own table has it (`LogConfig`, printed by
 * `java org.apache.kafka.storage.internals.log.LogConfig` of 3.7.2 and 4.3.1).
 * {@link https://kafka.apache.org/documentation/#topicconfigs}
 */
export const TOPIC_CONFIGS: Readonly<Record<string, TopicConfig>> = Object.fromEntries(
  Object.entries({ ...RETENTION, ...RECORDS, ...LOG }).sort(([a], [b]) => (a < b ? -1 : 1)),
);

/** The table's entry of a config; undefined for one that it does not know. */
export function configOf(name: string): TopicConfig | undefined {
  return Object.hasOwn(TOPIC_CONFIGS, name) ? TOPIC_CONFIGS[name] : undefined;
}
