import {
  type Body,
  type Json,
  type JsonObject,
  makeAddress,
  type Resource,
  type Source,
} from '../../../../model/index.ts';
import { vhostFields } from '../../fields/vhost.ts';
import { pick, placesOf } from '../arguments.ts';
import type { Collector } from '../kind.ts';
import { escapeTexts } from '../literals.ts';
import { sortedTags, tableOf, text } from '../parts.ts';

export function vhostResource(broker: string, vhost: string, spec: JsonObject): Resource {
  return { address: makeAddress(broker, 'vhost', vhost), spec, dependsOn: [] };
}

/** Live: all fields are known. A queue type of `"undefined"` is none. */
export function liveVhost(broker: string, item: JsonObject): Resource {
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
