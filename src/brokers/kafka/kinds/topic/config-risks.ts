import { type Context, destructive, disruptive, type Json, type Risk } from '../../../../model/index.ts';
import { defaultOf } from '../../facts.ts';
import { limitOf, topicValues } from '../../fields/config-values.ts';
import {
  type ConfigRisk,
  Effective,
  REPLICATION_RISKS,
  rowRisks,
  shorterTombstones,
  smallerMessages,
} from '../configs/risks.ts';
import type { Update } from '../kind.ts';
import { isEmpty, metricsOf } from './metrics.ts';

/** Risks of changed configs. */
export function configRisks(change: Update, context: Context): Risk[] {
  const values = new TopicValues(change, context);
  return [
    ...retentionRisks(change, values),
    ...policyRisks(change, values),
    ...rowRisks(RISKS, values),
    ...(values.policies('after').includes('compact') ? rowRisks(OF_COMPACTED, values) : []),
  ];
}

/** Risks that follow from one config alone. */
const RISKS: readonly ConfigRisk[] = [
  smallerMessages('max.message.bytes'),
  ...REPLICATION_RISKS,
  {
    configs: ['message.timestamp.type'],
    when: 'changed',
    risk: (type) => {
      const whose = type === 'LogAppendTime' ? 'those of their arrival' : 'the producer’s';
      return disruptive('timestamps', `timestamps of new records are ${whose}; retention goes by them`);
    },
  },
  {
    configs: ['remote.storage.enable'],
    when: false,
    risk: () => destructive('tiered-storage-off', 'what is only in remote storage can no longer be read'),
  },
];

/** Effective values before and after, whether set or inherited. */
class TopicValues extends Effective {
  constructor(change: Update, context: Context) {
    super(change, topicValues, (config) => defaultOf(context.broker.facts, config));
  }

  policies(side: 'before' | 'after'): readonly Json[] {
    const policy = this[side]('cleanup.policy');
    return Array.isArray(policy) ? policy : [];
  }

  number(side: 'before' | 'after', config: string): number {
    return limitOf(this[side](config)) ?? 0;
  }
}

/** Of compacted topics. */
const OF_COMPACTED: readonly ConfigRisk[] = [
  shorterTombstones('delete.retention.ms'),
  {
    configs: ['min.compaction.lag.ms', 'max.compaction.lag.ms'],
    when: 'lowered',
    risk: () =>
      disruptive('compacted-sooner', 'readers that are behind see fewer of the old records of a key'),
  },
];

function retentionRisks({ before }: Update, values: TopicValues): Risk[] {
  // If deletion begins with this change, policyRisks covers it.
  const deletes = (['before', 'after'] as const).every((side) => values.policies(side).includes('delete'));
  if (!deletes || isEmpty(before)) return [];
  const { bytes } = metricsOf(before);
  const risks: Risk[] = [];
  if (values.lowers('retention.ms')) {
    risks.push(
      destructive('retention-lowered', `deletes records that are older than ${values.shown('retention.ms')}`),
    );
  }
  // The limit is per partition, and the bytes are of all replicas of all partitions: if these fit, nothing is deleted.
  const fits = bytes !== undefined && bytes <= values.number('after', 'retention.bytes');
  if (values.lowers('retention.bytes') && !fits) {
    const limit = values.shown('retention.bytes');
    risks.push(destructive('retention-lowered', `deletes the oldest records of partitions over ${limit}`));
  }
  return risks;
}

function policyRisks({ before }: Update, values: TopicValues): Risk[] {
  if (!values.changes('cleanup.policy')) return [];
  const [old, now] = [values.policies('before'), values.policies('after')];
  const gains = (policy: string) => now.includes(policy) && !old.includes(policy);
  const loses = (policy: string) => old.includes(policy) && !now.includes(policy);
  const risks: Risk[] = [];
  if (gains('compact')) {
    const message = 'keeps only the newest record of each key, and refuses records without a key';
    risks.push(isEmpty(before) ? disruptive('compacted', message) : destructive('compacted', message));
  }
  if (gains('delete') && !isEmpty(before)) {
    const message = `deletes what is older than ${values.shown('retention.ms')}, the last record of a key too`;
    risks.push(destructive('deletion-enabled', message));
  }
  if (loses('compact')) {
    risks.push(disruptive('not-compacted', 'old records of a key stay beside the new ones'));
  }
  if (loses('delete')) {
    risks.push(disruptive('deletion-disabled', 'nothing is deleted by age or size any more'));
  }
  return risks;
}
