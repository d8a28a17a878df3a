import {
  type Address,
  type Body,
  disruptive,
  formatSize,
  itemsOf,
  type Json,
  type JsonObject,
  literal,
  makeAddress,
  overridden,
  parseSize,
  type Resource,
  type Risk,
  type Source,
  subject,
} from '../../../model/index.ts';
import {
  type EntityType,
  entityTypes,
  isSize,
  quotaKeys,
  quotaKeysOf,
  quotaSchema,
} from '../fields/quota.ts';
import type { Collector, KafkaKind, Update } from './kind.ts';
import { userAddress } from './user.ts';

/** `null` is the default entity: it applies to clients without a quota of their own. */
export type QuotaEntity = { readonly [type in EntityType]?: string | null };

/**
 * `<broker>/quota/…`, see `quotaAddress`. Beside the entity it holds the quotas by the broker's names:
 * `producer_byte_rate`, `consumer_byte_rate`, `request_percentage`, `controller_mutation_rate` and
 * `connection_creation_rate`, numbers; `null` removes one.
 */
type QuotaSpec = JsonObject & { readonly entity: QuotaEntity };

/** As people write it: `10MB`. */
function quotaToYaml(key: string, value: Json): Json {
  const text = isSize(key) ? formatSize(value) : undefined;
  return text === undefined || /^\d+B$/.test(text) ? value : text;
}

export type QuotaAlter = { entity: QuotaEntity; set: Record<string, number>; unset: readonly string[] };

export type QuotaCall = { op: 'quota.alter'; target: string; body: QuotaAlter };

/**
 * `main/quota/user/alice`, `main/quota/user/alice/client-id/app`, `main/quota/ip/10.0.0.1`; a default entity
 * has a distinct segment and no name, so that it differs from a user named `default`: `main/quota/default-user`.
 */
export function quotaAddress(broker: string, entity: QuotaEntity): Address {
  const path = entityTypes.flatMap((type) => {
    const name = entity[type];
    if (name === undefined) return [];
    return name === null ? [`default-${type}`] : [type, name];
  });
  return makeAddress(broker, 'quota', ...path);
}

export function quotaResource(broker: string, spec: QuotaSpec): Resource {
  const { user } = spec.entity;
  const dependsOn = typeof user === 'string' ? [userAddress(broker, user)] : [];
  return { address: quotaAddress(broker, spec.entity), spec, dependsOn };
}

/** https://kafka.apache.org/documentation/#design_quotas */
export const quota: KafkaKind = {
  schema: quotaSchema,
  declare: declareQuotas,
  toSection: quotasSection,

  title: (resource) => ({ title: `quota of ${entityText(entityOf(resource))}`, detail: '' }),
  complete: ({ spec }): JsonObject => spec,

  risks(change): Risk[] {
    if (change.action === 'delete')
      return [disruptive('quota-deleted', 'its clients are no longer slowed down')];
    if (change.action === 'create') return [];
    const lowered = quotaKeys.filter((key) => isLowered(change, key));
    if (lowered.length === 0) return [];
    return [disruptive('quota-lowered', `clients over the new ${lowered.join(' and ')} are slowed down`)];
  },

  calls(change): QuotaCall[] {
    const resource = subject(change);
    const before = 'before' in change ? change.before.spec : {};
    const after = 'after' in change ? change.after.spec : {};
    const set: Record<string, number> = {};
    const unset: string[] = [];
    for (const key of quotaKeys) {
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
    const text = quotaToYaml(key, value);
    return isSize(key) ? `${text}/s` : undefined;
  },
};

function entityOf({ spec }: Resource): QuotaEntity {
  return spec.entity as QuotaEntity;
}

function entityText(entity: QuotaEntity): string {
  const parts = entityTypes.flatMap((type) => {
    const name = entity[type];
    if (name === undefined) return [];
    return [name === null ? `every other ${type}` : `${type} ${name}`];
  });
  return parts.join(', ');
}

/** A limit where there was none slows down just as a lower one does. */
function isLowered(change: Update, key: string): boolean {
  const [before, after]: (Json | undefined)[] = [change.before.spec[key], change.after.spec[key]];
  return typeof after === 'number' && !(typeof before === 'number' && before <= after);
}

/** `quotas: [{ user: app, producer_byte_rate: 10MB }]`. */
function declareQuotas(collector: Collector, sectionBody: Body): void {
  for (const written of itemsOf(sectionBody, 'quotas')) {
    const entity = readEntity(collector, written);
    if (!entity) continue;
    const { section } = written;
    const { value } = overridden(written, quotaAddress(section.broker, entity));
    const values: Record<string, Json> = {};
    const places: Record<string, Source> = {};
    for (const key of quotaKeysOf(entity.ip === undefined ? 'client' : 'ip')) {
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
  for (const key of entityTypes) {
    const name = value[key];
    if (typeof name === 'string' || name === null) entity[key] = name;
  }
  const count = Object.keys(entity).length;
  if (count > 0 && (entity.ip === undefined || count === 1)) return entity;
  const message =
    count === 0
      ? 'a quota needs a user, a client ID or an IP address'
      : 'a quota of an IP address has no user and no client id';
  const hint = 'name a user, a client-id, both, or an ip; null is everyone without a quota of their own';
  collector.error('quota-entity', at, message, { hint });
  return undefined;
}

function readValue(collector: Collector, key: string, given: Json, at: Source): Json {
  if (typeof given !== 'string' || !isSize(key)) return given;
  const parsed = parseSize(given.replace(/\/s$/, ''));
  if ('value' in parsed) return parsed.value;
  collector.error('bad-value', at, `${key} is ${JSON.stringify(given)}: ${parsed.problem}`);
  return given;
}

/** Brokers refuse a quota on an entity that it is not for. */
function refuseOthers(collector: Collector, { section, value }: Body, entity: QuotaEntity): void {
  const others = quotaKeysOf(entity.ip === undefined ? 'ip' : 'client');
  const whom = entity.ip === undefined ? 'IP addresses' : 'users and client ids';
  for (const key of others) {
    if (value[key] === undefined) continue;
    collector.error('quota-entity', section.at(value, key), `${key} is a quota of ${whom} only`);
  }
}

function quotasSection(quotas: readonly Resource[]): JsonObject {
  const sorted = [...quotas].sort((a, b) => (a.address < b.address ? -1 : 1));
  if (sorted.length === 0) return {};
  return {
    quotas: sorted.map((quota): JsonObject => {
      const values = quotaKeys.flatMap((key): [string, Json][] => {
        const value = quota.spec[key];
        return typeof value === 'number' ? [[key, quotaToYaml(key, value)]] : [];
      });
      const names = Object.entries(entityOf(quota)).map(([type, name]) => [type, literal(name)]);
      return { ...Object.fromEntries(names), ...Object.fromEntries(values) };
    }),
  };
}
