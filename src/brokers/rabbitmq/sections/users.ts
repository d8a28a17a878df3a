import {
  HIDDEN,
  isSecretRef,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
} from '../../../model/index.ts';
import { tableOf } from '../arguments.ts';
import { escapeTexts } from '../import/literals.ts';
import { pathOf } from '../kinds/parts.ts';
import { granted } from './rights.ts';
import { present } from './vhosts.ts';

type Rights = Record<string, Record<string, Json>>;

/** All users with what they may do, as the section of one file. */
export function usersSection(resources: readonly Resource[]): { section: JsonObject; notes: string[] } {
  const limits = new Map<string, Json>();
  const permissions = new Map<string, Rights>();
  const topicPermissions = new Map<string, Rights>();
  const names: string[] = [];
  for (const resource of resources) {
    const [first = '', second = '', third = ''] = pathOf(resource);
    const kind = kindOf(resource.address);
    if (kind === 'user') names.push(first);
    if (kind === 'user-limits') limits.set(first, tableOf(resource.spec.limits));
    if (kind === 'permission') rightsOf(permissions, second)[first] = granted(resource);
    if (kind === 'topic-permission') {
      const rights = rightsOf(topicPermissions, second);
      rights[first] = { ...rights[first], [third]: granted(resource) };
    }
  }
  const specs = new Map(
    resources.flatMap((one) => (kindOf(one.address) === 'user' ? [[pathOf(one)[0] ?? '', one.spec]] : [])),
  );
  const users = names.sort().map((name) => [
    name,
    present({
      ...passwordOf(specs.get(name)),
      ...escapeTexts({ tags: specs.get(name)?.tags ?? [] }),
      limits: limits.get(name) ?? {},
      permissions: permissions.get(name) ?? {},
      'topic-permissions': topicPermissions.get(name) ?? {},
    }),
  ]);
  return {
    section: present({ users: Object.fromEntries(users) }),
    notes: names
      .filter((name) => Object.keys(passwordOf(specs.get(name))).length === 0)
      .map((name) => `the password of user ${name} cannot be read, and stays as it is`),
  };
}

/** The variable that a declared user's password is in. */
function passwordOf(spec: JsonObject | undefined): JsonObject {
  const password = spec?.password;
  return isSecretRef(password) && password.$secret !== HIDDEN.$secret ? { password: password.$secret } : {};
}

function rightsOf(all: Map<string, Rights>, user: string): Rights {
  const rights = all.get(user) ?? {};
  all.set(user, rights);
  return rights;
}
