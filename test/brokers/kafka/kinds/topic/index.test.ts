import { describe, expect, it } from 'vitest';
import { kafka } from '../../../../../src/brokers/kafka/index.ts';
import { completeSides, diffResources } from '../../../../../src/diff/index.ts';
import type { JsonObject, Resource } from '../../../../../src/model/index.ts';
import {
  bodiesOf,
  broker,
  full,
  linesOf,
  liveTopic,
  one,
  planYaml,
  risksOf,
  stepOf,
  stepsOf,
  topicYaml,
} from '../../topology.ts';

function moving(whose: { ours?: number[]; theirs?: number[] }): JsonObject {
  const far = { partitions: 2, moved: 1, bytes: 4096, copied: 1024, waitingFor: [3], down: [3] };
  return { ours: [], theirs: [], ...far, ...whose };
}

describe('comparing topics', () => {
  it('sees no change where values are equal, however they are written and wherever they come from', () => {
    const live = liveTopic(
      't',
      full,
      {
        'retention.ms': '604800000',
        'cleanup.policy': 'delete,compact',
        'min.cleanable.dirty.ratio': '0.001',
        'segment.bytes': '1073741824',
      },
      { sources: { 'segment.bytes': { origin: 'default' } } },
    );
    const { changes, inSync } = planYaml(
      topicYaml(`{
        partitions: 2, replication-factor: 3,
        configs: { retention.ms: 7d, cleanup.policy: [compact, delete], min.cleanable.dirty.ratio: 0.001, segment.bytes: 1GiB }
      }`),
      [live],
    );
    expect(changes).toEqual([]);
    expect(inSync).toBe(1);
  });

  it('leaves alone what is not declared, and throttles always', () => {
    const live = liveTopic('t', full, {
      'retention.ms': '5',
      'leader.replication.throttled.replicas': '*',
    });
    expect(planYaml(topicYaml('{ partitions: 2 }'), [live]).changes).toEqual([]);
    const { steps } = planYaml(topicYaml('{ configs-policy: exclusive }'), [live]);
    expect(bodiesOf(stepOf({ steps }))).toEqual([
      ['topic.configs', { name: 't', set: {}, unset: ['retention.ms'] }],
    ]);
  });

  it('returns a config to what is inherited, and tells what that is', () => {
    const live = liveTopic(
      't',
      full,
      { 'retention.ms': '1000', 'flush.ms': '5' },
      {
        sources: {
          'retention.ms': { origin: 'topic', inherited: { value: '86400000', origin: 'static-broker' } },
        },
      },
    );
    const step = stepOf(planYaml(topicYaml('{ configs: { retention.ms: null, flush.ms: null } }'), [live]));
    expect(linesOf(step)).toEqual([
      'flush.ms: 5ms → as inherited',
      'retention.ms: 1s → 1d (from server.properties)',
    ]);
    expect(bodiesOf(step)).toEqual([
      ['topic.configs', { name: 't', set: {}, unset: ['flush.ms', 'retention.ms'] }],
    ]);
    expect(risksOf(step)).toEqual([]);
  });

  it('tells an override from what is inherited, and how it is reset', () => {
    const live = liveTopic(
      't',
      [[1]],
      { 'retention.ms': '86400000', 'segment.ms': '604800000' },
      { sources: { 'segment.ms': { origin: 'dynamic-default-broker' } } },
    );
    expect(kafka.kinds.topic?.isInherited?.(live, 'configs.retention.ms')).toBe(false);
    expect(kafka.kinds.topic?.isInherited?.(live, 'configs.segment.ms')).toBe(true);
    expect(kafka.kinds.topic?.isInherited?.(live, 'partitions')).toBe(false);
    expect(kafka.kinds.topic?.resetText?.(['configs.a', 'configs.b', 'partitions'])).toBe(
      'configs: { a: null, b: null }',
    );
    expect(kafka.kinds.topic?.resetText?.(['partitions'])).toBeUndefined();
  });

  it('deletes what nobody declares whatever the cluster’s defaults are by then', () => {
    const at = (segments: string) =>
      liveTopic(
        't',
        [[1]],
        { 'retention.ms': '1000', 'segment.ms': segments },
        {
          sources: {
            'retention.ms': {
              origin: 'topic',
              inherited: { value: segments, origin: 'dynamic-default-broker' },
            },
            'segment.ms': { origin: 'dynamic-default-broker' },
          },
        },
      );
    const completed = (live: Resource) => {
      const context = completeSides({ broker: broker() }, [], [live], kafka.kinds);
      return context.live.get(live.address)?.spec;
    };
    expect(completed(at('5000'))).toEqual(completed(at('6000')));
    expect(completed(at('5000'))).toMatchObject({ 'configs.retention.ms': 1000 });
  });

  it('has nothing to return where the value is inherited already', () => {
    const live = liveTopic(
      't',
      full,
      { 'retention.ms': '1000' },
      {
        sources: { 'retention.ms': { origin: 'dynamic-default-broker' } },
      },
    );
    expect(planYaml(topicYaml('{ configs: { retention.ms: null } }'), [live]).changes).toEqual([]);
  });

  it('shows where a value came from that is to be overridden', () => {
    const live = liveTopic(
      't',
      full,
      { 'segment.ms': '604800000' },
      {
        sources: { 'segment.ms': { origin: 'default' } },
      },
    );
    const step = stepOf(planYaml(topicYaml('{ configs: { segment.ms: 1h } }'), [live]));
    expect(linesOf(step)).toEqual(['segment.ms: 7d (default) → 1h']);
    expect(bodiesOf(step)).toEqual([
      ['topic.configs', { name: 't', set: { 'segment.ms': '3600000' }, unset: [] }],
    ]);
  });

  it('sees a cut off reassignment to its end', () => {
    const left = liveTopic('t', full, {}, { spec: { throttle: 'ours' } });
    const step = stepOf(planYaml(topicYaml('{ partitions: 2 }'), [left]));
    expect(bodiesOf(step)).toEqual([['topic.settle', { name: 't' }]]);
    expect(linesOf(step)).toEqual(['reassignment: completed; its throttle is still set → throttle removed']);
    const running = { ...left, metrics: { moves: moving({ ours: [1] }) } };
    expect(linesOf(stepOf(planYaml(topicYaml('{ partitions: 2 }'), [running])))).toEqual([
      'reassignment: under way, 1 of 2 partitions moved, 1.0 KiB of 4.0 KiB copied, waiting for broker 3, ' +
        'broker 3 is down → waited for, its throttle removed',
    ]);
    // As an apply compares: the side that the plan completed, with its `throttle: null`, is not there yet.
    const after = 'after' in step.change ? [step.change.after] : [];
    const again = completeSides({ broker: broker() }, after, [left], kafka.kinds);
    expect(again.live.get(left.address)?.spec.throttle).toBe('ours');
    const { context } = planYaml(topicYaml('{}'), [left]);
    const { steps } = stepsOf([{ action: 'delete', before: left }], context);
    expect(steps[0]?.calls.map(({ op }) => op)).toEqual(['topic.delete', 'topic.settle']);
  });

  it('asks for no more brokers than what it places', () => {
    const live = liveTopic(
      't',
      [
        [1, 4],
        [2, 3],
      ],
      { 'retention.ms': '1000' },
    );
    const refusals = (body: string) =>
      stepOf(planYaml(topicYaml(body), [live])).risks.filter((risk) => risk.class === 'refused');
    expect(refusals('{ replicas: [[1, 4], [2, 3]], configs: { retention.ms: 2s } }')).toEqual([]);
    expect(refusals('{ replicas: [[1, 4], [3, 2]] }')).toEqual([]);
    expect(refusals('{ replicas: [[4, 1], [2, 3]] }')).toMatchObject([{ code: 'unknown-broker' }]);
    expect(refusals('{ replicas: [[1, 4], [2, 3], [4, 1]] }')).toMatchObject([{ code: 'unknown-broker' }]);
  });

  it('queues nothing behind what somebody else moves', () => {
    const live = (theirs: number[]) =>
      liveTopic('t', full, {}, { metrics: { messages: 0, moves: moving({ theirs }) } });
    const refusals = (body: string, theirs: number[]) =>
      stepOf(planYaml(topicYaml(body), [live(theirs)])).risks.filter((risk) => risk.class === 'refused');
    expect(refusals('{ replicas: [[1, 2, 3], [3, 2, 1]] }', [1])).toMatchObject([
      {
        code: 'moved-by-others',
        message: expect.stringContaining('somebody else is moving its partitions: 1 of 2 partitions moved'),
        hint: expect.stringContaining("--exclude 'kafka/topic/t'"),
      },
    ]);
    expect(refusals('{ partitions: 3 }', [1])).toHaveLength(1);
    expect(refusals('{ replicas: [[1, 2, 3], [3, 2, 1]] }', [0])).toEqual([]);
    expect(refusals('{ configs: { retention.ms: 1h } }', [1])).toEqual([]);
  });
});

