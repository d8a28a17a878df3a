import type { ConfigsAlter } from '../../kinds/configs/spec.ts';
import type { TopicCreate, TopicDelete, TopicPartitions } from '../../kinds/topic/index.ts';
import type { Cluster } from '../cluster.ts';
import { alterConfigs, configCount, hiddenConfigs } from '../configs/alter.ts';
import { byName, type CallExecutor, MOST_RECORDS, type Verdict } from '../executor.ts';
import type { TopicMetadata } from '../protocol/cluster.ts';
import { api, boolean, int8, int16, int32, nullable, nullableString, string } from '../protocol/codec.ts';
import { AlterConfigs, IncrementalAlterConfigs, originOf, TOPIC } from '../protocol/configs.ts';
import { CODE } from '../protocol/errors.ts';
import { untilVisible } from '../visibility.ts';
import { partitionKey } from './log-sizes.ts';
import { listBounds } from './offsets.ts';
import { describeTopics } from './read.ts';

/** Responses contain the values that a topic gets, so a validated creation reveals the broker's defaults. */
export const CreateTopics = api(
  { key: 19, name: 'CreateTopics', version: 5, flexible: true },
  {
    topics: [
      {
        name: string,
        partitions: int32,
        replicationFactor: int16,
        replicas: [{ index: int32, brokers: [int32] }],
        configs: [{ name: string, value: nullableString }],
      },
    ],
    timeout: int32,
    validateOnly: boolean,
  },
  {
    throttle: int32,
    topics: [
      {
        name: string,
        error: int16,
        message: nullableString,
        partitions: int32,
        replicationFactor: int16,
        configs: [
          { name: string, value: nullableString, readOnly: boolean, source: int8, sensitive: boolean },
        ],
      },
    ],
  },
);

export const DeleteTopics = api(
  { key: 20, name: 'DeleteTopics', version: 3, flexible: false },
  { names: [string], timeout: int32 },
  { throttle: int32, topics: [{ name: string, error: int16 }] },
);

/** `replicas` are of the added partitions only; null lets the broker place them. */
export const CreatePartitions = api(
  { key: 37, name: 'CreatePartitions', version: 1, flexible: false },
  {
    topics: [{ name: string, count: int32, replicas: nullable([{ brokers: [int32] }]) }],
    timeout: int32,
    validateOnly: boolean,
  },
  { throttle: int32, topics: [{ name: string, error: int16, message: nullableString }] },
);

/**
 * Far fewer than a controller takes: brokers make the logs of one request before they show what came after it, so few
 * at a time let them keep pace.
 */
const RECORDS = 2_000;
const TOPICS = 500;

export function creation(cluster: Cluster): CallExecutor<TopicCreate> {
  return {
    op: 'create topic',
    async send(bodies, validateOnly) {
      const topics = bodies.map(({ name, partitions, replicationFactor, replicas, configs }) => ({
        name,
        partitions: replicas ? -1 : partitions,
        replicationFactor: replicas ? -1 : replicationFactor,
        replicas: Object.entries(replicas ?? {}).map(([index, brokers]) => ({
          index: Number(index),
          brokers,
        })),
        configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
      }));
      const request = { topics, timeout: cluster.settings.timeout, validateOnly };
      const response = await cluster.request(CreateTopics, request, 'controller', validateOnly);
      return byName(bodies, response.topics);
    },
    isDone: (code, again) => again && code === CODE.TOPIC_ALREADY_EXISTS,
    isThere: (code) => code === CODE.TOPIC_ALREADY_EXISTS,
    right: ({ name }) => ({ operation: 'Create', topic: name }),
    chunk: { items: TOPICS, weight: RECORDS },
    weigh: recordsOf,
    notVisible: (bodies) => notMatching(cluster, bodies, hasLeaders),
  };
}

/** Records of metadata that a topic makes. */
function recordsOf({ partitions, replicas, configs }: TopicCreate): number {
  const logs = replicas ? Object.keys(replicas).length : Math.max(1, partitions);
  return 1 + logs + Object.keys(configs).length;
}

