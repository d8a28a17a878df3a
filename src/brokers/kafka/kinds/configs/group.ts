import { disruptive, membersOf } from '../../../../model/index.ts';
import { GROUP_CONFIGS, groupSchema } from '../../fields/group.ts';
import type { ConfigKind } from './kind.ts';
import { type ConfigRisk, rowRisks } from './risks.ts';

const RISKS: readonly ConfigRisk[] = [
  {
    configs: ['consumer.session.timeout.ms', 'share.session.timeout.ms', 'streams.session.timeout.ms'],
    when: 'lowered',
    risk: (time) => disruptive('session-shorter', `members that are silent for ${time} are removed`),
  },
  {
    configs: ['share.record.lock.duration.ms'],
    when: 'lowered',
    risk: (time) =>
      disruptive('lock-shorter', `records that take longer than ${time} are delivered again meanwhile`),
  },
  {
    configs: ['share.delivery.count.limit'],
    when: 'lowered',
    risk: (count) =>
      disruptive('fewer-deliveries', `the group gives up records after ${count} deliveries instead of more`),
  },
  {
    configs: ['share.auto.offset.reset'],
    when: 'changed',
    risk: (place) => disruptive('offset-reset', `if the group has read nothing yet, it begins at ${place}`),
  },
  {
    configs: ['share.isolation.level'],
    when: 'changed',
    risk: (level) =>
      disruptive(
        'isolation',
        level === 'read_committed'
          ? 'records of open and aborted transactions are no longer delivered'
          : 'records of open and aborted transactions are delivered',
      ),
  },
  {
    configs: ['share.renew.acknowledge.enable'],
    when: false,
    risk: () => disruptive('no-renewal', 'consumers that renew the lock of a record are refused'),
  },
  {
    configs: ['streams.num.standby.replicas'],
    when: 'lowered',
    risk: () => disruptive('fewer-standbys', 'fewer copies of the state: a failover may have to rebuild it'),
  },
];

/** `<broker>/group/<name>`: the configs of a group, which need not exist yet. */
export const group: ConfigKind = {
  kind: 'group',
  noun: 'group config',
  plural: 'group configs',
  op: 'group.configs',
  table: GROUP_CONFIGS,
  schema: groupSchema,
  own: 'group',
  // https://cwiki.apache.org/confluence/display/KAFKA/KIP-848
  since: '4.0',
  title: (name) => `group ${name}`,
  quoted: (name) => `group "${name}"`,
  entries: (section) => membersOf(section, 'groups'),
  written: (bodies) => ({ groups: Object.fromEntries(bodies) }),
  risks: (effective) => rowRisks(RISKS, effective),
  deleted: () => ({
    class: 'safe',
    code: 'group-reset',
    message: 'the group returns to the configs of the brokers; its offsets and members stay',
  }),
};
