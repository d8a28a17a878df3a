import { type ConfigsAlter, THROTTLE_CONFIGS } from '../../kinds/configs/spec.ts';
import type { Cluster } from '../cluster.ts';
import { alterConfigs } from '../configs/alter.ts';
import { BROKER, DescribeConfigs, TOPIC } from '../protocol/configs.ts';
import { refused } from '../refusals.ts';
import { untilSeen } from '../visibility.ts';
import { addedBy, type Move } from './reassignments.ts';

/*
 * Kafka holds a throttle in configs: which replicas, on the topic, and how fast, on the brokers. It has no room for a
 * word on whose it is, so ours are recognized by their form, and those of other tools are never changed: a run that was
 * killed leaves ours behind, and the next one can take them away.
 */

const RATE_CONFIGS = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'] as const;

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
async function readThrottles(
  cluster: Cluster,
  topics: readonly string[],
): Promise<Map<string, Map<string, string>>> {
  const resources = topics.map((name) => ({ type: TOPIC, name, keys: [...THROTTLE_CONFIGS] }));
  const request = { resources, synonyms: false };
  const response = await cluster.read(DescribeConfigs, request);
  return new Map(
    response.resources.map(({ name, configs }) => [
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

const SEEN = 5_000;

/**
 * Slows the copying for these moves down: first which replicas, then how fast, so that a run that is killed in
 * between leaves a mark by which the next one finds all of it. Throttles of other tools stay unchanged.
 * @throws ConnectionError, BrokerError
 */
export async function throttle(cluster: Cluster, moves: readonly Move[]): Promise<void> {
  const copying = moves.filter((move) => addedBy(move).length > 0);
  if (copying.length === 0) return;
  const topics = [...new Set(copying.map((move) => move.topic))];
  const foreign = await foreignThrottles(cluster, topics);
  const [leaderKey = '', followerKey = ''] = THROTTLE_CONFIGS;
  const marked = topics.filter((name) => !foreign.has(name));
  const marks = marked.map((name) => {
    const own = copying.filter((move) => move.topic === name);
    const leaders = own.flatMap(({ partition, from }) => from.map((id) => [partition, id] as const));
    const followers = own.flatMap((move) => addedBy(move).map((id) => [move.partition, id] as const));
    const set = { [leaderKey]: ourThrottle(leaders), [followerKey]: ourThrottle(followers) };
    return { name, set, unset: [] };
  });
  await alter(cluster, TOPIC, marks);
  // Brokers learn of it a moment later, and what we do not see yet we would not take away.
  await untilSeen(SEEN, async () => (await readMarks(cluster, marked)).size === marked.length);
  await setRates(cluster, new Set(copying.flatMap(({ from, to }) => [...from, ...to])));
}

/** Sets or updates the replication rate of these brokers; rates of other tools stay unchanged. */
export async function setRates(cluster: Cluster, brokers: ReadonlySet<number>): Promise<void> {
  const value = ourRate(cluster.settings.reassignment.throttle);
  for (const [id, found] of await readRates(cluster, [...brokers])) {
    const free = RATE_CONFIGS.filter((key) => {
      const now = found.get(key);
      return now === undefined || (isOurRate(now) && now !== value);
    });
    if (free.length === 0) continue;
    const set = Object.fromEntries(free.map((key) => [key, value]));
    await alter(cluster, BROKER, [{ name: String(id), set, unset: [] }], id);
    await untilSeen(SEEN, async () => {
      const now = (await readRates(cluster, [id])).get(id);
      return free.every((key) => now?.get(key) === value);
    });
  }
}

/** Removes our throttle from the brokers. A broker that is down keeps its own, which then has no effect. */
export async function clearRates(cluster: Cluster): Promise<void> {
  const ids = cluster.brokers.map(({ id }) => id);
  for (const [id, ours] of await ourRatesOn(cluster, ids)) {
    await alter(cluster, BROKER, [{ name: String(id), set: {}, unset: ours }], id);
  }
  await untilSeen(SEEN, async () => (await ourRatesOn(cluster, ids)).size === 0);
}

/** Removes our throttle from topics. */
export async function clearMarks(cluster: Cluster, topics: readonly string[]): Promise<void> {
  const marks = [...(await readMarks(cluster, topics))].map(([name, { keys }]) => ({
    name,
    set: {},
    unset: keys,
  }));
  await alter(cluster, TOPIC, marks);
  await untilSeen(SEEN, async () => (await readMarks(cluster, topics)).size === 0);
}

/** Brokers that carry our rate, and in which configs. */
async function ourRatesOn(cluster: Cluster, ids: readonly number[]): Promise<Map<number, readonly string[]>> {
  const rates = [...(await readRates(cluster, ids))].map(([id, found]): [number, readonly string[]] => [
    id,
    RATE_CONFIGS.filter((key) => isOurRate(found.get(key) ?? '')),
  ]);
  return new Map(rates.filter(([, ours]) => ours.length > 0));
}

async function foreignThrottles(cluster: Cluster, topics: readonly string[]): Promise<Set<string>> {
  const found = await readThrottles(cluster, topics);
  const foreign = [...found].filter(([, values]) =>
    [...values.values()].some((value) => value !== '' && !isOurThrottle(value)),
  );
  return new Set(foreign.map(([name]) => name));
}

/** Rates set on brokers themselves; unreachable brokers are absent. */
async function readRates(
  cluster: Cluster,
  ids: readonly number[],
): Promise<Map<number, Map<string, string>>> {
  const responses = await cluster.requestEach(DescribeConfigs, (id) =>
    ids.includes(id)
      ? { resources: [{ type: BROKER, name: String(id), keys: [...RATE_CONFIGS] }], synonyms: false }
      : undefined,
  );
  const rates = new Map<number, Map<string, string>>();
  for (const [id, response] of responses) {
    if (response instanceof Error) continue;
    const configs = response.resources[0]?.configs ?? [];
    rates.set(id, new Map(configs.flatMap(({ name, value }) => (value === null ? [] : [[name, value]]))));
  }
  return rates;
}

/** @throws ConnectionError, BrokerError */
async function alter(
  cluster: Cluster,
  type: number,
  bodies: readonly ConfigsAlter[],
  to: 'controller' | number = 'controller',
): Promise<void> {
  if (bodies.length === 0) return;
  const verdicts = await alterConfigs(cluster, type, bodies, { to, repeatable: true });
  for (const [i, { code, message = null }] of verdicts.entries()) {
    if (code === 0) continue;
    const topic = type === TOPIC ? bodies[i]?.name : undefined;
    const right = { operation: 'AlterConfigs', ...(topic !== undefined && { topic }) } as const;
    throw refused(cluster.settings, { op: 'throttle reassignment', code, message, right });
  }
}
