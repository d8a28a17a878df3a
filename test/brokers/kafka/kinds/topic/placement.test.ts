import { describe, expect, it } from 'vitest';
import {
  bodiesOf,
  broker,
  full,
  linesOf,
  liveTopic,
  planYaml,
  risksOf,
  stepOf,
  THREE,
  topicYaml,
} from '../../topology.ts';

describe('replicas', () => {
  it('are added by a reassignment that the plan shows whole', () => {
    const step = stepOf(
      planYaml(topicYaml('{ replication-factor: 3 }'), [
        liveTopic('t', [[1], [2]], {}, { metrics: { bytes: 2048 } }),
      ]),
    );
    expect(linesOf(step)).toEqual([
      'replicas of partition 0: 1 → 1, 3, 2',
      'replicas of partition 1: 2 → 2, 1, 3',
      'replication-factor: 1 → 3',
    ]);
    expect(bodiesOf(step)).toEqual([
      ['topic.reassign', { name: 't', replicas: { 0: [1, 3, 2], 1: [2, 1, 3] } }],
    ]);
    expect(step.risks).toMatchObject([
      { class: 'safe', code: 'reassignment', message: expect.stringContaining('about 4.0 KiB to copy') },
    ]);
  });

  it('are as planned once they have moved', () => {
    const { changes } = planYaml(topicYaml('{ replication-factor: 3 }'), [liveTopic('t', full)]);
    expect(changes).toEqual([]);
  });

  it('are mended where partitions differ', () => {
    const step = stepOf(planYaml(topicYaml('{ replication-factor: 2 }'), [liveTopic('t', [[1], [2, 3]])]));
    expect(bodiesOf(step)).toEqual([['topic.reassign', { name: 't', replicas: { 0: [1, 2] } }]]);
  });

  it('are fewer with a warning, and min.insync.replicas is lowered before', () => {
    const live = liveTopic('t', full, { 'min.insync.replicas': '3' });
    const lower = stepOf(
      planYaml(topicYaml('{ replication-factor: 2, configs: { min.insync.replicas: 1 } }'), [live]),
    );
    expect(risksOf(lower)).toContain('disruptive fewer-replicas');
    expect(lower.calls.map(({ op }) => op)).toEqual(['topic.configs', 'topic.reassign']);
    const raise = stepOf(
      planYaml(topicYaml('{ replication-factor: 3, configs: { min.insync.replicas: 2 } }'), [
        liveTopic('t', [[1]], { 'min.insync.replicas': '1' }),
      ]),
    );
    expect(raise.calls.map(({ op }) => op)).toEqual(['topic.reassign', 'topic.configs']);
  });

  it('of new partitions are placed in the same step where the factor changes too', () => {
    const step = stepOf(
      planYaml(topicYaml('{ partitions: 2, replication-factor: 2 }'), [liveTopic('t', [[1]])]),
    );
    expect(step.calls.map(({ op, body }) => [op, (body as { replicas?: unknown }).replicas])).toEqual([
      ['topic.reassign', { 0: [1, 2] }],
      ['topic.partitions', { 1: [3, 1] }],
    ]);
  });

  it('spread over racks only when asked, with as little movement as can be', () => {
    const racks = {
      brokers: [
        { id: 1, rack: 'a' },
        { id: 2, rack: 'a' },
        { id: 3, rack: 'b' },
      ],
    };
    const live = liveTopic('t', [
      [1, 2],
      [2, 3],
    ]);
    expect(planYaml(topicYaml('{ replication-factor: 2 }'), [live], broker(racks)).changes).toEqual([]);
    const step = stepOf(planYaml(topicYaml('{ placement: rack-aware }'), [live], broker(racks)));
    expect(bodiesOf(step)).toEqual([['topic.reassign', { name: 't', replicas: { 0: [1, 3] } }]]);
  });

  it('go exactly where the file says, with a warning when leaders move', () => {
    const live = liveTopic('t', full);
    const same = planYaml(topicYaml('{ replicas: [[1, 2, 3], [2, 3, 1]] }'), [live]);
    expect(same.changes).toEqual([]);
    const step = stepOf(planYaml(topicYaml('{ replicas: [[3, 1, 2], [2, 3, 1]] }'), [live]));
    expect(bodiesOf(step)).toEqual([['topic.reassign', { name: 't', replicas: { 0: [3, 1, 2] } }]]);
    expect(risksOf(step)).toEqual(['disruptive leaders-move', 'safe reassignment']);
  });

  it('cannot be placed on a cluster that nobody has seen', () => {
    const blind = planYaml(topicYaml('{ replication-factor: 3 }'), [liveTopic('t', [[1]])], broker({}));
    expect(risksOf(stepOf(blind))).toEqual(['refused no-placement']);
    expect(THREE.brokers).toHaveLength(3);
  });
});
