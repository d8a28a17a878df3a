import { append, type RouteHop, type RouteNode, someOf } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { limitOf } from '../fields/config-values.ts';
import { aclOf } from '../kinds/acl/spec.ts';
import { topic as topicKind } from '../kinds/topic/index.ts';
import type { Topic } from '../topology.ts';
import { type Authorizer, EVERYONE } from './authorizer.ts';
import type { RoutedCluster } from './cluster.ts';
import type { Partition } from './partitioner.ts';
import { exceptionText, type Holder, holdersOf, mayAtAll, onTopic, reachOf } from './requests.ts';

/** One is usual. */
const MOST_TOPICS = 10;

export function topicNode(
  { name, resource }: Topic,
  detail: string,
  notes: readonly string[],
  next: readonly RouteHop[],
): RouteNode {
  const { address, at } = resource;
  return {
    ...{ id: address, address, kind: 'topic', role: 'store', name, detail, notes, next },
    ...(at && { at }),
  };
}

/** Kafka has no dead-letter topics of its own: they follow a naming convention. */
export function deadLetterHops(cluster: RoutedCluster, source: Topic): RouteHop[] {
  return pairsOf(cluster, source).map(([, { resource }]) => ({
    role: 'dead-letter',
    label: 'given up by a consumer (by its name)',
    to: resource.address,
  }));
}

/** The topics of dead letters, and those of their own dead letters, whose names are longer each time. */
export function deadLetterNodes(cluster: RoutedCluster, topic: Topic, chosen: Partition): RouteNode[] {
  const found: RouteNode[] = [];
  const work: (readonly [source: Topic, topic: Topic])[] = pairsOf(cluster, topic);
  for (const [source, letters] of work) {
    if (found.length === MOST_TOPICS) break;
    append(work, pairsOf(cluster, letters));
    const notes = deadLetterNotes(cluster, source, letters, chosen);
    const { detail } = topicKind.title(letters.resource);
    found.push(topicNode(letters, detail, notes, deadLetterHops(cluster, letters)));
  }
  return found;
}

function pairsOf(cluster: RoutedCluster, source: Topic): (readonly [source: Topic, topic: Topic])[] {
  const topics = cluster.deadLettersOf(source.name).slice(0, MOST_TOPICS);
  return topics.map((topic) => [source, topic] as const);
}

function deadLetterNotes(cluster: RoutedCluster, source: Topic, topic: Topic, chosen: Partition): string[] {
  const { authorizer, hasAcls } = cluster;
  const { name, partitions } = topic;
  const isMissing =
    chosen.kind === 'known' && partitions !== undefined && partitions <= chosen.partition
      ? [`has no partition ${chosen.partition}, to which Spring Kafka sends it by default`]
      : [];
  const unable = holdersOf(authorizer, onTopic('read', source))
    .map(({ principal }) => principal)
    .filter((principal) => !mayAtAll(reachOf(authorizer, principal, onTopic('write', { name }))));
  return [
    ...isMissing,
    ...storageNotes(topic, cluster.version),
    ...(hasAcls && unable.length > 0
      ? [`${someOf(unable)} may read ${source.name}, but not write here`]
      : []),
  ];
}

/** How long a topic keeps a record, what `acks=all` waits for. One sentence each. */
export function storageNotes(topic: Topic, version: string): string[] {
  const forTime = `for ${topic.shown('retention.ms')}`;
  const time = limitText(topic, 'retention.ms', forTime, 'without a time limit');
  const atMost = `at most ${topic.shown('retention.bytes')} a partition`;
  const size = limitText(topic, 'retention.bytes', atMost, 'without a size limit');
  return [
    ...(topic.has('delete') ? [`kept ${time}, ${size}`] : []),
    ...(topic.has('compact')
      ? ['compacted: keeps the newest record of each key, refuses records without a key']
      : []),
    acksText(topic, version),
  ];
}

function limitText(topic: Topic, config: string, limit: string, without: string): string {
  const text = limitOf(topic.value(config)) === Number.POSITIVE_INFINITY ? without : limit;
  // Values that the topic itself does not set can change with its cluster.
  return text + (topic.sets(config) ? '' : ' (inherited)');
}

/**
 * Since 3.7 a leader never waits for more replicas than there are (`Partition.effectiveMinIsr`); before, it refused.
 * https://github.com/apache/kafka/pull/14594
 */
function acksText(topic: Topic, version: string): string {
  const config = 'min.insync.replicas';
  const { replicationFactor: replicas = Number.POSITIVE_INFINITY } = topic;
  const wanted = limitOf(topic.value(config)) ?? 1;
  const origin = `${config}${topic.sets(config) ? '' : ', inherited'}`;
  if (wanted > replicas && !atLeast(version, '3.7')) {
    return `acks=all is refused: needs ${wanted} replicas in sync (${origin}), and has ${replicas}`;
  }
  const of = Number.isFinite(replicas) ? ` of ${replicas}` : '';
  const least = Math.min(wanted, replicas);
  const noun = least === 1 && of === '' ? 'replica' : 'replicas';
  return `acks=all needs ${least}${of} ${noun} in sync (${origin})`;
}

/** A principal that reads a topic, with the consumer groups that it may use. */
export function readerNode(cluster: RoutedCluster, { principal }: Holder): RouteNode {
  const notes = [groupsText(cluster.authorizer, principal)];
  return { ...cluster.principalNode('reader', principal), notes, next: [] };
}

export function readerHop({ principal, reach }: Holder): RouteHop {
  const by = reach.general.by ?? reach.exceptions[0]?.decision.by;
  const exception = exceptionText(reach);
  return {
    role: 'consume',
    label: exception === '' ? 'may read' : `may read, ${exception}`,
    to: `reader ${principal}`,
    ...(by?.at && { at: by.at }),
  };
}

function groupsText(authorizer: Authorizer, principal: string): string {
  const own = [principal, EVERYONE].flatMap((one) => authorizer.aclsOf(one)).map(aclOf);
  const groups = own.filter(
    (acl) =>
      acl['resource-type'] === 'group' &&
      acl.permission === 'allow' &&
      (acl.operation === 'read' || acl.operation === 'all'),
  );
  const names = [...new Set(groups.map(({ name, pattern }) => (pattern === 'prefixed' ? `${name}…` : name)))];
  if (names.length === 0) return 'no consumer group: it may not commit offsets to Kafka';
  return names.includes('*') ? 'any consumer group' : `consumer groups: ${someOf(names)}`;
}
