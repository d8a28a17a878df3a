import { dirname, join, normalize } from 'node:path/posix';
import type { DraftSection, ForeignFormat, Mapping, PlacedText } from '../../../import/index.ts';
import { isObject, type Json, type JsonObject, type Source } from '../../../model/index.ts';
import type { AclOperation } from '../fields/acl.ts';
import { grant, INTERNAL, isInternal, takeConfigs, WORDS } from './draft.ts';

const SETTINGS = ['ccloud', 'confluent', 'files', 'services', 'topics'];

/** The keys of a state file, and how to distinguish them from keys of other tools. */
const KEYS: Readonly<Record<string, (value: JsonObject) => boolean>> = {
  settings: (settings) => SETTINGS.some((key) => key in settings),
  topics: () => true,
  services: (services) => isEmptyOrSome(services, (one) => 'principal' in one || isService(one.type)),
  users: (users) => isEmptyOrSome(users, (one) => 'principal' in one || 'roles' in one),
  customServiceAcls: () => true,
  customUserAcls: () => true,
};

function isEmptyOrSome(members: JsonObject, isMeant: (member: JsonObject) => boolean): boolean {
  const all = Object.values(members);
  return all.length === 0 || all.some((one) => isObject(one) && isMeant(one));
}

const IGNORED = 'brokerform deletes only what is retired, or owned and pruned: see owns in brokerform.yaml';

/** State files of kafka-gitops 0.2. https://devshawn.github.io/kafka-gitops/#/specification */
export const kafkaGitops: ForeignFormat = {
  name: 'kafka-gitops',
  sign: `it has one of the keys ${Object.keys(KEYS).join(', ')}`,
  recognises: (document) => {
    if ('apiVersion' in document || 'asyncapi' in document) return false;
    return Object.entries(KEYS).some(([key, isMeant]) => {
      const value = document[key];
      return isObject(value) && isMeant(value);
    });
  },

  translate(documents, draft) {
    // The settings of the state file count for the files beside it, too.
    const settings = documents.map(readSettings);
    for (const document of documents) readFiles(document, documents);
    const defaults = {
      replication: settings.map((one) => one.replication).find((one) => one !== undefined),
      partitions: settings.map((one) => one.partitions).find((one) => one !== undefined),
    };
    const describes = settings.some((one) => one.describes);
    const principals = new Map<string, string>();
    for (const document of documents) {
      const topics = document.mapping('topics');
      for (const [name, topic] of topics?.entries() ?? []) {
        if (isInternal(name)) topics?.leave(name, INTERNAL);
        else translateTopic(draft, { name, at: topics?.at(name) ?? topic.at() }, topic, defaults);
      }
      for (const key of ['services', 'users'] as const) {
        const clients = document.mapping(key);
        for (const [name, client] of clients?.entries() ?? []) {
          const principal = client.text('principal');
          if (principal === undefined) {
            clients?.leave(name, NO_PRINCIPAL);
            continue;
          }
          principals.set(`${key} ${name}`, principal);
          if (key === 'users') translateUser(draft, principal, client);
          else translateService(draft, { name, principal, describes }, client);
        }
      }
    }
    for (const document of documents) {
      for (const [key, kind] of CUSTOM) {
        for (const [name, acls] of document.members(key)) {
          translateCustom(draft, acls, principals.get(`${kind} ${name}`));
        }
      }
    }
  },
};

const NO_PRINCIPAL = 'no principal, so its ACLs apply to no one; add principal: User:NAME';

/** ACLs that are written out, and whose they are. */
const CUSTOM = [
  ['customServiceAcls', 'services'],
  ['customUserAcls', 'users'],
] as const;

interface Settings {
  readonly replication: PlacedNumber | undefined;
  readonly partitions: PlacedNumber | undefined;
  /** Whether services may describe their topics. */
  readonly describes: boolean;
}

interface PlacedNumber {
  readonly value: number;
  readonly from: Mapping;
  readonly key: string;
}

function readSettings(document: Mapping): Settings {
  const settings = document.mapping('settings');
  for (const cloud of ['ccloud', 'confluent']) {
    settings?.leave(
      cloud,
      'service accounts of Confluent Cloud are not looked up: a service needs its principal',
    );
  }
  const topics = settings?.mapping('topics');
  topics?.leave('blacklist', IGNORED);
  topics?.leave('whitelist', IGNORED);
  const defaults = topics?.mapping('defaults');
  const acls = settings?.mapping('services')?.mapping('acls');
  return {
    replication: placedNumber(defaults, 'replication'),
    partitions: placedNumber(defaults, 'partitions'),
    describes: acls?.flag('describeTopicEnabled') === true,
  };
}

/** `files` names the other files of a state. Those among the documents are read with them. */
function readFiles(document: Mapping, documents: readonly Mapping[]): void {
  const files = document.mapping('settings')?.mapping('files');
  const known = new Set(documents.map((one) => normalize(one.at().file)));
  for (const key of files?.keys() ?? []) {
    const path = files?.text(key);
    if (path === undefined || known.has(join(dirname(document.at().file), path))) continue;
    files?.leave(key, 'name this file too: brokerform import --from STATE TOPICS SERVICES USERS');
  }
}

function placedNumber(from: Mapping | undefined, key: string): PlacedNumber | undefined {
  const value = from?.whole(key);
  return from && value !== undefined ? { value, from, key } : undefined;
}

