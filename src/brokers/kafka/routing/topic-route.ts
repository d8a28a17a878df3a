import {
  append,
  type Json,
  type JsonObject,
  type Route,
  type RoutedTopology,
  RouteError,
  type RouteHop,
  type RouteNode,
  someOf,
} from '../../../model/index.ts';
import { isMatchableHost, writtenByJava } from '../fields/acl.ts';
import { topic as topicKind } from '../kinds/topic/index.ts';
import type { Topic } from '../topology.ts';
import { ANY_HOST } from './authorizer.ts';
import { clusterOf, type RoutedCluster } from './cluster.ts';
import { type Partition, partitionFor, partitionNotes, partitionText } from './partitioner.ts';
import {
  type Client,
  decide,
  exceptionText,
  excludedFrom,
  type Holder,
  holdersOf,
  mayAtAll,
  onTopic,
  PRINCIPAL_PATTERN,
  reachOf,
  reasonText,
} from './requests.ts';
import {
  deadLetterHops,
  deadLetterNodes,
  readerHop,
  readerNode,
  storageNotes,
  topicNode,
} from './route-nodes.ts';

/** Readers that are shown one by one. */
const MOST_READERS = 20;

interface Asked {
  readonly topic: Topic;
  readonly key: string | undefined;
  readonly client: Client | undefined;
  readonly cluster: RoutedCluster;
}

/** @throws RouteError */
export function routeRecord(request: JsonObject, topology: RoutedTopology): Route {
  const { topic: name, key } = publishOf(request);
  const cluster = clusterOf(topology);
  const client = clientOf(request);
  const asked: Asked = { topic: cluster.topic(name), key, client, cluster };
  const chosen = partitionFor(asked.topic, key);
  const { nodes, readers, cut } = topicNodes(asked, chosen);
  const denied = client && writeDenial(cluster, client, name);
  const sender = client && [senderNode(asked, client)];
  const stored = denied ? `refused: ${denied}` : resultText(asked.topic, chosen);
  const read = readers.length > 0 && !denied ? `; ${someOf(readers)} may read it` : '';
  return {
    subject: subjectOf(asked),
    broker: topology.broker,
    nodes: [...(sender ?? []), ...nodes],
    result: stored + (chosen.kind === 'refused' ? '' : read),
    cut,
  };
}

export function publishOf({ publish }: JsonObject): { topic: string; key: string | undefined } {
  const { topic, key } = publish as { topic: string; key?: string };
  return { topic, key };
}

/** Who asks, from where; undefined where no principal is named. @throws RouteError */
export function clientOf({ principal, host }: Readonly<Record<string, Json>>): Client | undefined {
  if (typeof principal !== 'string') {
    if (host !== undefined) throw new RouteError('a host without a principal', 'name the principal too');
    return undefined;
  }
  if (!new RegExp(PRINCIPAL_PATTERN).test(principal)) {
    throw new RouteError(
      `${JSON.stringify(principal)} is not a principal: missing type`,
      `write User:${principal || 'name'}`,
    );
  }
  if (host === undefined) return { principal, host: ANY_HOST };
  const from = String(host);
  if (from !== '*' && isMatchableHost(from)) return { principal, host: from };
  const written = writtenByJava(from);
  throw new RouteError(
    `${JSON.stringify(from)} is not an address as brokers compare it`,
    written === undefined ? 'give an IP address' : `write ${written}`,
  );
}

/** Why the principal may not write to the topic; undefined where it may, and where no ACL is known at all. */
export function writeDenial(cluster: RoutedCluster, client: Client, name: string): string | undefined {
  const request = onTopic('write', { name });
  const decision = decide(cluster.authorizer, client, request);
  if (decision.allowed || !cluster.hasAcls) return undefined;
  return `${client.principal} may not write topic ${name}: ${reasonText(decision, client.principal, request)}`;
}

function subjectOf({ topic, key, client }: Asked): string {
  const by = client ? ` by ${client.principal}` : '';
  const from = client && client.host !== ANY_HOST ? ` from ${client.host}` : '';
  return `record to topic ${topic.name} ${key === undefined ? 'without a key' : `with key ${JSON.stringify(key)}`}${by}${from}`;
}

