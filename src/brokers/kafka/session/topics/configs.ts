import type { ConfigsAlter } from '../../kinds/configs/spec.ts';
import type { Cluster } from '../cluster.ts';
import { alterConfigs, configCount, hiddenConfigs } from '../configs/alter.ts';
import { byName, type CallExecutor, MOST_RECORDS, type Verdict } from '../executor.ts';
import { AlterConfigs, IncrementalAlterConfigs, originOf, TOPIC } from '../protocol/configs.ts';
import { CODE } from '../protocol/errors.ts';
import { untilVisible } from '../visibility.ts';
import { describeTopics } from './read.ts';

/**
 * Topics in one request. For each of them a broker looks through all of its logs, before it shows what came after the
 * request: with 500 topics at a time, busy brokers with 14,000 logs each showed nothing new for 40 s.
 */
const TOPICS = 100;

export function configuration(cluster: Cluster): CallExecutor<ConfigsAlter> {
  return {
    op: 'change topic configs',
    send: (bodies, validateOnly) =>
      cluster.offers(IncrementalAlterConfigs)
        ? alterConfigs(cluster, TOPIC, bodies, validateOnly)
        : replaceOverrides(cluster, bodies),
    right: ({ name }) => ({ operation: 'AlterConfigs', topic: name }),
    chunk: { items: TOPICS, weight: MOST_RECORDS },
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
