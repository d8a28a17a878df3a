import type { JsonObject, Kind, Resource } from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import { disruptive, httpDelete, httpPut, isOwnUser, lockedOut, pathOf } from './parts.ts';
import { sortedTags } from './vhost.ts';

const SECRETS = ['password', 'password-hash'];

/** A user of the internal database. https://www.rabbitmq.com/docs/access-control */
export const user: Kind = {
  title: (resource) => ({ title: `user ${nameOf(resource)}`, detail: '' }),

  complete(resource, context) {
    const { tags } = resource.spec;
    const live = context.live.get(resource.address);
    // A file shows a hash, if any, that nobody can compare with: then the password is not ours to say.
    const secrets = SECRETS.filter(
      (field) => resource.spec[field] !== undefined && (!live || field in live.spec),
    ).map((field) => [field, resource.spec[field] ?? null] as const);
    return { ...Object.fromEntries(secrets), ...(tags !== undefined && { tags: sortedTags(tags) }) };
  },

  risks(change, context) {
    if (change.action === 'create') return [];
    if (change.action === 'delete') {
      return isOwnUser(nameOf(change.before), context.broker)
        ? [lockedOut]
        : [disruptive('user-deleted', 'clients that log in as this user are refused')];
    }
    const kept = tagsOf(change.after, change.before);
    const removed = tagsOf(change.before).filter((tag) => !kept.includes(tag));
    return [
      ...(changesPassword(change.fields)
        ? [disruptive('password-changed', 'clients that log in with the old password are refused')]
        : []),
      ...(removed.length > 0 ? [disruptive('tags-removed', `the user loses ${removed.join(', ')}`)] : []),
    ];
  },

  calls(change): RabbitCall[] {
    if (change.action === 'delete') return [httpDelete(change.before, ['users', nameOf(change.before)])];
    const { after } = change;
    const name = nameOf(after);
    const secret = secretOf(after);
    const tags = tagsOf(after, change.action === 'create' ? undefined : change.before);
    if (change.action === 'update' && !secret) {
      return [{ op: 'user.set-tags', target: after.address, body: { name, tags } }];
    }
    // An empty hash is a user who cannot log in with a password. https://www.rabbitmq.com/docs/http-api-reference
    const payload: JsonObject = { tags: tags.join(','), ...(secret ?? { password_hash: '' }) };
    return [httpPut(after, ['users', name], payload)];
  },

  fieldText: ([field = '']) => (SECRETS.includes(field) ? '(secret)' : undefined),

  canCompareSecret: ([field = ''], live) => field in live.spec,

  mayHoldSecret: ([field = '', ...rest]) => SECRETS.includes(field) && rest.length === 0,

  indispensable: (resource, broker) => isOwnUser(nameOf(resource), broker),
};

function nameOf(resource: Resource): string {
  return pathOf(resource)[0] ?? '';
}

/** The user's tags; those of the live user where none are declared. */
function tagsOf(resource: Resource, live?: Resource): string[] {
  return sortedTags(resource.spec.tags ?? live?.spec.tags);
}

function secretOf({ spec }: Resource): JsonObject | undefined {
  if (spec.password !== undefined) return { password: spec.password };
  if (spec['password-hash'] !== undefined) return { password_hash: spec['password-hash'] };
  return undefined;
}

function changesPassword(fields: readonly { readonly path: readonly string[] }[]): boolean {
  return fields.some(({ path: [field = ''] }) => SECRETS.includes(field));
}
