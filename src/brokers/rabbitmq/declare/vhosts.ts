import {
  type Body,
  type Json,
  type JsonObject,
  membersOf,
  objectOf,
  overridden,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { permissionAddress, topicPermissionAddress, vhostAddress, vhostLimitsAddress } from '../addresses.ts';
import {
  permissionResource,
  topicPermissionResource,
  vhostLimitsResource,
  vhostResource,
} from '../resources.ts';
import { declareBindings } from './bindings.ts';
import type { Collector } from './collector.ts';
import { declareExchanges } from './exchanges.ts';
import { pick, placesOf } from './fields.ts';
import { checkName } from './names.ts';
import { declareParameters } from './parameters.ts';
import { declarePolicies } from './policies.ts';
import { declareQueues } from './queues.ts';

const METADATA = ['description', 'tags', 'default-queue-type', 'deletion-protection'];

/** The vhosts that sections name: several may name one, as long as no two give it the same field. */
export class Vhosts {
  readonly #named = new Map<
    string,
    { section: Section; at: Source; spec: Record<string, Json>; places: Record<string, Source> }
  >();
  readonly #collector: Collector;

  constructor(collector: Collector) {
    this.#collector = collector;
  }

  name(vhost: string, body: Body): void {
    const { section, value, at } = body;
    const found = this.#named.get(vhost) ?? { section, at, spec: {}, places: {} };
    this.#named.set(vhost, found);
    const given: JsonObject = pick(value, METADATA);
    const places = placesOf(body, METADATA);
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
    for (const [vhost, { section, at, spec, places }] of this.#named) {
      this.#collector.add(vhostResource(section.broker, vhost, spec), at, places);
    }
  }
}

/** What a section says about one vhost: at its top level, or below `vhosts`. */
export function declareVhost(
  collector: Collector,
  vhosts: Vhosts,
  written: Body,
  vhost: string,
  isNamed: boolean,
): void {
  const { section, at } = written;
  if (!checkName(collector, 'a vhost', vhost, at)) return;
  const body = overridden(written, vhostAddress(section.broker, vhost));
  if (isNamed || METADATA.some((field) => body.value[field] !== undefined)) vhosts.name(vhost, body);
  declareLimits(collector, body, vhost);
  declareExchanges(collector, body, vhost);
  declareQueues(collector, body, vhost);
  declareBindings(collector, body, vhost);
  declarePolicies(collector, body, vhost);
  declareParameters(collector, body, vhost);
  for (const [user, permission] of membersOf(body, 'permissions')) {
    if (checkName(collector, 'a user', user, permission.at))
      declarePermission(collector, permission, vhost, user);
  }
  for (const [user, exchanges] of membersOf(body, 'topic-permissions')) {
    if (checkName(collector, 'a user', user, exchanges.at)) {
      declareTopicPermissions(collector, section, exchanges.value, vhost, user);
    }
  }
}

export function declarePermission(collector: Collector, written: Body, vhost: string, user: string): void {
  const { broker } = written.section;
  const fields = ['configure', 'write', 'read'];
  const body = overridden(written, permissionAddress(broker, vhost, user));
  const resource = permissionResource(broker, vhost, user, pick(body.value, fields));
  collector.add(resource, written.at, placesOf(body, fields));
}

/** `{ exchange: { write, read } }` of one user in one vhost. */
export function declareTopicPermissions(
  collector: Collector,
  section: Section,
  exchanges: JsonObject,
  vhost: string,
  user: string,
): void {
  const { broker } = section;
  const fields = ['write', 'read'];
  for (const exchange of Object.keys(exchanges)) {
    const at = section.at(exchanges, exchange);
    const written = { section, value: objectOf(exchanges[exchange]), at };
    const body = overridden(written, topicPermissionAddress(broker, vhost, user, exchange));
    const spec = pick(body.value, fields);
    collector.add(topicPermissionResource(broker, vhost, user, exchange, spec), at, placesOf(body, fields));
  }
}

function declareLimits(collector: Collector, { section, value }: Body, vhost: string): void {
  if (value.limits === undefined) return;
  const written = { section, value: objectOf(value.limits), at: section.at(value, 'limits') };
  const body = overridden(written, vhostLimitsAddress(section.broker, vhost));
  const resource = vhostLimitsResource(section.broker, vhost, { limits: body.value });
  collector.add(resource, body.at, limitPlaces(body));
}

export function limitPlaces({ section, value }: Body): Record<string, Source> {
  return Object.fromEntries(Object.keys(value).map((key) => [`limits.${key}`, section.at(value, key)]));
}
