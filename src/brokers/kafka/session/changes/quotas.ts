import { canonicalJson, type JsonObject } from '../../../../model/index.ts';
import type { QuotaAlter } from '../../calls.ts';
import { AlterClientQuotas } from '../../protocol/requests/quotas.ts';
import { ENTITY_TYPES } from '../../protocol/words.ts';
import type { QuotaEntity } from '../../specs.ts';
import type { Cluster } from '../cluster.ts';
import { listQuotas } from '../quotas.ts';
import type { Way } from './carry-out.ts';

const QUOTAS = 1_000;

export function quotaChange(cluster: Cluster): Way<QuotaAlter> {
  return {
    op: 'change quota',
    async ask(bodies) {
      const entries = bodies.map(({ entity, set, unset }) => ({
        entity: parts(entity),
        ops: [
          ...Object.entries(set).map(([key, value]) => ({ key, value, remove: false })),
          ...unset.map((key) => ({ key, value: 0, remove: true })),
        ],
      }));
      const question = { entries, validateOnly: false };
      const answer = await cluster.ask(AlterClientQuotas, question, { to: 'controller', repeatable: true });
      const verdicts = new Map(
        answer.entries.map(({ entity, error, message }) => [
          keyOf(Object.fromEntries(entity.map(({ type, name }) => [type, name]))),
          { code: error, message },
        ]),
      );
      return bodies.map(({ entity }) => verdicts.get(keyOf(entity)) ?? { code: -1 });
    },
    right: () => ({ operation: 'AlterConfigs' }),
    chunk: { items: QUOTAS },
    async invisible(bodies) {
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

function parts(entity: QuotaEntity) {
  return ENTITY_TYPES.flatMap((type) => {
    const name = entity[type];
    return name === undefined ? [] : [{ type, name }];
  });
}

function keyOf(entity: JsonObject | QuotaEntity): string {
  return canonicalJson(entity as JsonObject);
}
