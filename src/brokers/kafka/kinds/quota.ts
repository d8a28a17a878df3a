import type { Change, Json, JsonObject, Kind, Resource, Risk } from '../../../model/index.ts';
import type { KafkaCall } from '../calls.ts';
import { CLIENT_QUOTAS, IP_QUOTAS, QUOTA_UNITS, writtenQuota } from '../quotas.ts';
import type { QuotaEntity } from '../specs.ts';
import { disruptive } from './parts.ts';

const QUOTAS = [...CLIENT_QUOTAS, ...IP_QUOTAS];

/** https://kafka.apache.org/documentation/#design_quotas */
export const quota: Kind = {
  title: (resource) => ({ title: `quota of ${entityText(entityOf(resource))}`, detail: '' }),
  complete: ({ spec }): JsonObject => spec,

  risks(change): Risk[] {
    if (change.action === 'delete')
      return [disruptive('quota-deleted', 'its clients are no longer slowed down')];
    if (change.action === 'create') return [];
    const lowered = QUOTAS.filter((key) => isLowered(change, key));
    if (lowered.length === 0) return [];
    return [disruptive('quota-lowered', `clients over the new ${lowered.join(' and ')} are slowed down`)];
  },

  calls(change): KafkaCall[] {
    const resource = change.action === 'delete' ? change.before : change.after;
    const before = 'before' in change ? change.before.spec : {};
    const after = 'after' in change ? change.after.spec : {};
    const set: Record<string, number> = {};
    const unset: string[] = [];
    for (const key of QUOTAS) {
      const wanted = change.action === 'delete' ? null : after[key];
      if (wanted === undefined || wanted === before[key]) continue;
      if (typeof wanted === 'number') set[key] = wanted;
      else if (typeof before[key] === 'number') unset.push(key);
    }
    if (Object.keys(set).length + unset.length === 0) return [];
    return [
      { op: 'quota.alter', target: resource.address, body: { entity: entityOf(resource), set, unset } },
    ];
  },

  fieldText([key = ''], value) {
    const text = writtenQuota(key, value);
    return QUOTA_UNITS[key] === 'bytes' ? `${text}/s` : undefined;
  },
};

export function entityOf({ spec }: Resource): QuotaEntity {
  return spec.entity as QuotaEntity;
}

function entityText(entity: QuotaEntity): string {
  const parts = (['user', 'client-id', 'ip'] as const).flatMap((type) => {
    const name = entity[type];
    if (name === undefined) return [];
    return [name === null ? `every other ${type}` : `${type} ${name}`];
  });
  return parts.join(', ');
}

/** A limit where there was none slows down just as a lower one does. */
function isLowered(change: Extract<Change, { action: 'update' | 'replace' }>, key: string): boolean {
  const [before, after]: (Json | undefined)[] = [change.before.spec[key], change.after.spec[key]];
  return typeof after === 'number' && !(typeof before === 'number' && before <= after);
}
