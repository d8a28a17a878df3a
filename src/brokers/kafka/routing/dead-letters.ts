import { append, type RouteHop, type RouteNode } from '../../../model/index.ts';
import { topic as topicKind } from '../kinds/topic/index.ts';
import type { Topic } from '../topology.ts';
import type { RoutedCluster } from './cluster.ts';
import { someOf } from './explain.ts';
import { holdersOf } from './readers.ts';
import { mayAtAll, onTopic, reachOf } from './requests.ts';
import { type Partition, storageNotes } from './topic-facts.ts';

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
