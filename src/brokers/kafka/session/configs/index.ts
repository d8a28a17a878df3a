import { eachOf } from '../../../../model/concurrency.ts';
import { type Call, chunksOf, type JsonObject, type Resource } from '../../../../model/index.ts';
import { atLeast } from '../../facts.ts';
import { brokerConfigs as brokerConfigsKind, CLUSTER } from '../../kinds/configs/broker-configs.ts';
import { clientMetrics as clientMetricsKind } from '../../kinds/configs/client-metrics.ts';
import { group as groupKind } from '../../kinds/configs/group.ts';
import { type ConfigKind, type ConfigsCall, configAddress } from '../../kinds/configs/kind.ts';
import {
  CONFIG_PREFIX,
  type ConfigSource,
  type ConfigsAlter,
  configsIn,
  type Inherited,
} from '../../kinds/configs/spec.ts';
import type { Cluster } from '../cluster.ts';
import { type CallExecutor, MOST_RECORDS } from '../executor.ts';
import { softwareVersion } from '../identity.ts';
import { type Checked, type KindSession, objections, type Wanted } from '../kind-session.ts';
import {
  BROKER,
  CLIENT_METRICS,
  DescribeConfigs,
  type DescribedResource,
  GROUP,
  IncrementalAlterConfigs,
  isOwnSource,
  ListClientMetrics,
  ListConfigResources,
  originOf,
} from '../protocol/configs.ts';
import { type Right, refused } from '../refusals.ts';
import { CONCURRENT } from '../topics/read.ts';
import { alterConfigs, configCount, hiddenConfigs } from './alter.ts';

/** How resources of one kind stand in the protocol. */
interface ConfigSession {
  readonly definition: ConfigKind;
  /** The type of the resource in requests. */
  readonly type: number;
  /** The name in requests, where it is not that in addresses. */
  readonly wireName?: string;
  /** Names of all resources of the kind. @throws ConnectionError, BrokerError */
  list(cluster: Cluster): Promise<readonly string[]>;
  /** Whether a declared resource is there even if nothing is set on it. */
  readonly isAlwaysThere: boolean;
  right(operation: 'AlterConfigs' | 'DescribeConfigs', name: string): Right;
  /** What resources inherit, by config, where their own description does not say. */
  inherited?(cluster: Cluster, configs: readonly string[]): Promise<ReadonlyMap<string, Inherited>>;
  /** True for a config that the cluster sets and keeps by itself: where it is not declared, it is nobody's. */
  isBrokersOwn?(
    cluster: Cluster,
    config: DescribedResource['configs'][number],
    inherited: Inherited | undefined,
  ): boolean;
}

/** A call of the kind, whose op its definition has. */
type OneCall = { readonly op: string; readonly body: ConfigsAlter };

/** Resources in one request. */
const CHUNK = 500;

function configSession(session: ConfigSession): KindSession<OneCall> {
  const { definition } = session;
  return {
    requests: [DescribeConfigs, IncrementalAlterConfigs],
    read: (cluster, wanted) => readConfigs(cluster, session, wanted),
    preview: (cluster, units) => previewConfigs(cluster, session, units),
    executors: (cluster) => ({ [definition.op]: alteration(cluster, session) }),
  };
}

function alteration(cluster: Cluster, session: ConfigSession): CallExecutor<ConfigsAlter> {
  const { type, definition } = session;
  return {
    op: `change ${definition.kind} configs`,
    send: (bodies, validateOnly) => alterConfigs(cluster, type, wired(bodies, session), { validateOnly }),
    right: ({ name }) => session.right('AlterConfigs', name),
    chunk: { items: CHUNK, weight: MOST_RECORDS },
    weigh: configCount,
    async notVisible(bodies) {
      const sent = wired(bodies, session);
      const hidden = new Set(await hiddenConfigs(cluster, type, sent));
      return bodies.filter((_, i) => sent[i] && hidden.has(sent[i]));
    },
  };
}

