import type { DraftSection, Mapping, PlacedText } from '../../../import/index.ts';
import type { Json, Source } from '../../../model/index.ts';
import { type AclOperation, patterns } from '../fields/acl.ts';
import { wordsOf } from '../fields/field.ts';
import type { AclSpec } from '../kinds/acl/spec.ts';
import { grant } from './draft.ts';

/** What a streams application may do with the topics that it makes for itself. */
const INTERNAL_TOPICS: readonly AclOperation[] = [
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
export function isService(type: Json | undefined): boolean {
  return TYPES.some((one) => one === type);
}

interface Service {
  readonly name: string;
  readonly principal: string;
  /** Whether services may describe the topics that they use. */
  readonly describes: boolean;
}

/** The ACLs that kafka-gitops makes for a service. https://devshawn.github.io/kafka-gitops/#/services */
export function translateService(draft: DraftSection, { name, ...client }: Service, service: Mapping): void {
  const type = service.word('type', TYPES);
  if (type === undefined) service.required('type');
  const acls = new Acls(draft, client);
  acls.produce(service.texts('produces'));
  if (type === 'kafka-connect') {
    connect(acls, name, service);
    return;
  }
  const consumed = service.texts('consumes');
  acls.consume(consumed);
  if (type === 'kafka-streams') {
    streams(acls, service.text('application-id') ?? name, service);
    return;
  }
  const group = service.text('group-id') ?? name;
  const pattern = service.word('pattern', wordsOf(patterns));
  if (consumed.length > 0) acls.add('group', group, ['read'], service.at(), pattern);
}

function connect(acls: Acls, name: string, service: Mapping): void {
  const at = service.at();
  const storage = service.mapping('storage-topics');
  for (const kind of ['config', 'offset', 'status']) {
    const topic = storage?.text(kind) ?? `connect-${kind === 'status' ? kind : `${kind}s`}-${name}`;
    acls.add('topic', topic, ['read', 'write'], storage?.has(kind) ? storage.at(kind) : at);
  }
  acls.add('group', service.text('group-id') ?? name, ['read'], at);
  for (const [connector, body] of service.members('connectors')) {
    const consumed = body.texts('consumes');
    acls.produce(body.texts('produces'));
    acls.consume(consumed);
    if (consumed.length > 0) acls.add('group', `connect-${connector}`, ['read'], body.at());
  }
}

function streams(acls: Acls, application: string, service: Mapping): void {
  const at = service.at();
  acls.add('topic', application, INTERNAL_TOPICS, at, 'prefixed');
  acls.add('group', application, ['read', 'describe', 'delete'], at);
  acls.add('cluster', '', ['describe-configs'], at);
}

class Acls {
  readonly #draft: DraftSection;
  readonly #client: Omit<Service, 'name'>;

  constructor(draft: DraftSection, client: Omit<Service, 'name'>) {
    this.#draft = draft;
    this.#client = client;
  }

  produce(topics: readonly PlacedText[]): void {
    this.#topics(topics, 'write');
  }

  consume(topics: readonly PlacedText[]): void {
    this.#topics(topics, 'read');
  }

  add(
    type: AclSpec['resource-type'],
    name: string,
    operations: readonly AclOperation[],
    at: Source,
    pattern?: AclSpec['pattern'],
  ): void {
    const { principal } = this.#client;
    for (const operation of operations) grant(this.#draft, { principal, type, name, operation, pattern, at });
  }

  #topics(topics: readonly PlacedText[], operation: AclOperation): void {
    const operations: AclOperation[] = this.#client.describes ? [operation, 'describe'] : [operation];
    for (const { text, at } of topics) this.add('topic', text, operations, at);
  }
}
