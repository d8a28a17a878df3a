import {
  DeclareCollector,
  type Declared,
  type ImportedFile,
  indexByAddress,
  type JsonObject,
  type Kind,
  kindOf,
  type Resource,
  type Section,
  systemOwned,
} from '../../../model/index.ts';
import { type AclCall, acl } from './acl/index.ts';
import { aclsSection, declareAcls } from './acl/yaml.ts';
import type { DeclareCode } from './kind.ts';
import { declareQuotas, type QuotaCall, quota, quotasSection } from './quota.ts';
import type { TopicCall } from './topic/calls.ts';
import { topic } from './topic/index.ts';
import { declareTopics, topicsSection } from './topic/yaml.ts';
import { credentialsOf, declareUsers, type UserCall, user, usersNote, usersSection } from './user.ts';

/**
 * Every request that brokerform makes to change Kafka. A session sends many of one op as one request. A secret is a
 * SecretRef.
 */
export type KafkaCall = TopicCall | AclCall | QuotaCall | UserCall;

/** Every kind by the name that stands in addresses. */
export const kinds: Readonly<Record<string, Kind>> = { topic, acl, quota, user };

/** All that the sections of one cluster declare, in the order of the files. */
export function declare(sections: readonly Section[]): Declared {
  const collector = new DeclareCollector<DeclareCode>('kafka', (resource) => {
    const names = kinds[kindOf(resource.address)]?.title(resource);
    return names && `${names.title} ${names.detail}`.trim();
  });
  for (const section of sections) {
    const { value } = section;
    const body = { section, value, at: section.at(value) };
    declareTopics(collector, body);
    declareAcls(collector, body);
    declareQuotas(collector, body);
    declareUsers(collector, body);
  }
  return { resources: collector.resources, diagnostics: collector.diagnostics };
}

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