function translateTopic(
  draft: DraftSection,
  { name, at }: { readonly name: string; readonly at: Source },
  topic: Mapping,
  defaults: Pick<Settings, 'replication' | 'partitions'>,
): void {
  const path = ['topics', name];
  draft.open(path, at);
  for (const [key, to] of [
    ['partitions', 'partitions'],
    ['replication', 'replication-factor'],
  ] as const) {
    const common = defaults[key];
    if (topic.has(key)) draft.put([...path, to], topic.whole(key), topic.at(key));
    else if (common) draft.put([...path, to], common.value, common.from.at(common.key));
  }
  takeConfigs(draft, name, topic, 'configs');
}

/** What the roles grant, as kafka-gitops does (`RoleService`). */
const ROLES = {
  reader: [
    ['topic', '*', 'read'],
    ['group', '*', 'read'],
  ],
  writer: [['topic', '*', 'write']],
  operator: [
    ['cluster', '', 'describe'],
    ['topic', '*', 'describe'],
    ['topic', '*', 'describe-configs'],
    ['group', '*', 'read'],
    ['group', '*', 'describe'],
  ],
} as const;

function translateUser(draft: DraftSection, principal: string, user: Mapping): void {
  for (const { text, at } of user.texts('roles')) {
    const role = text.toLowerCase();
    if (!isRole(role)) {
      user.account.error('wrong-value', at, `there is no role ${JSON.stringify(text)}`, {
        hint: `kafka-gitops has ${Object.keys(ROLES).join(', ')}`,
      });
    } else {
      for (const [type, resource, operation] of ROLES[role]) {
        grant(draft, { principal, at }, type, resource, operation);
      }
    }
  }
}

function isRole(text: string): text is keyof typeof ROLES {
  return Object.hasOwn(ROLES, text);
}

function translateCustom(draft: DraftSection, acls: Mapping, inherited: string | undefined): void {
  for (const [key, acl] of acls.entries()) {
    const principal = acl.text('principal') ?? inherited;
    if (principal === undefined) {
      acls.leave(key, NO_PRINCIPAL);
      continue;
    }
    for (const needed of ['name', 'type', 'operation']) if (!acl.has(needed)) acl.required(needed);
    const type = acl.word('type', WORDS.types);
    const name = acl.text('name');
    const operation = acl.word('operation', WORDS.operations);
    const pattern = acl.word('pattern', WORDS.patterns);
    const permission = acl.word('permission', WORDS.permissions);
    const host = acl.text('host');
    if (!type || name === undefined || !operation) continue;
    grant(draft, { principal, pattern, permission, host, at: acl.at() }, type, name, operation);
  }
}

/** What a streams application may do with the topics that it makes for itself. */
const OF_INTERNAL_TOPICS: readonly AclOperation[] = [
  'read',
  'write',
  'describe',
  'delete',
  'create',
  'alter',
  'alter-configs',
  'describe-configs',
];

const TYPES = ['application', 'kafka-connect', 'kafka-streams'] as const;

/** Whether this is a type that kafka-gitops has: `services` is a key of other tools, too. */
function isService(type: Json | undefined): boolean {
  return TYPES.some((one) => one === type);
}

interface Service {
  readonly name: string;
  readonly principal: string;
  /** Whether services may describe the topics that they use. */
  readonly describes: boolean;
}

/** The ACLs that kafka-gitops makes for a service. https://devshawn.github.io/kafka-gitops/#/services */
function translateService(draft: DraftSection, client: Service, service: Mapping): void {
  const { name, principal } = client;
  const at = service.at();
  const type = service.word('type', TYPES);
  if (type === undefined) service.required('type');
  grantTopics(draft, client, service.texts('produces'), 'write');
  if (type === 'kafka-connect') {
    connect(draft, client, service);
    return;
  }
  const consumed = service.texts('consumes');
  grantTopics(draft, client, consumed, 'read');
  if (type === 'kafka-streams') {
    const application = service.text('application-id') ?? name;
    grant(draft, { principal, at, pattern: 'prefixed' }, 'topic', application, ...OF_INTERNAL_TOPICS);
    grant(draft, { principal, at }, 'group', application, 'read', 'describe', 'delete');
    grant(draft, { principal, at }, 'cluster', '', 'describe-configs');
    return;
  }
  const group = service.text('group-id') ?? name;
  const pattern = service.word('pattern', WORDS.patterns);
  if (consumed.length > 0) grant(draft, { principal, pattern, at }, 'group', group, 'read');
}

function connect(draft: DraftSection, client: Service, service: Mapping): void {
  const { name, principal } = client;
  const at = service.at();
  const storage = service.mapping('storage-topics');
  for (const kind of ['config', 'offset', 'status']) {
    const topic = storage?.text(kind) ?? `connect-${kind === 'status' ? kind : `${kind}s`}-${name}`;
    const place = storage?.has(kind) ? storage.at(kind) : at;
    grant(draft, { principal, at: place }, 'topic', topic, 'read', 'write');
  }
  grant(draft, { principal, at }, 'group', service.text('group-id') ?? name, 'read');
  for (const [connector, body] of service.members('connectors')) {
    const consumed = body.texts('consumes');
    grantTopics(draft, client, body.texts('produces'), 'write');
    grantTopics(draft, client, consumed, 'read');
    if (consumed.length > 0)
      grant(draft, { principal, at: body.at() }, 'group', `connect-${connector}`, 'read');
  }
}

function grantTopics(
  draft: DraftSection,
  { principal, describes }: Service,
  topics: readonly PlacedText[],
  operation: 'read' | 'write',
): void {
  const also = describes ? (['describe'] as const) : [];
  for (const { text, at } of topics) grant(draft, { principal, at }, 'topic', text, operation, ...also);
}
