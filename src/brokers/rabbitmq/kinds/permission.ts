import { type Change, type JsonObject, type Kind, type Risk, subject } from '../../../model/index.ts';
import { disruptive, isOwnUser, lockedOut, pathOf, putOrDelete } from './parts.ts';

/** What a user may do in a vhost. https://www.rabbitmq.com/docs/access-control#authorisation */
export const permission: Kind = {
  title(resource) {
    const [vhost = '', user = ''] = pathOf(resource);
    return { title: `permissions of ${user}`, detail: `vhost ${vhost}` };
  },

  complete: ({ spec }) => patterns(spec, ['configure', 'write', 'read']),

  risks(change, { broker }) {
    const [, user = ''] = pathOf(subject(change));
    if (change.action === 'delete' && isOwnUser(user, broker)) return [lockedOut];
    return narrowed(change, 'clients of this user may be refused what they do now');
  },

  calls(change) {
    const [vhost = '', user = ''] = pathOf(subject(change));
    return putOrDelete(change, ['permissions', vhost, user], subject(change).spec);
  },

  cascadesFrom: ['vhost', 'user'],
  indispensable: (resource, broker) => isOwnUser(pathOf(resource)[1] ?? '', broker),
  stillText: () => 'still in force',
};

/** What a user may publish to and bind on a topic exchange, by routing key. */
export const topicPermission: Kind = {
  title(resource) {
    const [vhost = '', user = '', exchange = ''] = pathOf(resource);
    return { title: `topic permissions of ${user} on ${exchange}`, detail: `vhost ${vhost}` };
  },

  complete: ({ spec }) => patterns(spec, ['write', 'read']),

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

  // They outlive their exchange.
  cascadesFrom: ['vhost', 'user'],
  stillText: () => 'still in force',
};

/** A pattern that is not given allows nothing. */
function patterns(spec: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, spec[name] ?? '']));
}

function narrowed(change: Change, message: string): Risk[] {
  return change.action === 'create' ? [] : [disruptive('permission-changed', message)];
}
