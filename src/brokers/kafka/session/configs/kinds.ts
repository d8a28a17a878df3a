import { brokerConfigs as brokerConfigsKind, CLUSTER } from '../../kinds/configs/broker-configs.ts';
import { clientMetrics as clientMetricsKind } from '../../kinds/configs/client-metrics.ts';
import { group as groupKind } from '../../kinds/configs/group.ts';
import type { Inherited } from '../../kinds/configs/spec.ts';
import type { Cluster } from '../cluster.ts';
import {
  BROKER,
  CLIENT_METRICS,
  DescribeConfigs,
  type DescribedResource,
  GROUP,
  ListClientMetrics,
  ListConfigResources,
  originOf,
} from '../protocol/configs.ts';
import { refused } from '../refusals.ts';
import { configSession } from './resource.ts';

export const clientMetrics = configSession({
  definition: clientMetricsKind,
  type: CLIENT_METRICS,
  list: (cluster) => namesIn(cluster, 'client-metrics subscriptions', cluster.read(ListClientMetrics, {})),
  isAlwaysThere: false,
  right: (operation) => ({ operation }),
});

export const groups = configSession({
  definition: groupKind,
  type: GROUP,
  /** Groups that have configs. 4.0 cannot list them: there only those that are named are found. */
  list: async (cluster) =>
    cluster.offers(ListConfigResources)
      ? namesIn(cluster, 'groups with configs', cluster.read(ListConfigResources, { types: [GROUP] }))
      : [],
  isAlwaysThere: true,
  right: (operation, group) => ({ operation, group }),
});

async function namesIn(
  { settings }: Cluster,
  what: string,
  listing: Promise<{ readonly error: number; readonly resources: readonly { readonly name: string }[] }>,
): Promise<string[]> {
  const { error: code, resources } = await listing;
  if (code !== 0) {
    throw refused(settings, { op: `list ${what}`, code, right: { operation: 'DescribeConfigs' } });
  }
  return resources.map(({ name }) => name);
}

export const brokerConfigs = configSession({
  definition: brokerConfigsKind,
  type: BROKER,
  /** An empty name is all brokers. */
  wireName: '',
  list: async () => [CLUSTER],
  isAlwaysThere: true,
  right: (operation) => ({ operation }),
  inherited,
  // With eligible leader replicas, the controller sets it to what it has itself, and lets nobody remove it.
  isBrokersOwn: ({ offered }, { name, value }, below) =>
    name === 'min.insync.replicas' &&
    offered.finalized.some((feature) => feature.name === ELIGIBLE_LEADERS && feature.max > 0) &&
    value === below?.value,
});

/** https://cwiki.apache.org/confluence/display/KAFKA/KIP-966 */
const ELIGIBLE_LEADERS = 'eligible.leader.replicas.version';

/**
 * What the first broker has from its server.properties, or by default. Others may have something else, so it is for
 * display and for risks only.
 */
async function inherited(
  cluster: Cluster,
  configs: readonly string[],
): Promise<ReadonlyMap<string, Inherited>> {
  const [broker] = cluster.brokers;
  if (!broker || configs.length === 0) return new Map();
  const resources = [{ type: BROKER, name: String(broker.id), keys: configs }];
  // Only the broker itself returns its configs.
  const response = await cluster.request(DescribeConfigs, { resources, synonyms: true }, broker.id);
  const described = (response.resources[0]?.configs ?? []).filter(({ sensitive }) => !sensitive);
  return new Map(
    described.flatMap((config): [string, Inherited][] => {
      const found = belowDynamic(config);
      return found ? [[config.name, found]] : [];
    }),
  );
}

/** Units of older names of a config, in milliseconds: `log.retention.hours`. */
const UNITS: Readonly<Record<string, number>> = { hours: 3_600_000, minutes: 60_000 };

function belowDynamic({ name, synonyms }: DescribedResource['configs'][number]): Inherited | undefined {
  const next = synonyms.find(({ source }) => ['static-broker', 'default'].includes(originOf(source)));
  if (!next) return undefined;
  const origin = originOf(next.source);
  const unit = next.name === name ? 1 : UNITS[next.name.split('.').at(-1) ?? ''];
  if (unit === undefined || next.value === null) return undefined;
  return { value: unit === 1 ? next.value : String(Number(next.value) * unit), origin };
}
