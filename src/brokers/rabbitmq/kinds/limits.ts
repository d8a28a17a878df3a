import {
  type Body,
  type Change,
  disruptive,
  type JsonObject,
  makeAddress,
  objectOf,
  overridden,
  type Resource,
  type Risk,
  subject,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { userLimitFields, vhostLimitFields } from '../fields/administration.ts';
import { bodyOf, type Fields, propertiesOf, ref } from '../fields/field.ts';
import type { Collector, Placement, RabbitKind } from './kind.ts';
import { ADMINISTRATOR, httpDelete, httpPut, nameOf, tableOf, text } from './parts.ts';

/*
 * Limits of a vhost and of a user have one shape: named numbers, each set and cleared by a request of its own.
 * `<broker>/vhost-limits/<vhost>`, `<broker>/user-limits/<user>`; spec: `limits` by the broker's names. A limit that is
 * not set is absent, and without any there is no resource.
 */

type Noun = 'vhost' | 'user';

/** https://www.rabbitmq.com/docs/vhosts#limits */
export const vhostLimits: RabbitKind = {
  ...limitsKind('vhost', vhostLimitFields, 'Limits of the vhost.'),
  inVhost: placement('vhost'),
  exported: (file, { broker }) => [
    ...file
      .list('vhosts')
      .flatMap(({ name, limits }) => listed('vhost', broker, text(name), tableOf(limits))),
    ...file
      .parameters('vhost-limits')
      .flatMap(({ vhost, value }) => listed('vhost', broker, text(vhost), tableOf(value))),
  ],
};

/** https://www.rabbitmq.com/docs/user-limits */
export const userLimits: RabbitKind = {
  ...limitsKind('user', userLimitFields, 'Limits of the user.'),
  inUser: placement('user'),
  exported: (file, { broker }) =>
    file.list('users').flatMap(({ name, limits }) => listed('user', broker, text(name), tableOf(limits))),
  userOf: nameOf,
};

export function limitsResource(noun: Noun, broker: string, owner: string, spec: JsonObject): Resource {
  return {
    address: makeAddress(broker, `${noun}-limits`, owner),
    spec,
    dependsOn: [makeAddress(broker, noun, owner)],
  };
}

function limitsKind(noun: Noun, fields: Fields, doc: string): RabbitKind {
  const name = `${noun}-limits`;
  return {
    definitions: { [name]: { ...bodyOf(doc, propertiesOf(fields)), minProperties: 1 } },

    listing: {
      path: name,
      per: 'broker',
      right: ADMINISTRATOR,
      ...(noun === 'vhost' ? { hidesVhosts: true } : { wants: ['user'] }),
      // The broker lists what had limits once.
      read: (items, { broker }) =>
        items.flatMap((item) => listed(noun, broker, text(item[noun]), tableOf(item.value))),
    },

    title: (resource) => ({ title: `limits of ${noun} ${nameOf(resource)}`, detail: '' }),

    complete({ spec }) {
      const set = Object.entries(tableOf(spec.limits)).filter(([, value]) => value !== null);
      return { limits: Object.fromEntries(set) };
    },

    risks: lowered,

    calls(change): RabbitCall[] {
      const resource = subject(change);
      const path = (limit: string) => [name, nameOf(resource), limit];
      const before = limitsOf(change, 'before');
      const after = limitsOf(change, 'after');
      const cleared = Object.keys(before).filter((limit) => after[limit] === undefined);
      const set = Object.entries(after).filter(([limit, value]) => before[limit] !== value);
      return [
        ...cleared.sort().map((limit) => httpDelete(resource, path(limit))),
        ...set.sort().map(([limit, value]) => httpPut(resource, path(limit), { value })),
      ];
    },

    cascadesFrom: [noun],
    fieldName: (path) => path.slice(1).join('.'),
  };
}

function listed(noun: Noun, broker: string, owner: string, limits: JsonObject): Resource[] {
  return Object.keys(limits).length === 0 ? [] : [limitsResource(noun, broker, owner, { limits })];
}

function placement(noun: Noun): Placement {
  return {
    keys: { limits: ref(`${noun}-limits`) },
    declare: (collector, body, owner) => declareLimits(noun, collector, body, owner),
    write: ([resource]) => ({ limits: tableOf(resource?.spec.limits) }),
  };
}

function declareLimits(noun: Noun, collector: Collector, { section, value }: Body, owner: string): void {
  if (value.limits === undefined) return;
  const written = { section, value: objectOf(value.limits), at: section.at(value, 'limits') };
  const { address, dependsOn } = limitsResource(noun, section.broker, owner, {});
  const body = overridden(written, address);
  const places = Object.keys(body.value).map((key) => [`limits.${key}`, section.at(body.value, key)]);
  collector.add({ address, spec: { limits: body.value }, dependsOn }, body.at, Object.fromEntries(places));
}

function limitsOf(change: Change, side: 'before' | 'after'): JsonObject {
  if (side === 'before') return 'before' in change ? tableOf(change.before.spec.limits) : {};
  return 'after' in change ? tableOf(change.after.spec.limits) : {};
}

function lowered(change: Change): Risk[] {
  const before = limitsOf(change, 'before');
  const names = Object.entries(limitsOf(change, 'after')).filter(
    ([name, value]) => effective(value) < effective(before[name]),
  );
  if (change.action !== 'update' || names.length === 0) return [];
  const text = `clients over the new ${names.map(([name]) => name).join(' and ')} are refused`;
  return [disruptive('limit-lowered', text)];
}

/** A negative limit is none. */
function effective(value: unknown): number {
  return typeof value === 'number' && value >= 0 ? value : Number.POSITIVE_INFINITY;
}