describe('creating and deleting topics', () => {
  it('says only what is declared', () => {
    expect(
      bodiesOf(stepOf(planYaml(topicYaml('{ configs: { retention.ms: 1d, segment.ms: null } }'), []))),
    ).toEqual([
      [
        'topic.create',
        { name: 't', partitions: -1, replicationFactor: -1, configs: { 'retention.ms': '86400000' } },
      ],
    ]);
  });

  it('places replicas where the file says', () => {
    expect(bodiesOf(stepOf(planYaml(topicYaml('{ replicas: [[3, 1], [1, 2]] }'), [])))).toEqual([
      [
        'topic.create',
        { name: 't', partitions: 2, replicationFactor: 2, replicas: { 0: [3, 1], 1: [1, 2] }, configs: {} },
      ],
    ]);
  });

  it.each([
    ['{ replication-factor: 4 }', 'refused too-few-brokers'],
    ['{ replicas: [[1, 9]] }', 'refused unknown-broker'],
  ])('refuses %s on three brokers', (body, risk) => {
    expect(risksOf(stepOf(planYaml(topicYaml(body), [])))).toEqual([risk]);
  });

  it.each([
    [{ messages: 0 }, 'disruptive topic-deleted', true],
    [{ messages: 3 }, 'destructive topic-deleted', true],
    [{}, 'destructive topic-deleted', true],
  ])('of %j is %s', (metrics, risk, ifEmpty) => {
    const live = liveTopic('t', full, {}, { metrics });
    const context = completeSides({ broker: broker() }, [], [live], kafka.kinds);
    const { changes } = diffResources({
      ...{ context, kinds: kafka.kinds, retired: ['kafka/topic/t'], owns: [], prune: false },
    });
    const step = stepOf(stepsOf(changes, context));
    expect(risksOf(step)).toEqual([risk]);
    expect(bodiesOf(step)).toEqual([['topic.delete', { name: 't', ifEmpty }]]);
    expect(stepOf(stepsOf(changes, context, true)).calls[0]?.body).toEqual({ name: 't', ifEmpty: false });
  });

  it('never touches the broker’s own topics', () => {
    expect(kafka.kinds.topic?.systemOwned?.(liveTopic('__consumer_offsets', one))).toBeTruthy();
    expect(
      kafka.kinds.topic?.systemOwned?.(liveTopic('x', one, {}, { spec: { internal: true } })),
    ).toBeTruthy();
    expect(kafka.kinds.topic?.systemOwned?.(liveTopic('_schemas', one))).toBeUndefined();
  });
});

