import type { JsonObject, Resource } from '../../../model/index.ts';
import { quotaAddress } from '../addresses.ts';
import { DescribeClientQuotas } from '../protocol/requests/quotas.ts';
import { ENTITY_TYPES } from '../protocol/words.ts';
import type { QuotaEntity } from '../specs.ts';
import type { Cluster } from './cluster.ts';
import { refused } from './refusals.ts';
import type { Wanted } from './scope.ts';

/** @throws ConnectionError, BrokerError */
export async function readQuotas(cluster: Cluster, wanted: Wanted): Promise<Resource[]> {
  const broker = cluster.settings.broker;
  return (await listQuotas(cluster))
    .map(({ entity, values }): Resource => {
      const spec: JsonObject = { entity, ...values };
      return { address: quotaAddress(broker, entity), spec, needs: [] };
    })
    .filter(wanted.includes);
}

export interface Quota {
  readonly entity: QuotaEntity;
  readonly values: Readonly<Record<string, number>>;
}

/** Every client quota of the cluster, in one request. */
export async function listQuotas(cluster: Cluster): Promise<Quota[]> {
  const question = { components: [], strict: false };
  const answer = await cluster.ask(DescribeClientQuotas, question, { to: 'home', repeatable: true });
  if (answer.error !== 0) {
    const { error: code, message } = answer;
    throw refused(cluster.settings, {
      op: 'read quotas',
      code,
      message,
      right: { operation: 'DescribeConfigs' },
    });
  }
  return answer.entries.map(({ entity, values }) => ({
    entity: Object.fromEntries(
      ENTITY_TYPES.flatMap((type) => entity.filter((part) => part.type === type)).map(({ type, name }) => [
        type,
        name,
      ]),
    ),
    values: Object.fromEntries(values.map(({ key, value }) => [key, value])),
  }));
}
