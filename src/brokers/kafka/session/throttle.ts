import { DescribeConfigs, TOPIC } from '../protocol/requests/configs.ts';
import { THROTTLE_CONFIGS } from '../specs.ts';
import type { Cluster } from './cluster.ts';

/*
 * Kafka holds a throttle in configs: which replicas, on the topic, and how fast, on the brokers. It has no room for a
 * word on whose it is, so ours are told by their form, and those of other tools are never touched: a run that was
 * killed leaves ours behind, and the next one can take them away.
 */

export const RATE_CONFIGS = [
  'leader.replication.throttled.rate',
  'follower.replication.throttled.rate',
] as const;

/** Bytes a second: the last three digits are ours. */
const SIGNATURE = 417;

export function ourRate(bytesPerSecond: number): string {
  return String(Math.max(1, Math.floor(bytesPerSecond / 1000)) * 1000 + SIGNATURE);
}

export function isOurRate(value: string): boolean {
  return /^\d{4,}$/.test(value) && value.endsWith(String(SIGNATURE));
}

/** `0:1,0:2,1:3`, partition and broker; the first pair once more at the end, which changes nothing, is ours. */
export function ourThrottle(pairs: readonly (readonly [partition: number, broker: number])[]): string {
  const texts = pairs.map(([partition, broker]) => `${partition}:${broker}`);
  return texts.length === 0 ? '' : [...texts, texts[0]].join(',');
}

export function isOurThrottle(value: string): boolean {
  const pairs = value.split(',');
  return pairs.length > 1 && pairs[0] === pairs.at(-1);
}

/** Our mark on a topic, by which a later run knows what was begun. */
export interface Mark {
  /** The configs that hold it. */
  readonly keys: readonly string[];
  /** The brokers that get a copy, by partition. */
  readonly copies: ReadonlyMap<number, readonly number[]>;
  /** All brokers that send or get one. */
  readonly brokers: ReadonlySet<number>;
}

/** Topics that carry our mark; a topic that is gone does not. */
export async function readMarks(cluster: Cluster, topics: readonly string[]): Promise<Map<string, Mark>> {
  const found = topics.length === 0 ? [] : await readThrottles(cluster, topics);
  return new Map(
    [...found].flatMap(([name, values]): [string, Mark][] => {
      const keys = [...values].filter(([, value]) => isOurThrottle(value)).map(([key]) => key);
      return keys.length === 0 ? [] : [[name, { keys, ...readPairs(values) }]];
    }),
  );
}

/** The throttle configs of topics; a topic that is gone has none. */
export async function readThrottles(
  cluster: Cluster,
  topics: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const resources = topics.map((name) => ({ type: TOPIC, name, keys: [...THROTTLE_CONFIGS] }));
  const question = { resources, synonyms: false };
  const answer = await cluster.ask(DescribeConfigs, question, { to: 'home', repeatable: true });
  return new Map(
    answer.resources.map(({ name, configs }) => [
      name,
      new Map(configs.map((config) => [config.name, config.value ?? ''])),
    ]),
  );
}

/** The replicas that follow are those that are made. */
function readPairs(values: ReadonlyMap<string, string>): Pick<Mark, 'copies' | 'brokers'> {
  const copies = new Map<number, number[]>();
  const brokers = new Set<number>();
  for (const key of THROTTLE_CONFIGS) {
    const text = values.get(key) ?? '';
    for (const pair of isOurThrottle(text) ? new Set(text.split(',')) : []) {
      const [partition = 0, broker = 0] = pair.split(':').map(Number);
      const ids = copies.get(partition) ?? [];
      copies.set(partition, key === FOLLOWERS ? [...ids, broker] : ids);
      brokers.add(broker);
    }
  }
  return { copies, brokers };
}

const FOLLOWERS = 'follower.replication.throttled.replicas';