/** Those whose topic is not as it should be, by its metadata. One that we may not see is not waited for. */
async function notMatching<B extends { readonly name: string }>(
  cluster: Cluster,
  bodies: readonly B[],
  isVisible: (topic: TopicMetadata, body: B) => boolean,
): Promise<B[]> {
  const topics = await cluster.metadata(bodies.map(({ name }) => name));
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  return bodies.filter((body) => {
    const topic = byName.get(body.name);
    return topic?.error !== CODE.TOPIC_AUTHORIZATION_FAILED && !(topic && isVisible(topic, body));
  });
}

function hasLeaders({ error, partitions }: TopicMetadata): boolean {
  return error === 0 && partitions.length > 0 && partitions.every(({ leader }) => leader >= 0);
}

export function partitioning(cluster: Cluster): CallExecutor<TopicPartitions> {
  return {
    op: 'add partitions',
    async send(bodies, validateOnly) {
      const topics = bodies.map(({ name, count, replicas }) => ({
        name,
        count,
        replicas: replicas
          ? Object.entries(replicas)
              .sort(([a], [b]) => Number(a) - Number(b))
              .map(([, brokers]) => ({ brokers }))
          : null,
      }));
      const request = { topics, timeout: cluster.settings.timeout, validateOnly };
      const response = await cluster.request(CreatePartitions, request, 'controller', validateOnly);
      return byName(bodies, response.topics);
    },
    isDone: (code, again) => again && code === CODE.INVALID_PARTITIONS,
    // The same code means that the topic has as many already; the live state distinguishes the two.
    isThere: (code) => code === CODE.INVALID_PARTITIONS,
    right: ({ name }) => ({ operation: 'Alter', topic: name }),
    chunk: { items: TOPICS, weight: RECORDS },
    weigh: ({ count }) => count,
    notVisible: (bodies) =>
      notMatching(
        cluster,
        bodies,
        (topic, { count }) => topic.partitions.length >= count && hasLeaders(topic),
      ),
  };
}

export function deletion(cluster: Cluster): CallExecutor<TopicDelete> {
  return {
    op: 'delete topic',
    send: (bodies) => deleteTopics(cluster, bodies),
    isDone: (code) => code === CODE.UNKNOWN_TOPIC_OR_PARTITION,
    right: ({ name }) => ({ operation: 'Delete', topic: name }),
    chunk: { items: TOPICS },
    notVisible: (bodies) =>
      notMatching(cluster, bodies, ({ error }) => error === CODE.UNKNOWN_TOPIC_OR_PARTITION),
  };
}

async function deleteTopics(cluster: Cluster, bodies: readonly TopicDelete[]): Promise<Verdict[]> {
  const guarded = bodies.filter((body) => body.ifEmpty).map((body) => body.name);
  const full = guarded.length > 0 ? await findNonEmpty(cluster, guarded) : new Map<string, string>();
  const names = bodies.map((body) => body.name).filter((name) => !full.has(name));
  const response =
    names.length === 0
      ? { topics: [] }
      : await cluster.request(
          DeleteTopics,
          { names, timeout: cluster.settings.timeout },
          'controller',
          false,
        );
  // Our own refusal of a topic that was to be empty, and is not.
  const refusals = [...full].map(([name, message]) => ({ name, error: CODE.INVALID_REQUEST, message }));
  return byName(bodies, [...response.topics, ...refusals]);
}

/** Which of these topics hold messages, or cannot be asked, and how to say so. */
async function findNonEmpty(cluster: Cluster, names: readonly string[]): Promise<Map<string, string>> {
  const topics = (await cluster.metadata(names)).filter(
    ({ error }) => error !== CODE.UNKNOWN_TOPIC_OR_PARTITION,
  );
  const bounds = await listBounds(cluster, topics);
  const full = new Map<string, string>();
  for (const { name, partitions } of topics) {
    let messages = 0;
    for (const { index } of partitions) {
      const { start = Number.NaN, end = Number.NaN } = bounds.get(partitionKey(name, index)) ?? {};
      messages += end - start;
    }
    if (Number.isNaN(messages)) full.set(name, 'not deleted: whether it is empty could not be read');
    else if (messages > 0) full.set(name, `not deleted: it now holds ${messages} messages`);
  }
  return full;
}

