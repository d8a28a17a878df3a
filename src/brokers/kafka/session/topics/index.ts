import type { TopicCall } from '../../kinds/topic/index.ts';
import { executedBy } from '../executor.ts';
import type { KindSession } from '../kind-session.ts';
import { DescribeConfigs, IncrementalAlterConfigs } from '../protocol/configs.ts';
import { completeReassignments } from '../reassignment/complete-reassignments.ts';
import { reassign } from '../reassignment/reassign.ts';
import {
  AlterPartitionReassignments,
  ElectLeaders,
  ListPartitionReassignments,
} from '../reassignment/reassignments.ts';
import { CreatePartitions, CreateTopics, creation, DeleteTopics, deletion, partitioning } from './changes.ts';
import { configuration } from './configs.ts';
import { DescribeLogDirs } from './log-sizes.ts';
import { readTopicMetrics } from './metrics.ts';
import { ListGroups, ListOffsets, OffsetFetch } from './offsets.ts';
import { previewTopics } from './preview.ts';
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
    'topic.create': executedBy(cluster.settings, creation(cluster)),
    'topic.delete': executedBy(cluster.settings, deletion(cluster)),
    'topic.partitions': executedBy(cluster.settings, partitioning(cluster)),
    'topic.configs': executedBy(cluster.settings, configuration(cluster)),
    'topic.reassign': (items, options) => reassign(cluster, items, options),
    'topic.settle': (items, options) => completeReassignments(cluster, items, options),
  }),
};