function resultText({ name }: Topic, chosen: Partition): string {
  switch (chosen.kind) {
    case 'known':
      return `stored in partition ${chosen.partition} of topic ${name}`;
    case 'any':
      return `stored in any partition of topic ${name}`;
    case 'unknown':
      return `stored in topic ${name}`;
    case 'refused':
      return `refused: topic ${name} is compacted, and the record has no key`;
  }
}

/** Who publishes, and the ACL that decides. */
function senderNode({ topic, cluster }: Asked, client: Client): RouteNode {
  const request = onTopic('write', topic);
  const decision = decide(cluster.authorizer, client, request);
  const { allowed, by } = decision;
  const reason = reasonText(decision, client.principal, request);
  const exception =
    client.host === ANY_HOST ? exceptionText(reachOf(cluster.authorizer, client.principal, request)) : '';
  const verb = `may ${allowed ? '' : 'not '}write${exception === '' ? '' : `, ${exception}`}`;
  const hop: RouteHop = {
    role: allowed ? 'produce' : 'deny',
    label: cluster.hasAcls ? `${verb}: ${reason}` : 'no ACL is known',
    to: topic.resource.address,
    ...(by?.at && { at: by.at }),
  };
  const notes =
    allowed || decision.reason !== 'no-acl' || !cluster.hasAcls
      ? []
      : ['brokers with allow.everyone.if.no.acl.found allow it'];
  return { ...cluster.principalNode('sender', client.principal), notes, next: [hop] };
}

/** The topic, who reads it, and the topics of what they give up. */
function topicNodes(asked: Asked, chosen: Partition): { nodes: RouteNode[]; readers: string[]; cut: number } {
  const { topic, key, cluster } = asked;
  const { authorizer } = cluster;
  const holders = holdersOf(authorizer, onTopic('read', topic));
  const shown = holders.slice(0, MOST_READERS);
  const size = topicKind.title(topic.resource).detail;
  const node = topicNode(
    topic,
    partitionText(chosen) || size,
    [...partitionNotes(chosen, key), ...storageNotes(topic, cluster.version), ...accessNotes(asked)],
    [...shown.map(readerHop), ...deadLetterHops(cluster, topic)],
  );
  const nodes = [node, ...shown.map((holder) => readerNode(cluster, holder))];
  append(nodes, deadLetterNodes(cluster, topic, chosen));
  return {
    nodes,
    readers: holders.map(({ principal }) => principal),
    cut: holders.length - shown.length,
  };
}

function accessNotes({ topic, client, cluster }: Asked): string[] {
  const { authorizer, hasAcls } = cluster;
  if (!hasAcls) {
    return ['no ACL is known: without an authorizer, the cluster allows everyone everything'];
  }
  if (authorizer.principalsAbout('topic', topic.name).size === 0) {
    return ['no ACL is about this topic: open to superusers, or to all with allow.everyone.if.no.acl.found'];
  }
  const [writing, reading] = [onTopic('write', topic), onTopic('read', topic)];
  const writers = holdersOf(authorizer, writing);
  const excluded = [
    ...excludedFrom(authorizer, writing).map((principal) => `${principal} may not write`),
    ...excludedFrom(authorizer, reading).map((principal) => `${principal} may not read`),
  ];
  const readBy = client && decide(authorizer, client, reading);
  const isReader = client?.host === ANY_HOST && mayAtAll(reachOf(authorizer, client.principal, reading));
  return [
    `may write: ${writers.length === 0 ? 'only superusers' : holdersText(writers)}`,
    ...(holdersOf(authorizer, reading).length === 0 ? ['may read: only superusers'] : []),
    ...(excluded.length > 0 ? [someOf(excluded)] : []),
    ...(client && readBy && !readBy.allowed && !isReader
      ? [`${client.principal} may not read: ${reasonText(readBy, client.principal, reading)}`]
      : []),
  ];
}

/** `User:a, User:b (only from 10.0.0.7)`. */
function holdersText(holders: readonly Holder[]): string {
  const names = holders.map(({ principal, reach }) => {
    const exception = exceptionText(reach);
    return exception === '' ? principal : `${principal} (${exception})`;
  });
  return someOf(names);
}
