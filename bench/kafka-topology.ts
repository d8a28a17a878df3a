/** A number of topics alike, said once for brokerform and once for the raw client. */
export interface BenchTopic {
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** As brokers take them. */
  readonly configs: Readonly<Record<string, string>>;
}

/** Topics that one team has, in one file. */
const TEAM = 1000;

/** One partition, unless said otherwise, without copies: it is the requests that are measured, and not how much three brokers can hold. */
export function topicTopology(topics: number, prefix: string, partitions = 1): BenchTopic[] {
  return Array.from({ length: topics }, (_, i) => ({
    name: `${prefix}-${i}`,
    partitions,
    replicationFactor: 1,
    configs: { 'retention.ms': '604800000', 'max.message.bytes': '2000000' },
  }));
}

/** Topology files of topics with as many partitions each, by name, one a team, written as a person would write them. */
export function toFiles(topics: readonly BenchTopic[]): Map<string, string> {
  const teams = Array.from({ length: Math.ceil(topics.length / TEAM) }, (_, i) =>
    topics.slice(i * TEAM, (i + 1) * TEAM),
  );
  const head = [
    'kafka:',
    '  defaults:',
    `    partitions: ${topics[0]?.partitions ?? 1}`,
    '    replication-factor: 1',
    '    configs: { retention.ms: 7d }',
    '  topics:',
    '',
  ].join('\n');
  const text = ({ name }: BenchTopic) => `    ${name}: { configs: { max.message.bytes: 2MB } }\n`;
  return new Map(teams.map((own, i) => [`team-${i}.yaml`, head + own.map(text).join('')]));
}
