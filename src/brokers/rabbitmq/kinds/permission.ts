import {
  type Body,
  type Change,
  disruptive,
  type JsonObject,
  makeAddress,
  mapMembers,
  membersOf,
  overridden,
  type Resource,
  type Risk,
  subject,
} from '../../../model/index.ts';
import { permissionFields, topicPermissionFields } from '../fields/administration.ts';
import { bodyOf, byName, type Fields, propertiesOf, ref } from '../fields/field.ts';
import { pick, placesOf } from './arguments.ts';
import type { Collector, Placement, RabbitKind } from './kind.ts';
import {
  ADMINISTRATOR,
  checkName,
  exchangeNeed,
  isOwnUser,
  lockedOut,
  pathOf,
  putOrDelete,
  text,
} from './parts.ts';
import { escapeTexts } from './secrets.ts';

const RIGHTS = {
  userOf,
  cascadesFrom: ['vhost', 'user'],
  stillText: () => 'still in force',
} satisfies Partial<RabbitKind>;

/**
 * What a user may do in a vhost. `<broker>/permission/<vhost>/<user>`; spec: `configure`, `write` and `read`, regular
 * expressions. https://www.rabbitmq.com/docs/access-control#authorisation
 */
export const permission: RabbitKind = {
  definitions: {
    permission: bodyOf('What a user may do in a vhost.', propertiesOf(permissionFields), {
      mayBeEmpty: true,
    }),
  },
  inVhost: permissionsIn('vhost', 'Permissions by user.'),
  inUser: permissionsIn('user', 'Permissions by vhost.'),
  listing: {
    path: 'permissions',
    per: 'broker',
    right: ADMINISTRATOR,
    wants: ['user'],
    read: (items, { broker }) =>
      items.map((item) =>
        permissionResource(broker, text(item.vhost), text(item.user), patterns(item, permissionFields)),
      ),
  },
  exported: 'permissions',
  ...RIGHTS,

  title(resource) {
    const [vhost = '', user = ''] = pathOf(resource);
    return { title: `permissions of ${user}`, detail: `vhost ${vhost}` };
  },

  complete: ({ spec }) => patterns(spec, permissionFields),

  risks(change, { broker }) {
    if (change.action === 'delete' && isOwnUser(userOf(change.before), broker)) return [lockedOut];
    return narrowed(change, 'clients of this user may be refused what they do now');
  },

  calls(change) {
    const [vhost = '', user = ''] = pathOf(subject(change));
    return putOrDelete(change, ['permissions', vhost, user], subject(change).spec);
  },

  indispensable: (resource, broker) => isOwnUser(userOf(resource), broker),
};

/**
 * What a user may publish to and bind on a topic exchange, by routing key.
 * `<broker>/topic-permission/<vhost>/<user>/<exchange>`; spec: `write` and `read`.
 */
export const topicPermission: RabbitKind = {
  definitions: {
    'topic-permission': bodyOf(
      'What a user may do on a topic exchange, by routing key.',
      propertiesOf(topicPermissionFields),
      { mayBeEmpty: true },
    ),
  },
  inVhost: topicPermissionsIn('vhost', 'Topic permissions by user and exchange.'),
  inUser: topicPermissionsIn('user', 'Topic permissions by vhost and exchange.'),
  listing: {
    path: 'topic-permissions',
    per: 'broker',
    right: ADMINISTRATOR,
    wants: ['user'],
    read: (items, { broker }) =>
      items.map((item) => {
        const [vhost, user, exchange] = [text(item.vhost), text(item.user), text(item.exchange)];
        return topicPermissionResource(broker, vhost, user, exchange, patterns(item, topicPermissionFields));
      }),
  },
  exported: 'topic_permissions',
  // They outlive their exchange.
  ...RIGHTS,

  title(resource) {
    const [vhost = '', user = '', exchange = ''] = pathOf(resource);
    return { title: `topic permissions of ${user} on ${exchange}`, detail: `vhost ${vhost}` };
  },

  complete: ({ spec }) => patterns(spec, topicPermissionFields),

  risks(change) {
    // Without topic permissions every routing key is allowed, so that making some can shut clients out too.
    return narrowed(change, 'which routing keys this user may use changes');
  },

  calls(change) {
    const [vhost = '', user = '', exchange = ''] = pathOf(subject(change));
    const path = ['topic-permissions', vhost, user];
    const payload = { exchange, ...subject(change).spec };
    return putOrDelete(change, change.action === 'delete' ? [...path, exchange] : path, payload);
  },
};

