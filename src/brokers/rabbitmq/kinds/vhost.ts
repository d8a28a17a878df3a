import {
  type Body,
  type BrokerIdentity,
  type Context,
  countOf,
  destructive,
  type Json,
  type JsonObject,
  kindOf,
  makeAddress,
  type Resource,
  type Risk,
  refused,
  type Source,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { defaultQueueTypeIn, vhostFields } from '../fields/administration.ts';
import { atLeast } from '../version.ts';
import { pick, placesOf } from './arguments.ts';
import type { Collector, RabbitKind } from './kind.ts';
import {
  brokerOf,
  countsOf,
  httpDelete,
  httpPut,
  liveIn,
  nameOf,
  sortedTags,
  tableOf,
  text,
} from './parts.ts';
import { escapeTexts } from './secrets.ts';

/**
 * A virtual host and its metadata. `<broker>/vhost/<name>`; spec: `description`, `tags` (sorted), `default-queue-type`
 * and `deletion-protection`, which older brokers do not have. What is not declared is left alone.
 * https://www.rabbitmq.com/docs/vhosts
 */
export const vhost: RabbitKind = {
  // Its body holds what is in it, and is put together in `schema.ts`; `Vhosts` declares it.
  definitions: {},
  listing: {
    path: 'vhosts',
    per: 'broker',
    query: 'disable_stats=true',
    // For users without the tag `administrator` this lists the vhosts that they may see.
    right: 'the tag "management"',
    hidesVhosts: true,
    read: (items, { broker }) => items.map((item) => liveVhost(broker, item)),
  },
  // A file of 3.x tells nothing about a vhost but its name.
  exported: (file, { broker }) =>
    file
      .list('vhosts')
      .map((item) => vhostResource(broker, text(item.name), vhostMetadata(tableOf(item.metadata)))),

  title: (resource) => ({ title: `vhost ${nameOf(resource)}`, detail: '' }),

  complete(resource, context) {
    // A definitions file of 3.x tells nothing about a vhost but its name: then the rest is not ours to say.
    const live = context.live.get(resource.address)?.spec;
    const isKnown = (field: string) => !live || live[field] !== undefined;
    const {
      description,
      tags,
      'default-queue-type': type,
      'deletion-protection': isProtected,
    } = resource.spec;
    return {
      ...(description !== undefined && isKnown('description') && { description: description ?? '' }),
      ...(tags !== undefined && isKnown('tags') && { tags: sortedTags(tags) }),
      ...(type !== undefined &&
        isKnown('default-queue-type') && {
          'default-queue-type': defaultQueueTypeIn(resource.spec) ?? 'classic',
        }),
      // Not protected, as told by who knows no protection.
      ...(isProtected !== undefined &&
        !(isProtected === false && (!isKnown('deletion-protection') || !hasProtection(context.broker))) && {
          'deletion-protection': isProtected,
        }),
    };
  },

  risks(change, context) {
    if (change.action === 'delete') {
      if (change.before.spec['deletion-protection'] === true) return [PROTECTED];
      const text = contentsText(queuesIn(change.before, context));
      return [destructive('vhost-deleted', `everything in the vhost is deleted with it${text}`)];
    }
    const isTypeChange =
      'fields' in change && change.fields.some(({ path }) => path[0] === 'default-queue-type');
    const isRefused = change.after.spec['deletion-protection'] === true && !hasProtection(context.broker);
    return [...(isTypeChange ? typeRisks(change.after, context) : []), ...(isRefused ? [UNPROTECTABLE] : [])];
  },

  alsoAffected: (change, context) => (change.action === 'delete' ? queuesIn(change.before, context) : []),

  calls(change): RabbitCall[] {
    const path = ['vhosts', nameOf(change.action === 'delete' ? change.before : change.after)];
    if (change.action === 'delete') return [httpDelete(change.before, path)];
    // PUT replaces all metadata: what is not declared goes along as it is.
    const metadata = { ...('before' in change ? change.before.spec : {}), ...change.after.spec };
    const type = metadata['default-queue-type'];
    const payload: JsonObject = {
      ...(metadata.description !== undefined && { description: metadata.description }),
      ...(metadata.tags !== undefined && { tags: (metadata.tags as readonly string[]).join(',') }),
      // 3.10 reads the one spelling, 4.x the other first.
      ...(type !== undefined && { default_queue_type: type, defaultqueuetype: type }),
    };
    const put = httpPut(change.after, path, payload);
    if (!('before' in change)) return [put, ...protection(change.after, path)];
    // PUT leaves the protection as it is, and the two need not be set together.
    const changed = new Set(change.fields.map((field) => field.path[0]));
    const switched = changed.delete('deletion-protection') ? protection(change.after, path) : [];
    return changed.size > 0 ? [put, ...switched] : switched;
  },
};

function protection(vhost: Resource, path: readonly string[]): RabbitCall[] {
  const own = [...path, 'deletion', 'protection'];
  switch (vhost.spec['deletion-protection']) {
    case true:
      return [{ op: 'http.post', target: vhost.address, body: { path: own, payload: {} } }];
    case false:
      return [httpDelete(vhost, own)];
    default:
      return [];
  }
}

/** Whether vhosts of this broker can be protected from deletion. https://www.rabbitmq.com/docs/vhosts */
function hasProtection(broker: Pick<BrokerIdentity, 'version'>): boolean {
  return atLeast(broker, '4.0');
}

const PROTECTED = refused(
  'deletion-protection',
  'the vhost is protected from deletion',
  'declare it with deletion-protection: false and apply that first',
);

const UNPROTECTABLE = refused(
  'unsupported',
  'RabbitMQ before 4.0 cannot protect a vhost from deletion',
  'remove deletion-protection, or protect the address in brokerform.yaml',
);

/** A default counts for queues that are declared from now on; the number of queues that keep their type is reported. */
function typeRisks(after: Resource, context: Context): Risk[] {
  if (!atLeast(context.broker, '3.11')) return [UNCHANGEABLE_TYPE];
  const type = defaultQueueTypeIn(after.spec);
  const kept = [...context.desired.values()].filter(
    ({ address, spec, dependsOn, places }) =>
      kindOf(address) === 'queue' && dependsOn[0] === after.address && !places?.type && spec.type !== type,
  );
  if (kept.length === 0) return [];
  const keeps = kept.length === 1 ? 'keeps its type' : 'keep their types';
  const message = `${countOf(kept.length, 'queue')} without a declared type ${keeps}`;
  return [{ class: 'safe', code: 'default-queue-type', message }];
}

// `rabbit_vhost:put_vhost` of 3.10 leaves the type out when the vhost exists, and answers 204 all the same.
const UNCHANGEABLE_TYPE = refused(
  'default-queue-type-fixed',
  'RabbitMQ before 3.11 cannot change the default queue type of a vhost that exists',
  'give each queue its type instead',
);

function queuesIn(vhost: Resource, context: Context): Resource[] {
  return liveIn(context, 'queue', brokerOf(vhost), nameOf(vhost));
}

/** `: 3 queues with 18,204 messages, 2 consumers`; a number that is not known of one queue is not known of all. */
function contentsText(queues: readonly Resource[]): string {
  if (queues.length === 0) return '';
  const counts = queues.map(countsOf);
  const sum = (numbers: readonly (number | undefined)[]) =>
    numbers.reduce<number | undefined>(
      (total, one) => (total === undefined || one === undefined ? undefined : total + one),
      0,
    );
  const messages = sum(counts.flatMap(({ ready, unacknowledged }) => [ready, unacknowledged ?? 0]));
  const consumers = sum(counts.map((count) => count.consumers));
  const held = messages === undefined ? 'an unknown number of messages' : countOf(messages, 'message');
  const used = consumers === undefined ? 'consumers unknown' : countOf(consumers, 'consumer');
  return `: ${countOf(queues.length, 'queue')} with ${held}, ${used}`;
}

export function vhostResource(broker: string, vhost: string, spec: JsonObject): Resource {
  return { address: makeAddress(broker, 'vhost', vhost), spec, dependsOn: [] };
}

/** Live: all fields are known. A queue type of `"undefined"` is none. */
function liveVhost(broker: string, item: JsonObject): Resource {
  const { description, tags, ...rest } = vhostMetadata({ ...item, ...tableOf(item.metadata) });
  return vhostResource(broker, text(item.name), {
    description: text(description),
    tags: sortedTags(tags),
    'default-queue-type': 'undefined',
    ...rest,
  });
}

/** A vhost's metadata by our names, as far as it is known. */
export function vhostMetadata(told: JsonObject): JsonObject {
  const { description, tags, default_queue_type: type, protected_from_deletion: isProtected } = told;
  return {
    ...(description !== undefined && { description }),
    ...(tags !== undefined && { tags }),
    ...(type !== undefined && { 'default-queue-type': type }),
    ...(typeof isProtected === 'boolean' && { 'deletion-protection': isProtected }),
  };
}

/** The vhosts that sections name: several may name one, as long as no two give it the same field. */
export class Vhosts {
  readonly #named = new Map<
    string,
    { broker: string; at: Source; spec: Record<string, Json>; places: Record<string, Source> }
  >();
  readonly #collector: Collector;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  /** @param isNamed whether the file names it; one that it does not name is declared by its fields only. */
  name(vhost: string, body: Body, isNamed: boolean): void {
    const { section, value, at } = body;
    const given = pick(value, vhostFields);
    if (!isNamed && Object.keys(given).length === 0) return;
    const places = placesOf(body, vhostFields);
    const found = this.#named.get(vhost) ?? { broker: section.broker, at, spec: {}, places: {} };
    this.#named.set(vhost, found);
    for (const [field, value] of Object.entries(given)) {
      const place = places[field] ?? at;
      const first = found.places[field];
      if (first) {
        this.#collector.error('declared-twice', place, `the ${field} of vhost ${vhost} is given twice`, {
          hint: 'keep one of the two',
          related: [first],
        });
        continue;
      }
      found.spec[field] = value;
      found.places[field] = place;
    }
  }

  declare(): void {
    for (const [vhost, { broker, at, spec, places }] of this.#named) {
      this.#collector.add(vhostResource(broker, vhost, spec), at, places);
    }
  }
}

/** A vhost's own fields as YAML. */
export function writeVhost(vhost: string, spec: JsonObject = {}): JsonObject {
  const { description, tags, 'default-queue-type': type, 'deletion-protection': isProtected } = spec;
  // What a broker says about the vhost that it starts with, from 3.11 on.
  const isDefault = vhost === '/' && description === 'Default virtual host';
  return escapeTexts({
    vhost,
    ...(typeof description === 'string' && description !== '' && !isDefault && { description }),
    ...(Array.isArray(tags) && tags.length > 0 && { tags }),
    ...(typeof type === 'string' && type !== 'classic' && { 'default-queue-type': type }),
    ...(isProtected === true && { 'deletion-protection': true }),
  });
}
