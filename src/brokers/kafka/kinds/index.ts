import {
  DeclareCollector,
  type Declared,
  type ImportedFile,
  indexByAddress,
  kindOf,
  type Resource,
  type Section,
  systemOwned,
} from '../../../model/index.ts';
import { sectionSchema } from '../fields/field.ts';
import { acl } from './acl/index.ts';
import type { AclCall } from './acl/spec.ts';
import { brokerConfigs } from './configs/broker-configs.ts';
import { clientMetrics } from './configs/client-metrics.ts';
import { group } from './configs/group.ts';
import { type ConfigKind, type ConfigsCall, configKind } from './configs/kind.ts';
import type { DeclareCode, KafkaKind } from './kind.ts';
import { type QuotaCall, quota } from './quota.ts';
import { type TopicCall, topic } from './topic/index.ts';
import { type UserCall, user } from './user.ts';

/** Every request that changes a cluster. A session sends many of one op as one request. */
export type KafkaCall = TopicCall | AclCall | QuotaCall | UserCall | ConfigsCall;

/** Every kind of resource that is nothing but configs. */
export const configKinds: readonly ConfigKind[] = [group, clientMetrics, brokerConfigs];

/** Every kind by the name that stands in addresses. */
export const kinds: Readonly<Record<string, KafkaKind>> = {
  topic,
  acl,
  quota,
  user,
  ...Object.fromEntries(configKinds.map((definition) => [definition.kind, configKind(definition)])),
};

export const schema = sectionSchema(Object.values(kinds).map((kind) => kind.schema));

/** All that the sections of one cluster declare, in the order of the files. */
export function declare(sections: readonly Section[]): Declared {
  const collector = new DeclareCollector<DeclareCode>('kafka', (resource) => {
    const names = kinds[kindOf(resource.address)]?.title(resource);
    return names && `${names.title} ${names.detail}`.trim();
  });
  for (const section of sections) {
    const { value } = section;
    for (const kind of Object.values(kinds))
      kind.declare(collector, { section, value, at: section.at(value) });
  }
  return { resources: collector.resources, diagnostics: collector.diagnostics };
}

/**
 * Resources as YAML that a person would have written, a file for each kind: `topics.yaml`. What the broker keeps for
 * itself is left out.
 */
export function toSections(resources: readonly Resource[]): ImportedFile[] {
  const system = systemOwned(indexByAddress(resources), kinds);
  const written = Object.entries(kinds).map(([name, kind]) => {
    const own = resources.filter(({ address }) => kindOf(address) === name && !system.has(address));
    return { section: kind.toSection(own), notes: kind.notes?.(own) ?? [] };
  });
  const notes = written.flatMap((one) => one.notes);
  return written
    .flatMap(({ section }) => Object.keys(section).map((key) => ({ name: `${key}.yaml`, section })))
    .map((file, index) => ({ ...file, notes: index === 0 ? notes : [] }));
}