describe('partitions', () => {
  const live = (policy: string, messages?: number) =>
    liveTopic(
      't',
      one,
      { 'cleanup.policy': policy },
      messages === undefined ? {} : { metrics: { messages } },
    );

  it.each([
    ['delete', 5, ['disruptive keys-move']],
    ['compact', 5, ['disruptive keys-move']],
    ['compact', undefined, ['disruptive keys-move']],
    ['compact', 0, []],
  ])('grow in a topic with cleanup.policy %s and %s messages', (policy, messages, risks) => {
    const step = stepOf(planYaml(topicYaml('{ partitions: 4 }'), [live(policy, messages)]));
    expect(risksOf(step)).toEqual(risks);
    expect(bodiesOf(step)).toEqual([['topic.partitions', { name: 't', count: 4 }]]);
  });

  it('say for sure what becomes of the keys of a compacted topic', () => {
    const messageOf = (policy: string) =>
      stepOf(planYaml(topicYaml('{ partitions: 4 }'), [live(policy)])).risks[0]?.message;
    expect(messageOf('compact')).toContain('never compacted away');
    expect(messageOf('delete')).toContain('with keys');
  });

  it('cannot become fewer', () => {
    const step = stepOf(planYaml(topicYaml('{ partitions: 1 }'), [liveTopic('t', full)]));
    expect(risksOf(step)).toEqual(['refused fewer-partitions']);
  });
});
