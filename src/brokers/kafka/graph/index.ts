import {
  type Address,
  type BrokerIdentity,
  type Drawing,
  type Fact,
  GraphBuilder,
  groupBy,
  kindOf,
  makeAddress,
  type Resource,
} from '../../../model/index.ts';
import type { AclOperation } from '../fields/acl.ts';
import { topicValues } from '../fields/config-values.ts';
import { type AclSpec, aclOf } from '../kinds/acl/spec.ts';
import { configsIn, isInherited } from '../kinds/configs/spec.ts';
import { nameOf } from '../kinds/kind.ts';
import { topic as topicKind } from '../kinds/topic/index.ts';
import { topicAddress } from '../kinds/topic/spec.ts';
import { USER, userAddress } from '../kinds/user.ts';
import { deadLetterSource } from '../topology.ts';

/** Topics, their producers and consumers by ACL, and their dead letter topics. */
export function draw(resources: readonly Resource[], broker: BrokerIdentity): Drawing {
  const builder = new GraphBuilder();
  const group = makeAddress(broker.name, 'cluster');
  if (resources.length > 0) builder.group(group, `${broker.name} · kafka`);
  const topics = resources.filter(({ address }) => kindOf(address) === 'topic');
  for (const topic of topics) drawTopic(builder, group, topic);
  drawDeadLetters(builder, topics);
  const users = new Map(
    resources.filter(({ address }) => kindOf(address) === 'user').map((user) => [user.address, user]),
  );
  const drawAcls = { builder, group, broker: broker.name, users, topics: topics.map(nameOf) };
  const acls = resources.filter(({ address }) => kindOf(address) === 'acl');
  for (const rights of rightsOf(acls)) drawRights(rights, drawAcls);
  return builder.done();
}

function drawTopic(builder: GraphBuilder, group: string, resource: Resource): void {
  builder.node({
    id: resource.address,
    kind: 'topic',
    role: 'store',
    name: nameOf(resource),
    detail: topicKind.title(resource).detail,
    group,
    facts: factsOf(resource),
    ...placeOf(resource),
  });
}

/** Configs set on the topic itself. */
function factsOf(topic: Resource): Fact[] {
  return configsIn(topic.spec)
    .filter(([config, value]) => value !== null && !isInherited(topic, config, 'topic'))
    .map(([name, value]) => ({ name, text: topicValues.format(name, value) }));
}

/** Kafka has no dead letter topics of its own: they follow a naming convention. */
function drawDeadLetters(builder: GraphBuilder, topics: readonly Resource[]): void {
  const byName = new Map(topics.map((topic) => [nameOf(topic), topic.address]));
  for (const topic of topics) {
    const source = byName.get(deadLetterSource(nameOf(topic)) ?? '');
    if (source !== undefined) {
      builder.edge({ from: source, to: topic.address, role: 'dead-letter', label: 'by its name' });
    }
  }
}

/** ACLs of one principal with the same permission and resource. */
interface Rights {
  readonly first: AclSpec;
  readonly operations: ReadonlySet<AclOperation>;
  readonly acls: readonly Resource[];
}

function rightsOf(resources: readonly Resource[]): Rights[] {
  const groups = groupBy(resources, (resource) => {
    const { principal, permission, 'resource-type': type, name, pattern } = aclOf(resource);
    return JSON.stringify([principal, permission, type, name, pattern]);
  });
  return [...groups.values()].flatMap((acls) => {
    const [first] = acls.map(aclOf);
    return first ? [{ first, operations: new Set(acls.map((acl) => aclOf(acl).operation)), acls }] : [];
  });
}

interface GraphScope {
  readonly builder: GraphBuilder;
  readonly group: string;
  readonly broker: string;
  readonly users: ReadonlyMap<Address, Resource>;
  readonly topics: readonly string[];
}

/** Rights on other resources than topics become facts of the principal, as they carry no messages. */
function drawRights(rights: Rights, scope: GraphScope): void {
  const { first, operations, acls } = rights;
  const { builder } = scope;
  const resources = acls.map(({ address }) => address);
  const at = acls[0]?.at ? { at: acls[0].at } : {};
  const words = [...operations].sort().join(', ');
  if (first['resource-type'] !== 'topic') {
    const name = `${first.permission} ${first['resource-type']}`;
    const text = `${first.pattern === 'prefixed' ? `${first.name}…` : first.name}: ${words}`;
    drawPrincipal(scope, first.principal, resources, [{ name, text }]);
    return;
  }
  const principal = drawPrincipal(scope, first.principal);
  for (const topic of topicsUnder(scope, first)) {
    const pattern = first.pattern === 'prefixed' ? `${first.name}…` : '';
    const common = { resources, ...at };
    if (first.permission === 'deny') {
      const label = [words, pattern].filter((text) => text !== '').join(' ');
      builder.edge({ from: principal, to: topic, role: 'deny', label, ...common });
      continue;
    }
    const may = (one: AclOperation) => operations.has(one) || operations.has('all');
    if (may('write'))
      builder.edge({ from: principal, to: topic, role: 'produce', label: pattern, ...common });
    if (may('read')) builder.edge({ from: topic, to: principal, role: 'consume', label: pattern, ...common });
    if (!may('write') && !may('read'))
      builder.edge({ from: principal, to: topic, role: 'access', label: words, ...common });
  }
}

/** Maximum of topics drawn one by one for a pattern; a larger pattern becomes one node. */
const MOST_LINES = 12;

function topicsUnder({ builder, group, broker, topics }: GraphScope, acl: AclSpec): string[] {
  const { name, pattern } = acl;
  const isEvery = pattern === 'literal' && name === '*';
  const ofTopic = (one: string) =>
    builder.name({ id: topicAddress(broker, one), kind: 'topic', role: 'store', name: one, group });
  if (pattern === 'literal' && !isEvery) return [ofTopic(name)];
  const matching = isEvery ? topics : topics.filter((one) => one.startsWith(name));
  if (!isEvery && matching.length > 0 && matching.length <= MOST_LINES) return matching.map(ofTopic);
  const id = makeAddress(broker, 'topics', pattern, name);
  const shown = isEvery ? 'every topic' : `${name}…`;
  const detail = `${matching.length} of those here`;
  builder.node({ id, kind: 'topics', role: 'store', name: shown, detail, group });
  return [id];
}

function drawPrincipal(
  { builder, group, broker, users }: GraphScope,
  principal: string,
  resources: readonly Address[] = [],
  facts: readonly Fact[] = [],
): string {
  const name = principal.startsWith(USER) ? principal.slice(USER.length) : principal;
  const isUser = principal.startsWith(USER) && name !== '*';
  const id = isUser ? userAddress(broker, name) : makeAddress(broker, 'principal', principal);
  const known = builder.find(id);
  builder.node({
    id,
    kind: 'principal',
    role: 'client',
    name: name === '*' ? 'everyone' : name,
    group,
    resources: [...(known?.resources ?? []), ...resources],
    facts: [...(known?.facts ?? []), ...facts],
    ...placeOf(users.get(id)),
  });
  return id;
}

function placeOf(resource: Resource | undefined) {
  return resource?.at ? { at: resource.at } : {};
}
