import { type Context, destructive, disruptive, type Json, type Risk } from '../../../../model/index.ts';
import { defaultOf } from '../../facts.ts';
import { formatConfig, limitOf, normalizeConfig } from '../../fields/config-values.ts';
import type { Update } from '../kind.ts';
import { isEmpty, metricsOf } from './metrics.ts';
import { CONFIG_PREFIX, sourcesIn } from './spec.ts';

/** Risks of changed configs. */
export function configRisks(change: Update, context: Context): Risk[] {
  const values = new Effective(change, context);
  return [
    ...retentionRisks(change, values),
    ...policyRisks(change, values),
    ...RISKS.flatMap((row) => rowRisks(row, values)),
  ];
}

interface ConfigRisk {
  /** One risk, whichever of them changes. */
  readonly configs: readonly string[];
  /** The change that is a risk: of a number, any, or to this value. No limit is the largest number. */
  readonly when: 'lowered' | 'raised' | 'changed' | boolean;
  /** A risk of compacted topics only. */
  readonly compacted?: true;
  /** @param value the new value of the first config, as text */
  readonly risk: (value: string) => Risk;
}

/** Risks that follow from one config alone. */
const RISKS: readonly ConfigRisk[] = [
  {
    configs: ['delete.retention.ms'],
    when: 'lowered',
    compacted: true,
    risk: (time) =>
      disruptive('tombstones-shorter', `readers that need longer than ${time} may miss deletions`),
  },
  {
    configs: ['min.compaction.lag.ms', 'max.compaction.lag.ms'],
    when: 'lowered',
    compacted: true,
    risk: () =>
      disruptive('compacted-sooner', 'readers that are behind see fewer of the old records of a key'),
  },
  {
    configs: ['max.message.bytes'],
    when: 'lowered',
    risk: (size) => disruptive('messages-smaller', `producers whose batches are over ${size} are refused`),
  },
  {
    configs: ['min.insync.replicas'],
    when: 'lowered',
    risk: (count) =>
      disruptive(
        'insync-lowered',
        `a record on ${count} of the replicas counts as safe, and is lost with them`,
      ),
  },
  {
    configs: ['min.insync.replicas'],
    when: 'raised',
    risk: (count) =>
      disruptive('insync-raised', `with fewer than ${count} replicas in sync, acks=all is refused`),
  },
  {
    configs: ['unclean.leader.election.enable'],
    when: true,
    risk: () =>
      disruptive('unclean-election', 'a lagging replica may become leader; records it is missing are lost'),
  },
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

function rowRisks({ configs, when, compacted, risk }: ConfigRisk, values: Effective): Risk[] {
  if (compacted && !values.policies('after').includes('compact')) return [];
  const isRisk = (config: string) => {
    if (when === 'lowered') return values.lowers(config);
    if (when === 'raised') return values.raises(config);
    return values.changes(config) && (when === 'changed' || values.after(config) === when);
  };
  return configs.some(isRisk) ? [risk(values.shown(configs[0] ?? ''))] : [];
}

/** Effective values before and after, whether set or inherited. */
class Effective {
  readonly #change: Update;
  readonly #context: Context;

  constructor(change: Update, context: Context) {
    this.#change = change;
    this.#context = context;
  }

  changes(config: string): boolean {
    return this.#change.fields.some(({ path }) => path[0] === CONFIG_PREFIX + config);
  }

  before(config: string): Json | undefined {
    return this.#change.before.spec[CONFIG_PREFIX + config] ?? defaultOf(this.#context.broker.facts, config);
  }

  after(config: string): Json | undefined {
    const declared = this.#change.after.spec[CONFIG_PREFIX + config];
    if (declared === undefined || !this.changes(config)) return this.before(config);
    if (declared !== null) return declared;
    const inherited = sourcesIn(this.#change.before)[config]?.inherited?.value;
    return inherited === undefined || inherited === null
      ? defaultOf(this.#context.broker.facts, config)
      : normalizeConfig(config, inherited);
  }

  /** True where a number becomes smaller; no limit is the largest. */
  lowers(config: string): boolean {
    return this.changes(config) && compare(this.after(config), this.before(config)) < 0;
  }

  raises(config: string): boolean {
    return this.changes(config) && compare(this.after(config), this.before(config)) > 0;
  }

  shown(config: string): string {
    return formatConfig(config, this.after(config) ?? null);
  }

  policies(side: 'before' | 'after'): readonly Json[] {
    const policy = this[side]('cleanup.policy');
    return Array.isArray(policy) ? policy : [];
  }

  number(side: 'before' | 'after', config: string): number {
    return limitOf(this[side](config)) ?? 0;
  }
}

function compare(a: Json | undefined, b: Json | undefined): number {
  const [left, right] = [limitOf(a), limitOf(b)];
  if (left === undefined || right === undefined || left === right) return 0;
  return left < right ? -1 : 1;
}

function retentionRisks({ before }: Update, values: Effective): Risk[] {
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

function policyRisks({ before }: Update, values: Effective): Risk[] {
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