/**
 * Topics in one request. For each of them a broker looks through all of its logs, before it shows what came after the
 * request: with 500 topics at a time, busy brokers with 14,000 logs each showed nothing new for 40 s.
 */
const CONFIGURED = 100;

export function configuration(cluster: Cluster): CallExecutor<ConfigsAlter> {
  return {
    op: 'change topic configs',
    send: (bodies, validateOnly) =>
      cluster.offers(IncrementalAlterConfigs)
        ? alterConfigs(cluster, TOPIC, bodies, { validateOnly })
        : replaceOverrides(cluster, bodies),
    right: ({ name }) => ({ operation: 'AlterConfigs', topic: name }),
    chunk: { items: CONFIGURED, weight: MOST_RECORDS },
    weigh: configCount,
    notVisible: (bodies) => hiddenConfigs(cluster, TOPIC, bodies),
  };
}

/**
 * For brokers before 2.3, whose only request replaces all overrides of a topic: reads them just before, sends their
 * union with ours, and reads again, so that an override that somebody made meanwhile is at least noticed.
 */
async function replaceOverrides(cluster: Cluster, bodies: readonly ConfigsAlter[]): Promise<Verdict[]> {
  const before = await readOverrides(
    cluster,
    bodies.map((body) => body.name),
  );
  // Of a topic that the broker does not know (yet), what others have set would be lost.
  const known = bodies.filter(({ name }) => before.has(name));
  const wanted = new Map(
    known.map(({ name, set, unset }) => {
      const kept = [...(before.get(name) ?? [])].filter(([key]) => !unset.includes(key));
      return [name, new Map([...kept, ...Object.entries(set)])];
    }),
  );
  const resources = [...wanted].map(([name, configs]) => ({
    type: TOPIC,
    name,
    configs: Array.from(configs, ([key, value]) => ({ name: key, value })),
  }));
  const response = await cluster.request(
    AlterConfigs,
    { resources, validateOnly: false },
    'controller',
    false,
  );
  const unknown = bodies
    .filter(({ name }) => !before.has(name))
    .map(({ name }) => ({
      name,
      error: CODE.UNKNOWN_TOPIC_OR_PARTITION,
      message: 'the broker does not know it',
    }));
  const verdicts = byName(bodies, [...response.resources, ...unknown]);
  const accepted = bodies.filter((_, i) => verdicts[i]?.code === 0);
  await untilVisible(accepted, {
    poll: (left) => hiddenConfigs(cluster, TOPIC, left),
    records: accepted.length,
  });
  const after = await readOverrides(cluster, [...wanted.keys()]);
  return verdicts.map((verdict, i) => {
    const name = bodies[i]?.name ?? '';
    const lost = [...(wanted.get(name) ?? [])].filter(([key, value]) => after.get(name)?.get(key) !== value);
    if (verdict.code !== 0 || lost.length === 0) return verdict;
    const keys = lost.map(([key]) => key).join(', ');
    return { code: -1, message: `somebody else changed the configs at the same time; look at ${keys}` };
  });
}

/** The overrides of topics as text, including throttles, so that none is lost. */
async function readOverrides(
  cluster: Cluster,
  names: readonly string[],
): Promise<Map<string, Map<string, string | null>>> {
  const described = await describeTopics(cluster, names);
  return new Map(
    [...described].map(([name, configs]) => [
      name,
      new Map(
        configs.flatMap(({ name: key, value, source }) =>
          originOf(source) === 'topic' ? [[key, value]] : [],
        ),
      ),
    ]),
  );
}
