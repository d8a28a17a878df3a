import { type Body, itemsOf, type Json, overridden, parseSize, type Source } from '../../../model/index.ts';
import { quotaAddress } from '../addresses.ts';
import { CLIENT_QUOTAS, IP_QUOTAS, QUOTA_UNITS } from '../quotas.ts';
import { quotaResource } from '../resources.ts';
import type { QuotaEntity } from '../specs.ts';
import type { Collector } from './collector.ts';

/** `quotas: [{ user: app, producer_byte_rate: 10MB }]`. */
export function declareQuotas(collector: Collector, sectionBody: Body): void {
  for (const written of itemsOf(sectionBody, 'quotas')) {
    const entity = readEntity(collector, written);
    if (!entity) continue;
    const { section } = written;
    const { value } = overridden(written, quotaAddress(section.broker, entity));
    const values: Record<string, Json> = {};
    const places: Record<string, Source> = {};
    for (const key of entity.ip === undefined ? CLIENT_QUOTAS : IP_QUOTAS) {
      const given = value[key];
      if (given === undefined) continue;
      places[key] = section.at(value, key);
      values[key] = readValue(collector, key, given, places[key]);
    }
    refuseOthers(collector, written, entity);
    collector.add(quotaResource(section.broker, { entity, ...values }), written.at, places);
  }
}

function readEntity(collector: Collector, { value, at }: Body): QuotaEntity | undefined {
  const entity: { -readonly [key in keyof QuotaEntity]: QuotaEntity[key] } = {};
  for (const key of ['user', 'client-id', 'ip'] as const) {
    const name = value[key];
    if (typeof name === 'string' || name === null) entity[key] = name;
  }
  const count = Object.keys(entity).length;
  if (count > 0 && (entity.ip === undefined || count === 1)) return entity;
  const message =
    count === 0
      ? 'a quota is for someone, and this one names nobody'
      : 'a quota of an IP address has no user and no client id';
  const hint = 'name a user, a client-id, both, or an ip; null is everyone without a quota of their own';
  collector.error('quota-entity', at, message, { hint });
  return undefined;
}

function readValue(collector: Collector, key: string, given: Json, at: Source): Json {
  if (typeof given !== 'string' || QUOTA_UNITS[key] !== 'bytes') return given;
  const parsed = parseSize(given.replace(/\/s$/, ''));
  if ('value' in parsed) return parsed.value;
  collector.error('bad-value', at, `${key} is ${JSON.stringify(given)}: ${parsed.problem}`);
  return given;
}

/** Brokers refuse a quota on an entity that it is not for. */
function refuseOthers(collector: Collector, { section, value }: Body, entity: QuotaEntity): void {
  const others = entity.ip === undefined ? IP_QUOTAS : CLIENT_QUOTAS;
  const whom = entity.ip === undefined ? 'IP addresses' : 'users and client ids';
  for (const key of others) {
    if (value[key] === undefined) continue;
    collector.error('quota-entity', section.at(value, key), `${key} is a quota of ${whom} only`);
  }
}