export function permissionResource(broker: string, vhost: string, user: string, spec: JsonObject): Resource {
  return {
    address: makeAddress(broker, 'permission', vhost, user),
    spec,
    dependsOn: needsOf(broker, vhost, user),
  };
}

export function topicPermissionResource(
  broker: string,
  vhost: string,
  user: string,
  exchange: string,
  spec: JsonObject,
): Resource {
  const dependsOn = [...needsOf(broker, vhost, user), ...exchangeNeed(broker, vhost, exchange)];
  return { address: makeAddress(broker, 'topic-permission', vhost, user, exchange), spec, dependsOn };
}

function needsOf(broker: string, vhost: string, user: string): string[] {
  return [makeAddress(broker, 'vhost', vhost), makeAddress(broker, 'user', user)];
}

function userOf(resource: Resource): string {
  return pathOf(resource)[1] ?? '';
}

/** A pattern that is not given allows nothing. */
function patterns(spec: JsonObject, fields: Fields): JsonObject {
  return Object.fromEntries(Object.keys(fields).map((name) => [name, spec[name] ?? '']));
}

function narrowed(change: Change, message: string): Risk[] {
  return change.action === 'create' ? [] : [disruptive('permission-changed', message)];
}

/** Rights stand below a vhost, by user, or below a user, by vhost. */
type Owner = 'vhost' | 'user';

function permissionsIn(owner: Owner, doc: string): Placement {
  return {
    keys: { permissions: byName(doc, ref('permission')) },
    declare(collector, body, name) {
      for (const [vhost, user, written] of rightsIn(collector, body, 'permissions', owner, name)) {
        const { address, dependsOn } = permissionResource(body.section.broker, vhost, user, {});
        add(collector, { address, spec: {}, dependsOn }, written, permissionFields);
      }
    },
    write: (resources) => ({
      permissions: Object.fromEntries(resources.map((one) => [otherEnd(one, owner), granted(one)])),
    }),
  };
}

function topicPermissionsIn(owner: Owner, doc: string): Placement {
  const byExchange = { description: 'By exchange.', type: 'object' };
  return {
    keys: {
      'topic-permissions': byName(doc, { ...byExchange, additionalProperties: ref('topic-permission') }),
    },
    declare(collector, body, name) {
      for (const [vhost, user, exchanges] of rightsIn(collector, body, 'topic-permissions', owner, name)) {
        for (const [exchange, written] of mapMembers(body.section, exchanges.value)) {
          const resource = topicPermissionResource(body.section.broker, vhost, user, exchange, {});
          add(collector, resource, written, topicPermissionFields);
        }
      }
    },
    write(resources) {
      const rights: Record<string, Record<string, JsonObject>> = {};
      for (const one of resources) {
        const end = otherEnd(one, owner);
        rights[end] = { ...rights[end], [pathOf(one)[2] ?? '']: granted(one) };
      }
      return { 'topic-permissions': rights };
    },
  };
}

/** What stands below a key of a vhost's or a user's body, with the names of both. */
function* rightsIn(
  collector: Collector,
  body: Body,
  key: string,
  owner: Owner,
  name: string,
): Generator<[vhost: string, user: string, written: Body]> {
  for (const [other, written] of membersOf(body, key)) {
    if (!checkName(collector, owner === 'vhost' ? 'a user' : 'a vhost', other, written.at)) continue;
    yield owner === 'vhost' ? [name, other, written] : [other, name, written];
  }
}

function add(collector: Collector, resource: Resource, written: Body, fields: Fields): void {
  const body = overridden(written, resource.address);
  collector.add({ ...resource, spec: pick(body.value, fields) }, written.at, placesOf(body, fields));
}

function otherEnd(resource: Resource, owner: Owner): string {
  return pathOf(resource)[owner === 'vhost' ? 1 : 0] ?? '';
}

/** Patterns that allow something. */
function granted({ spec }: Resource): JsonObject {
  return escapeTexts(Object.fromEntries(Object.entries(spec).filter(([, pattern]) => pattern !== '')));
}
