import type { TopicConfigs } from '../../kinds/topic/calls.ts';
import type { Cluster } from '../cluster.ts';
import { byName, type CallExecutor, untilVisible, type Verdict } from '../executor.ts';
import {
  AlterConfigs,
  DELETE,
  DescribeConfigs,
  IncrementalAlterConfigs,
  SET,
  SOURCES,
  TOPIC,
} from '../protocol/configs.ts';
import { UNKNOWN_TOPIC } from '../protocol/errors.ts';
import { CHUNK, describeTopics } from './read.ts';

export function configuration(cluster: Cluster): CallExecutor<TopicConfigs> {
  return {
    op: 'change topic configs',
    send: (bodies) =>
      cluster.offers(IncrementalAlterConfigs)
        ? alterIncrementally(cluster, bodies, false)
        : replaceOverrides(cluster, bodies),
    right: ({ name }) => ({ operation: 'AlterConfigs', topic: name }),
    chunk: { items: CHUNK },
    notVisible: (bodies) => notVisible(cluster, bodies),
  };
}

export async function alterIncrementally(
  cluster: Cluster,
  bodies: readonly TopicConfigs[],
  validateOnly: boolean,
): Promise<Verdict[]> {
  const resources = bodies.map(({ name, set, unset }) => ({
    type: TOPIC,
    name,
    configs: [
      ...Object.entries(set).map(([key, value]) => ({ name: key, operation: SET, value })),
      ...unset.map((key) => ({ name: key, operation: DELETE, value: null })),
    ],
  }));
  const options = { to: 'controller', repeatable: validateOnly } as const;
  const response = await cluster.request(IncrementalAlterConfigs, { resources, validateOnly }, options);
  return byName(bodies, response.resources);
}

/**
 * For brokers before 2.3, whose only request replaces all overrides of a topic: reads them just before, sends their
 * union with ours, and reads again, so that an override that somebody made meanwhile is at least noticed.
 */
async function replaceOverrides(cluster: Cluster, bodies: readonly TopicConfigs[]): Promise<Verdict[]> {
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
  const options = { to: 'controller', repeatable: false } as const;
  const response = await cluster.request(AlterConfigs, { resources, validateOnly: false }, options);
  const unknown = bodies
    .filter(({ name }) => !before.has(name))
    .map(({ name }) => ({ name, error: UNKNOWN_TOPIC, message: 'the broker does not know it' }));
  const verdicts = byName(bodies, [...response.resources, ...unknown]);
  const accepted = bodies.filter((_, i) => verdicts[i]?.code === 0);
  await untilVisible(accepted, { poll: (left) => notVisible(cluster, left), records: accepted.length });
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
      new Map(configs.flatMap(({ name: key, value, source }) => (source === OVERRIDE ? [[key, value]] : []))),
    ]),
  );
}

const OVERRIDE = Number(Object.keys(SOURCES)[0]);

/** The changes that the broker that reads go to does not know of. */
async function notVisible(cluster: Cluster, bodies: readonly TopicConfigs[]): Promise<TopicConfigs[]> {
  const resources = bodies.map(({ name, set, unset }) => ({
    type: TOPIC,
    name,
    keys: [...Object.keys(set), ...unset],
  }));
  const request = { resources, synonyms: false };
  const response = await cluster.read(DescribeConfigs, request);
  const shown = new Map(response.resources.map(({ name, configs }) => [name, configs]));
  return bodies.filter(({ name, set, unset }) => {
    const configs = new Map(shown.get(name)?.map((config) => [config.name, config]));
    return (
      Object.entries(set).some(([key, value]) => !sameText(configs.get(key)?.value, value)) ||
      unset.some((key) => configs.get(key)?.source === OVERRIDE)
    );
  });
}

/** A broker may show a value in another form than it was given: `7E3`, ` 7000`, `True`. */
function sameText(shown: string | null | undefined, sent: string): boolean {
  if (shown === sent || shown?.toLowerCase() === sent.trim().toLowerCase()) return true;
  return sent.trim() !== '' && Number(shown) === Number(sent);
}
