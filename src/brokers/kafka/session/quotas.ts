import { canonicalJson, type JsonObject, type Resource } from '../../../model/index.ts';
import { entityTypes } from '../fields/quota.ts';
import { type QuotaAlter, type QuotaCall, type QuotaEntity, quotaAddress } from '../kinds/quota.ts';
import type { Cluster } from './cluster.ts';
import type { CallExecutor } from './executor.ts';
import type { KindSession, Wanted } from './kind-session.ts';
import { api, boolean, float64, int8, int16, int32, nullableString, string } from './protocol/codec.ts';
import { refused } from './refusals.ts';

const ENTITY = [{ type: string, name: nullableString }] as const;

/** No component asks for all; then `strict` must be off. */
const DescribeClientQuotas = api(
  { key: 48, name: 'DescribeClientQuotas', version: 0, flexible: false },
  { components: [{ type: string, match: int8, name: nullableString }], strict: boolean },
  {
    throttle: int32,
    error: int16,
    message: nullableString,
    entries: [{ entity: ENTITY, values: [{ key: string, value: float64 }] }],
  },
);

const AlterClientQuotas = api(
  { key: 49, name: 'AlterClientQuotas', version: 0, flexible: false },
  {
    entries: [{ entity: ENTITY, ops: [{ key: string, value: float64, remove: boolean }] }],
    validateOnly: boolean,
  },
  { throttle: int32, entries: [{ error: int16, message: nullableString, entity: ENTITY }] },
);

export const quotas: KindSession<QuotaCall> = {
  requests: [DescribeClientQuotas, AlterClientQuotas],
  read: readQuotas,
  executors: (cluster) => ({ 'quota.alter': alteration(cluster) }),
};

async function readQuotas(cluster: Cluster, wanted: Wanted): Promise<Resource[]> {
  const broker = cluster.settings.broker;
  return (await listQuotas(cluster))
    .map(({ entity, values }): Resource => {
      const spec: JsonObject = { entity, ...values };
      return { address: quotaAddress(broker, entity), spec, dependsOn: [] };
    })
    .filter(wanted.includes);
}

interface Quota {
  readonly entity: QuotaEntity;
  readonly values: Readonly<Record<string, number>>;
}

/** Every client quota of the cluster, in one request. */
async function listQuotas(cluster: Cluster): Promise<Quota[]> {
  const request = { components: [], strict: false };
  const response = await cluster.read(DescribeClientQuotas, request);
  if (response.error !== 0) {
    const { error: code, message } = response;
    throw refused(cluster.settings, {
      op: 'read quotas',
      code,
      message,
      right: { operation: 'DescribeConfigs' },
    });
  }
  return response.entries.map(({ entity, values }) => ({
    entity: Object.fromEntries(
      entityTypes
        .flatMap((type) => entity.filter((part) => part.type === type))
        .map(({ type, name }) => [type, name]),
    ),
    values: Object.fromEntries(values.map(({ key, value }) => [key, value])),
  }));
}

const QUOTAS = 1_000;

function alteration(cluster: Cluster): CallExecutor<QuotaAlter> {
  return {
    op: 'change quota',
    async send(bodies) {
      const entries = bodies.map(({ entity, set, unset }) => ({
        entity: entityParts(entity),
        ops: [
          ...Object.entries(set).map(([key, value]) => ({ key, value, remove: false })),
          ...unset.map((key) => ({ key, value: 0, remove: true })),
        ],
      }));
      const request = { entries, validateOnly: false };
      const response = await cluster.request(AlterClientQuotas, request, 'controller');
      const verdicts = new Map(
        response.entries.map(({ entity, error, message }) => [
          keyOf(Object.fromEntries(entity.map(({ type, name }) => [type, name]))),
          { code: error, message },
        ]),
      );
      return bodies.map(({ entity }) => verdicts.get(keyOf(entity)) ?? { code: -1 });
    },
    right: () => ({ operation: 'AlterConfigs' }),
    chunk: { items: QUOTAS },
    async notVisible(bodies) {
      const listed = new Map(
        (await listQuotas(cluster)).map(({ entity, values }) => [keyOf(entity), values]),
      );
      return bodies.filter(({ entity, set, unset }) => {
        const values = listed.get(keyOf(entity)) ?? {};
        return (
          Object.entries(set).some(([key, value]) => values[key] !== value) ||
          unset.some((key) => values[key] !== undefined)
        );
      });
    },
  };
}

function entityParts(entity: QuotaEntity) {
  return entityTypes.flatMap((type) => {
    const name = entity[type];
    return name === undefined ? [] : [{ type, name }];
  });
}

function keyOf(entity: JsonObject | QuotaEntity): string {
  return canonicalJson(entity as JsonObject);
}
