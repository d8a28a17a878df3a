import type { Call, Failure, Objection } from '../../../../model/index.ts';
import type { ConfigsAlter } from '../../kinds/configs/spec.ts';
import type { TopicCall, TopicCreate, TopicPartitions } from '../../kinds/topic/index.ts';
import type { Cluster } from '../cluster.ts';
import { type Checked, type KindSession, objections } from '../kind-session.ts';
import { BROKER, DescribeConfigs, IncrementalAlterConfigs } from '../protocol/configs.ts';
import { CODE, errorName } from '../protocol/errors.ts';
import { completeReassignments } from '../reassignment/complete-reassignments.ts';
import { reassign } from '../reassignment/reassign.ts';
import {
  AlterPartitionReassignments,
  ElectLeaders,
  ListPartitionReassignments,
} from '../reassignment/reassignments.ts';
import {
  CreatePartitions,
  CreateTopics,
  configuration,
  creation,
  DeleteTopics,
  deletion,
  partitioning,
} from './changes.ts';
import { DescribeLogDirs } from './log-sizes.ts';
import { readTopicMetrics } from './metrics.ts';
import { ListGroups, ListOffsets, OffsetFetch } from './offsets.ts';
import { readTopics } from './read.ts';

export const topics: KindSession<TopicCall> = {
  requests: [
    ...[CreateTopics, DeleteTopics, CreatePartitions, DescribeConfigs, IncrementalAlterConfigs],
    ...[AlterPartitionReassignments, ListPartitionReassignments, ElectLeaders],
    ...[ListOffsets, DescribeLogDirs, ListGroups, OffsetFetch],
  ],
  read: readTopics,
  readMetrics: readTopicMetrics,
  preview: previewTopics,
  executors: (cluster) => ({
    'topic.create': creation(cluster),
    'topic.delete': deletion(cluster),
    'topic.partitions': partitioning(cluster),
    'topic.configs': configuration(cluster),
    'topic.reassign': (items, options) => reassign(cluster, items, options),
    'topic.settle': (items, options) => completeReassignments(cluster, items, options),
  }),
};

/**
 * What the cluster would refuse of these units, by its own word: it checks creations, added partitions and configs
 * without doing them, and its config says whether topics can be deleted. Of a unit that first deletes a topic nothing is
 * checked, as the topic is still there, and no partitions are added before the move that makes room for their replicas.
 * What has to do with the moment, or with the rights of who asks, is no objection: a plan may be made by someone who may
 * only read.
 * @throws ConnectionError, BrokerError
 */
async function previewTopics(cluster: Cluster, units: readonly (readonly Call[])[]): Promise<Objection[]> {
  const creations: Checked<TopicCreate>[] = [];
  const additions: Checked<TopicPartitions>[] = [];
  const changes: Checked<ConfigsAlter>[] = [];
  for (const [unit, calls] of units.entries()) {
    const known = calls as readonly TopicCall[];
    if (known.some(({ op }) => op === 'topic.delete')) continue;
    const moves = known.some(({ op }) => op === 'topic.reassign' || op === 'topic.settle');
    for (const call of known) {
      if (call.op === 'topic.create') creations.push({ unit, body: call.body });
      if (call.op === 'topic.partitions' && !moves) additions.push({ unit, body: call.body });
      if (call.op === 'topic.configs') changes.push({ unit, body: call.body });
    }
  }
  const found = await Promise.all([
    deletionObjections(cluster, units as readonly (readonly TopicCall[])[]),
    objections(cluster, creation(cluster), creations),
    objections(cluster, partitioning(cluster), additions),
    cluster.offers(IncrementalAlterConfigs) ? objections(cluster, configuration(cluster), changes) : [],
  ]);
  return found.flat();
}

/**
 * Whether topics may be deleted at all is a config of the brokers, which cannot change while they run. Where we may not
 * read it, nothing is said.
 */
async function deletionObjections(
  cluster: Cluster,
  units: readonly (readonly TopicCall[])[],
): Promise<Objection[]> {
  const deleting = [...units.keys()].filter((unit) => units[unit]?.some(({ op }) => op === 'topic.delete'));
  const [broker] = cluster.brokers;
  if (deleting.length === 0 || !broker) return [];
  const resources = [{ type: BROKER, name: String(broker.id), keys: ['delete.topic.enable'] }];
  // Only the broker itself returns its configs.
  const response = await cluster.request(DescribeConfigs, { resources, synonyms: false }, broker.id);
  if (response.resources[0]?.configs[0]?.value !== 'false') return [];
  const failure: Failure = {
    op: 'delete topic',
    status: errorName(CODE.TOPIC_DELETION_DISABLED),
    message: 'the brokers have delete.topic.enable=false',
    hint: 'keep the topic, or set it to true in server.properties and restart the brokers',
  };
  return deleting.map((unit) => ({ unit, failure }));
}
