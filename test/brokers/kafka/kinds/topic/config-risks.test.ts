import { describe, expect, it } from 'vitest';
import { kafka } from '../../../../../src/brokers/kafka/index.ts';
import { full, liveTopic, planYaml, risksOf, stepOf, topicYaml } from '../../topology.ts';

describe('what configs cost', () => {
  const data = {
    metrics: { messages: 10, bytes: 5000, oldest: 0, groups: [{ group: 'g', lag: 4, state: 'Stable' }] },
  };
  const cases: readonly (readonly [string, Record<string, string>, string, object, string[]])[] = [
    [
      'retention lowered',
      { 'retention.ms': '604800000' },
      'retention.ms: 1d',
      data,
      ['destructive retention-lowered'],
    ],
    [
      'retention from none',
      { 'retention.ms': '-1' },
      'retention.ms: 1d',
      data,
      ['destructive retention-lowered'],
    ],
    ['retention raised', { 'retention.ms': '1000' }, 'retention.ms: -1', data, []],
    [
      'retention lowered, empty',
      { 'retention.ms': '5000' },
      'retention.ms: 1s',
      { metrics: { messages: 0 } },
      [],
    ],
    [
      'retention lowered, unknown',
      { 'retention.ms': '5000' },
      'retention.ms: 1s',
      {},
      ['destructive retention-lowered'],
    ],
    [
      'retention of a compacted topic',
      { 'retention.ms': '5000', 'cleanup.policy': 'compact' },
      'retention.ms: 1s',
      data,
      [],
    ],
    ['a size that all fits into', { 'retention.bytes': '-1' }, 'retention.bytes: 5000', data, []],
    [
      'a size that it may not fit into',
      { 'retention.bytes': '-1' },
      'retention.bytes: 4999',
      data,
      ['destructive retention-lowered'],
    ],
    [
      'delete → compact',
      { 'cleanup.policy': 'delete' },
      'cleanup.policy: compact',
      data,
      ['destructive compacted', 'disruptive deletion-disabled'],
    ],
    [
      'compact → delete',
      { 'cleanup.policy': 'compact' },
      'cleanup.policy: delete',
      data,
      ['destructive deletion-enabled', 'disruptive not-compacted'],
    ],
    [
      'delete → both',
      { 'cleanup.policy': 'delete' },
      'cleanup.policy: [compact, delete]',
      data,
      ['destructive compacted'],
    ],
    [
      'compact → both, with less retention',
      { 'cleanup.policy': 'compact', 'retention.ms': '5000' },
      'cleanup.policy: [compact, delete], retention.ms: 1s',
      data,
      ['destructive deletion-enabled'],
    ],
    [
      'smaller messages',
      { 'max.message.bytes': '2000000' },
      'max.message.bytes: 1MB',
      data,
      ['disruptive messages-smaller'],
    ],
    [
      'fewer in sync',
      { 'min.insync.replicas': '2' },
      'min.insync.replicas: 1',
      data,
      ['disruptive insync-lowered'],
    ],
    [
      'more in sync',
      { 'min.insync.replicas': '1' },
      'min.insync.replicas: 2',
      data,
      ['disruptive insync-raised'],
    ],
    [
      'shorter tombstones',
      { 'delete.retention.ms': '86400000', 'cleanup.policy': 'compact' },
      'delete.retention.ms: 1h',
      data,
      ['disruptive tombstones-shorter'],
    ],
    [
      'unclean election',
      { 'unclean.leader.election.enable': 'false' },
      'unclean.leader.election.enable: true',
      data,
      ['disruptive unclean-election'],
    ],
    [
      'no more tiered storage',
      { 'remote.storage.enable': 'true' },
      'remote.storage.enable: false',
      data,
      ['destructive tiered-storage-off'],
    ],
    ['a harmless one', { 'compression.type': 'producer' }, 'compression.type: zstd', data, []],
  ];

  it.each(cases)('%s', (_name, before, yaml, more, risks) => {
    const step = stepOf(
      planYaml(topicYaml(`{ configs: { ${yaml} } }`), [liveTopic('t', full, before, more)]),
    );
    expect(risksOf(step)).toEqual(risks);
    expect(step.affected !== undefined).toBe(risks.some((risk) => risk.startsWith('destructive')));
  });

  it('counts what is inherited where an override is taken away', () => {
    const live = liveTopic(
      't',
      full,
      { 'retention.ms': '864000000' },
      {
        ...data,
        sources: {
          'retention.ms': { origin: 'topic', inherited: { value: '604800000', origin: 'default' } },
        },
      },
    );
    const step = stepOf(planYaml(topicYaml('{ configs: { retention.ms: null } }'), [live]));
    expect(step.risks).toMatchObject([
      { class: 'destructive', message: 'deletes records that are older than 7d' },
    ]);
  });

  it('tells bytes, messages, the span of the log, groups and their lag', () => {
    const metrics = {
      messages: 12_345,
      bytes: 3 * 1024 ** 3,
      oldest: Date.UTC(2026, 0, 1),
      newest: Date.UTC(2026, 0, 7, 12),
      groups: [
        { group: 'idle', lag: 0, state: 'Empty' },
        { group: 'ledger', lag: 1500, state: 'Stable' },
      ],
    };
    expect(kafka.kinds.topic?.affectedText?.(liveTopic('t', full, {}, { metrics }))).toBe(
      '12,345 messages, 3.0 GiB on disk, 6.5 days of log since 2026-01-01T00:00Z, ' +
        'group ledger lags 1,500 messages (stable), group idle is not behind (empty)',
    );
    expect(kafka.kinds.topic?.affectedText?.(liveTopic('t', full))).toBe(
      'an unknown number of messages, size unknown, consumer groups unknown',
    );
  });
});
