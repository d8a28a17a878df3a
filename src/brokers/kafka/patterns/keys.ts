import { type JsonObject, nameFor, type Pattern } from '../../../model/index.ts';

/*
 * The topics of a pattern. Those that its consumers write to have the partitions of their source: libraries send a record
 * to the partition of the same number, and the same key goes to the same one.
 */

const PARTITIONS = 12;
const REPLICAS = 3;

export const topicKeys: JsonObject = {
  partitions: {
    description: `Number of partitions of each topic, and so the maximum number of active consumers in a group. Do not change it for topics with keys. By default ${PARTITIONS}.`,
    ...{ type: 'integer', minimum: 1, maximum: 2_147_483_647, default: PARTITIONS },
  },
  'replication-factor': {
    description: `Number of replicas of each partition. By default ${REPLICAS}.`,
    ...{ type: 'integer', minimum: 1, maximum: 32_767, default: REPLICAS },
  },
};

export function topicName({ name, body }: Pattern): string {
  return nameFor(body, 'topic', name);
}

export function topicBody({ body }: Pattern, configs: JsonObject): JsonObject {
  const { partitions = PARTITIONS, 'replication-factor': factor = REPLICAS } = body;
  return {
    partitions,
    'replication-factor': factor,
    configs: {
      // With three replicas one broker may be down, and an acknowledged record is still on two.
      'min.insync.replicas': Number(factor) >= 3 ? 2 : 1,
      ...configs,
    },
  };
}
