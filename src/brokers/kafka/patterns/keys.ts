import {
  formatDuration,
  type JsonObject,
  nameFor,
  type Pattern,
  parseDuration,
  toBigInt,
} from '../../../model/index.ts';

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

/** How long Kafka leaves a segment open by default: `segment.ms`. */
const WEEK = 7n * 86_400_000n;

/**
 * Records that are kept for this long, and little longer: only closed segments are deleted, so they close after a quarter
 * of it, at the latest after Kafka's own week.
 */
export function keptFor(keep: string): JsonObject {
  const time = milliseconds(keep);
  if (time === undefined) return { 'retention.ms': keep };
  const quarter = time / 4n;
  const segment = quarter > WEEK ? WEEK : quarter > 0n ? quarter : 1n;
  return { 'retention.ms': keep, 'segment.ms': durationText(segment) };
}

export function longer(one: string, other: string): string {
  return (milliseconds(one) ?? 0n) < (milliseconds(other) ?? 0n) ? other : one;
}

export function twice(time: string): string {
  const once = milliseconds(time);
  return once === undefined ? time : durationText(2n * once);
}

/** Undefined for what is no whole number of them, which the declaration of the topic reports. */
function milliseconds(text: string): bigint | undefined {
  const parsed = parseDuration(text, 'ms');
  return 'value' in parsed ? toBigInt(parsed.value) : undefined;
}

function durationText(time: bigint): string {
  return formatDuration(Number(time), 'ms') ?? `${time}ms`;
}
