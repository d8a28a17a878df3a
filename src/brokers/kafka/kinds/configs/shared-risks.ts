import { disruptive } from '../../../../model/index.ts';
import type { ConfigRisk } from './effective.ts';

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
