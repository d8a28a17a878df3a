import {
  HIDDEN,
  type ImportedFile,
  indexByAddress,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
  systemOwned,
} from '../../model/index.ts';
import { kinds } from './kinds/index.ts';
import { countOf, nameOf } from './kinds/parts.ts';
import { entityOf } from './kinds/quota.ts';
import { CLIENT_QUOTAS, IP_QUOTAS, writtenQuota } from './quotas.ts';
import { aclsSection } from './sections/acls.ts';
import { topicsSection } from './sections/topics.ts';
import { SCRAM_MECHANISMS } from './specs.ts';

/**
 * Resources as YAML that a person would have written: a file for the topics, one each for ACLs, quotas and users.
 * What the broker keeps for itself is left out, and live SCRAM users are, as Kafka tells nobody their passwords.
 */
export function toSections(resources: readonly Resource[]): ImportedFile[] {
  const system = systemOwned(indexByAddress(resources), kinds);
  const ofKind = (kind: string) =>
    resources.filter(({ address }) => kindOf(address) === kind && !system.has(address));
  const sections: readonly (readonly [name: string, section: JsonObject])[] = [
    ['topics.yaml', topicsSection(ofKind('topic'))],
    ['acls.yaml', aclsSection(ofKind('acl'))],
    ['quotas.yaml', quotasSection(ofKind('quota'))],
    ['users.yaml', usersSection(ofKind('user'))],
  ];
  const notes = usersNote(ofKind('user').filter((user) => credentialsOf(user).length === 0).length);
  return sections
    .filter(([, section]) => Object.keys(section).length > 0)
    .map(([name, section], index) => ({ name, section, notes: index === 0 ? notes : [] }));
}

function usersNote(count: number): string[] {
  if (count === 0) return [];
  return [`${countOf(count, 'SCRAM user')} left out: Kafka tells nobody what passwords they have`];
}

/** Users whose password is known by the name of a variable. */
function usersSection(users: readonly Resource[]): JsonObject {
  const written = users
    .map((user) => [nameOf(user), Object.fromEntries(credentialsOf(user))] as const)
    .filter(([, credentials]) => Object.keys(credentials).length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return written.length === 0 ? {} : { users: Object.fromEntries(written) };
}

function credentialsOf({ spec }: Resource): [mechanism: string, credential: JsonObject][] {
  return SCRAM_MECHANISMS.flatMap((mechanism): [string, JsonObject][] => {
    const credential = spec[mechanism];
    const password = isObject(credential) ? credential.password : undefined;
    const isKnown = isSecretRef(password) && password.$secret !== HIDDEN.$secret;
    return isKnown ? [[mechanism, { password: password.$secret }]] : [];
  });
}

function quotasSection(quotas: readonly Resource[]): JsonObject {
  const sorted = [...quotas].sort((a, b) => (a.address < b.address ? -1 : 1));
  if (sorted.length === 0) return {};
  return {
    quotas: sorted.map((quota): JsonObject => {
      const values = [...CLIENT_QUOTAS, ...IP_QUOTAS].flatMap((key): [string, Json][] => {
        const value = quota.spec[key];
        return typeof value === 'number' ? [[key, writtenQuota(key, value)]] : [];
      });
      return { ...namesOf(quota), ...Object.fromEntries(values) };
    }),
  };
}

function namesOf(quota: Resource): JsonObject {
  const names = Object.entries(entityOf(quota)).map(([type, name]): [string, Json] => [
    type,
    typeof name === 'string' ? name.replaceAll('${', () => '$${') : (name ?? null),
  ]);
  return Object.fromEntries(names);
}
