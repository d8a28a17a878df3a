import type { Rule } from '../../../model/index.ts';
import { aclGrantsEverything } from './acl-grants-everything.ts';
import { aclHostNeverMatches } from './acl-host-never-matches.ts';
import { aclOperationIgnored } from './acl-operation-ignored.ts';
import { aclStarInName } from './acl-star-in-name.ts';
import { compactedDeadLetter } from './compacted-dead-letter.ts';
import { compactionIgnored } from './compaction-ignored.ts';
import { compactionWithDeletion } from './compaction-with-deletion.ts';
import { consumerWithoutGroup } from './consumer-without-group.ts';
import { deadLetterFewerPartitions } from './dead-letter-fewer-partitions.ts';
import { deadLetterShorterRetention } from './dead-letter-shorter-retention.ts';
import { deadLetterSourceMissing } from './dead-letter-source-missing.ts';
import { minInsyncEqualsReplication } from './min-insync-equals-replication.ts';
import { minInsyncOne } from './min-insync-one.ts';
import { minInsyncOverReplication } from './min-insync-over-replication.ts';
import { nameCollision } from './name-collision.ts';
import { refusedConfigs } from './refused-configs.ts';
import { removedConfig } from './removed-config.ts';
import { replicationFactorOne } from './replication-factor-one.ts';
import { replicationFactorOneInProduction } from './replication-factor-one-in-production.ts';
import { retentionIgnored } from './retention-ignored.ts';
import { retentionShorterThanSegment } from './retention-shorter-than-segment.ts';
import { segmentSmallerThanMessage } from './segment-smaller-than-message.ts';
import { tooManyPartitions } from './too-many-partitions.ts';
import { uncleanLeaderElection } from './unclean-leader-election.ts';
import { unknownConfig } from './unknown-config.ts';
import { unlimitedTopic } from './unlimited-topic.ts';
import { unsupportedBrokerDefault } from './unsupported-broker-default.ts';
import { unsupportedConfig } from './unsupported-config.ts';
import { unsupportedKind } from './unsupported-kind.ts';

/** Every lint rule of Kafka: one file each, named as its code. */
export const rules: readonly Rule[] = [
  aclGrantsEverything,
  aclHostNeverMatches,
  aclOperationIgnored,
  aclStarInName,
  compactedDeadLetter,
  compactionIgnored,
  compactionWithDeletion,
  consumerWithoutGroup,
  deadLetterFewerPartitions,
  deadLetterShorterRetention,
  deadLetterSourceMissing,
  minInsyncEqualsReplication,
  minInsyncOne,
  minInsyncOverReplication,
  nameCollision,
  refusedConfigs,
  replicationFactorOne,
  removedConfig,
  replicationFactorOneInProduction,
  retentionIgnored,
  retentionShorterThanSegment,
  segmentSmallerThanMessage,
  tooManyPartitions,
  uncleanLeaderElection,
  unknownConfig,
  unlimitedTopic,
  unsupportedBrokerDefault,
  unsupportedConfig,
  unsupportedKind,
];