function wired(bodies: readonly ConfigsAlter[], { wireName }: ConfigSession): ConfigsAlter[] {
  return bodies.map((body) => ({ ...body, name: wireName ?? body.name }));
}

async function previewConfigs(cluster: Cluster, session: ConfigSession, units: readonly (readonly Call[])[]) {
  if (!cluster.offers(IncrementalAlterConfigs)) return [];
  const items = units.flatMap((calls, unit) =>
    (calls as readonly ConfigsCall[])
      .filter(({ op }) => op === session.definition.op)
      .map(({ body }): Checked<ConfigsAlter> => ({ unit, body })),
  );
  return objections(cluster, alteration(cluster, session), items);
}

/**
 * The resources that are wanted, with what they declare and what is set on them: a listing if more is wanted than what
 * is named, and a DescribeConfigs for every 500.
 * @throws ConnectionError, BrokerError
 */
async function readConfigs(cluster: Cluster, session: ConfigSession, wanted: Wanted): Promise<Resource[]> {
  const { definition, wireName, type } = session;
  const { since } = definition;
  // The plan says that the release does not have the kind.
  if (since && !atLeast(softwareVersion(cluster), since)) return [];
  const addressOf = (name: string) => configAddress(cluster.settings.broker, definition, name);
  const listed = wanted.all ? await session.list(cluster) : [];
  const names = [...new Set([...wanted.names, ...listed])].filter((name) =>
    wanted.includes({ address: addressOf(name), dependsOn: [] }),
  );
  const found: Resource[] = [];
  await eachOf(chunksOf(names, { items: CHUNK }), CONCURRENT, async (chunk) => {
    const resources = chunk.map((name) => ({ type, name: wireName ?? name, keys: null }));
    const response = await cluster.read(DescribeConfigs, { resources, synonyms: true });
    for (const [i, name] of chunk.entries()) {
      const described = response.resources.find((one) => one.name === resources[i]?.name);
      if (described?.error !== 0) {
        const { error: code = -1, message = null } = described ?? {};
        const right = session.right('DescribeConfigs', name);
        throw refused(cluster.settings, { op: `read ${definition.kind} configs`, code, message, right });
      }
      const address = addressOf(name);
      const spec = await toSpec(cluster, session, described, wanted.desired.get(address));
      if (spec) found.push({ address, spec, dependsOn: [] });
    }
  });
  return found;
}

async function toSpec(
  cluster: Cluster,
  session: ConfigSession,
  { configs }: DescribedResource,
  desired: Resource | undefined,
): Promise<JsonObject | undefined> {
  const { type, isAlwaysThere } = session;
  const known = configs.filter(({ sensitive, name }) => !sensitive && !session.definition.isLeftOut?.(name));
  const set = known.filter(({ source }) => isOwnSource(type, source));
  const declared = configsIn(desired?.spec ?? {}).map(([config]) => config);
  const inherited = await session.inherited?.(cluster, desired ? declared : set.map(({ name }) => name));
  const own = set.filter((config) => !session.isBrokersOwn?.(cluster, config, inherited?.get(config.name)));
  if (own.length === 0 && !(desired && isAlwaysThere)) return undefined;
  const shown = desired ? known.filter(({ name }) => declared.includes(name)) : own;
  const sources: Record<string, ConfigSource> = {};
  const spec: Record<string, string | null> = {};
  for (const { name, value, source, synonyms } of shown) {
    const next = synonyms.find((synonym) => !isOwnSource(type, synonym.source));
    const below = inherited?.get(name) ?? (next && { value: next.value, origin: originOf(next.source) });
    spec[CONFIG_PREFIX + name] = value;
    sources[name] = {
      origin: originOf(source),
      ...(isOwnSource(type, source) && below && { inherited: below }),
    };
  }
  for (const [name, below] of inherited ?? []) {
    if (!(name in sources)) sources[name] = { origin: below.origin, inherited: below };
  }
  return { ...spec, sources };
}

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
