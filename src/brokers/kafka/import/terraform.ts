import {
  type DraftSection,
  isSet,
  type TerraformKind,
  type TerraformResource,
  terraformFormat,
} from '../../../import/index.ts';
import type { Json } from '../../../model/index.ts';
import { entityTypes, quotaKeys } from '../fields/quota.ts';
import { scramMechanisms } from '../fields/user.ts';
import { grant, INTERNAL, isInternal, takeConfigs, WORDS } from './draft.ts';

/**
 * Resources of the Terraform providers Mongey/kafka, 0.2 to 0.9, and confluentinc/confluent, 1 and 2.
 * https://registry.terraform.io/providers/Mongey/kafka https://registry.terraform.io/providers/confluentinc/confluent
 */
export const terraform = terraformFormat({
  prefixes: ['kafka_', 'confluent_'],
  kinds: () => ({
    confluent_kafka_acl: { kind: 'acl', translate: confluentAcl },
    confluent_kafka_topic: { kind: 'topic', translate: confluentTopic },
    kafka_acl: { kind: 'acl', translate: kafkaAcl },
    kafka_quota: quota,
    kafka_quota_composite: compositeQuota,
    kafka_topic: { kind: 'topic', translate: kafkaTopic },
    kafka_user_scram_credential: credential,
  }),
  left: {
    confluent_api_key: 'keys of Confluent Cloud are made by it',
    confluent_environment: 'Confluent Cloud has it, and no broker',
    confluent_kafka_cluster: 'it is a cluster, and not on one',
    confluent_service_account: 'Confluent Cloud has it, and no broker',
  },
});

type Translate = TerraformKind['translate'];

const kafkaTopic: Translate = (draft, resource) => {
  const { values } = resource;
  const name = topicIn(draft, resource, 'name', 'partitions', 'config');
  if (name === undefined) return undefined;
  // −1 is the default of the broker.
  const factor = values.whole('replication_factor') ?? -1;
  if (factor > 0) draft.put(['topics', name, 'replication-factor'], factor, values.at('replication_factor'));
  return [name];
};

const confluentTopic: Translate = (draft, resource) => {
  skipConnection(resource);
  const name = topicIn(draft, resource, 'topic_name', 'partitions_count', 'config');
  return name === undefined ? undefined : [name];
};

function topicIn(
  draft: DraftSection,
  resource: TerraformResource,
  nameKey: string,
  partitions: string,
  config: string,
): string | undefined {
  const { values } = resource;
  const name = resource.text(nameKey);
  if (name === undefined) return undefined;
  if (isInternal(name)) return resource.leave(INTERNAL);
  draft.open(['topics', name], resource.at);
  draft.carry(['topics', name], values, { [partitions]: ['partitions', 'whole'] });
  takeConfigs(draft, name, values, config);
  return name;
}

/** How the provider reaches the cluster: brokerform.yaml says that. */
function skipConnection({ values }: TerraformResource): void {
  values.skip('kafka_cluster', 'credentials', 'rest_endpoint', 'http_endpoint');
}

const kafkaAcl: Translate = (draft, resource) =>
  aclIn(draft, resource, {
    pattern: 'resource_pattern_type_filter',
    principal: 'acl_principal',
    host: 'acl_host',
    operation: 'acl_operation',
    permission: 'acl_permission_type',
  });

const confluentAcl: Translate = (draft, resource) => {
  skipConnection(resource);
  return aclIn(draft, resource, {
    pattern: 'pattern_type',
    principal: 'principal',
    host: 'host',
    operation: 'operation',
    permission: 'permission',
  });
};

function aclIn(
  draft: DraftSection,
  resource: TerraformResource,
  keys: Readonly<Record<'pattern' | 'principal' | 'host' | 'operation' | 'permission', string>>,
): readonly string[] | undefined {
  const { values, at } = resource;
  const name = resource.text('resource_name');
  const principal = resource.text(keys.principal);
  const type = values.word('resource_type', WORDS.types);
  const pattern = values.word(keys.pattern, WORDS.patterns);
  const operation = values.word(keys.operation, WORDS.operations);
  const permission = values.word(keys.permission, WORDS.permissions);
  const host = values.text(keys.host);
  if (name === undefined || principal === undefined) return undefined;
  if (!type || !operation) {
    for (const [key, value] of [
      ['resource_type', type],
      [keys.operation, operation],
    ] as const)
      if (value === undefined && !values.has(key)) values.required(key);
    return undefined;
  }
  grant(draft, { principal, pattern, permission, host, at }, type, name, operation);
  return [principal, type, name, pattern ?? '', operation, permission ?? '', host ?? ''];
}

const quota: TerraformKind = {
  kind: 'quota',
  translate(draft, resource) {
    const { values } = resource;
    const type = values.word('entity_type', entityTypes);
    const isNamed = isSet(values.value.entity_name);
    const name = isNamed ? resource.text('entity_name') : null;
    if (type === undefined || name === undefined) return undefined;
    draft.append(['quotas'], { [type]: name, ...ratesIn(resource) }, resource.at);
    return [type, name ?? ''];
  },
};

/** Of a user and a client id together. */
const compositeQuota: TerraformKind = {
  kind: 'quota',
  translate(draft, resource) {
    const entity: Record<string, Json> = {};
    for (const one of resource.values.mappings('entity')) {
      const type = one.word('type', entityTypes);
      const name = one.text('name') ?? '';
      if (type !== undefined) entity[type] = name === '' ? null : name;
    }
    const whose = Object.entries(entity).sort();
    if (whose.length === 0) return undefined;
    draft.append(['quotas'], { ...entity, ...ratesIn(resource) }, resource.at);
    return whose.flatMap(([type, name]) => [type, String(name ?? '')]);
  },
};

function ratesIn({ values }: TerraformResource): Record<string, Json> {
  const config = values.mapping('config');
  const rates: Record<string, Json> = {};
  for (const key of quotaKeys) {
    const value = config?.json(key);
    // A table of Terraform holds texts.
    if (value !== undefined) rates[key] = typeof value === 'string' ? Number(value) : value;
  }
  return rates;
}

const credential: TerraformKind = {
  kind: 'user',
  translate(draft, resource) {
    const { values, at } = resource;
    const name = resource.text('username');
    const mechanism = values.word('scram_mechanism', scramMechanisms);
    // Which of its values the write-only password has is up to Terraform.
    values.skip('password_wo_version', 'password_wo');
    if (name === undefined || mechanism === undefined) return undefined;
    const path = ['users', name];
    draft.open(path, at);
    draft.carry([...path, mechanism], values, { scram_iterations: ['iterations', 'whole'] });
    const variable = draft.secret([...path, mechanism, 'password'], ['kafka', name, 'password'], at);
    const why = `a password is never copied: set ${variable} in the environment`;
    if (isSet(values.value.password)) values.leave('password', why);
    else values.remark('password_wo', why);
    return [name, mechanism];
  },
};
