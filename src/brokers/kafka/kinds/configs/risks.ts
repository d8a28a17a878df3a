import { disruptive, type Json, type Risk } from '../../../../model/index.ts';
import { type ConfigValues, limitOf } from '../../fields/config-values.ts';
import type { Update } from '../kind.ts';
import { CONFIG_PREFIX, sourcesIn } from './spec.ts';

export interface ConfigRisk {
  /** One risk, whichever of them changes. */
  readonly configs: readonly string[];
  /** The change that is a risk: of a number, any, or to this value. No limit is the largest number. */
  readonly when: 'lowered' | 'raised' | 'changed' | boolean;
  /** @param value the new value of the first config that changes so, as text */
  readonly risk: (value: string) => Risk;
}

/** Risks that follow from one config alone. */
export function rowRisks(rows: readonly ConfigRisk[], values: Effective): Risk[] {
  return rows.flatMap(({ configs, when, risk }) => {
    const found = configs.find((config) => {
      if (when === 'lowered') return values.lowers(config);
      if (when === 'raised') return values.raises(config);
      return values.changes(config) && (when === 'changed' || values.after(config) === when);
    });
    return found === undefined ? [] : [risk(values.shown(found))];
  });
}

/** The value of a config that nothing sets. */
export type Usual = (config: string) => Json | undefined;

/** Effective values of the configs of a resource before and after a change, whether set or inherited. */
export class Effective {
  readonly #change: Update;
  readonly #values: ConfigValues;
  readonly #defaultOf: Usual;

  constructor(change: Update, values: ConfigValues, defaultOf: Usual) {
    this.#change = change;
    this.#values = values;
    this.#defaultOf = defaultOf;
  }

  changes(config: string): boolean {
    return this.#change.fields.some(({ path }) => path[0] === CONFIG_PREFIX + config);
  }

  before(config: string): Json | undefined {
    return this.#change.before.spec[CONFIG_PREFIX + config] ?? this.#inherited(config);
  }

  after(config: string): Json | undefined {
    const declared = this.#change.after.spec[CONFIG_PREFIX + config];
    if (declared === undefined || !this.changes(config)) return this.before(config);
    return declared ?? this.#inherited(config);
  }

  /** True where a number becomes smaller; no limit is the largest. */
  lowers(config: string): boolean {
    return this.changes(config) && compare(this.after(config), this.before(config)) < 0;
  }

  raises(config: string): boolean {
    return this.changes(config) && compare(this.after(config), this.before(config)) > 0;
  }

  shown(config: string): string {
    return this.#values.format(config, this.after(config) ?? null);
  }

  #inherited(config: string): Json | undefined {
    const inherited = sourcesIn(this.#change.before)[config]?.inherited?.value;
    return inherited === undefined || inherited === null
      ? this.#defaultOf(config)
      : this.#values.normalize(config, inherited);
  }
}

function compare(a: Json | undefined, b: Json | undefined): number {
  const [left, right] = [limitOf(a), limitOf(b)];
  if (left === undefined || right === undefined || left === right) return 0;
  return left < right ? -1 : 1;
}

/*
 * Risks of configs that a topic has, and that brokers have for all topics which do not set them: some of them under
 * another name.
 */

export const REPLICATION_RISKS: readonly ConfigRisk[] = [
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
];

export function smallerMessages(config: string): ConfigRisk {
  return {
    configs: [config],
    when: 'lowered',
    risk: (size) => disruptive('messages-smaller', `producers whose batches are over ${size} are refused`),
  };
}

export function shorterTombstones(config: string): ConfigRisk {
  return {
    configs: [config],
    when: 'lowered',
    risk: (time) =>
      disruptive('tombstones-shorter', `readers that need longer than ${time} may miss deletions`),
  };
}
