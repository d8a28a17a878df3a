import { describe, expect, it } from 'vitest';
import { kafka } from '../../../../src/brokers/kafka/index.ts';
import { aclResource } from '../../../../src/brokers/kafka/kinds/acl/spec.ts';
import { completeSides, diffResources } from '../../../../src/diff/index.ts';
import type { JsonObject, Resource, Step } from '../../../../src/model/index.ts';
import { broker, liveTopic, planYaml, stepsOf, THREE } from '../topology.ts';

const topicYaml = (body: string) => `kafka: { topics: { t: ${body} } }`;
const one = [[1, 2, 3]] as const;
const full = [
  [1, 2, 3],
  [2, 3, 1],
] as const;

/** The only step of a plan. */
function stepOf({ steps }: { steps: readonly Step[] }): Step {
  const [step, ...more] = steps;
  if (!step || more.length > 0) throw new Error(`${steps.length} steps`);
  return step;
}

const risksOf = (step: Step) => step.risks.map((risk) => `${risk.class} ${risk.code}`);
const linesOf = (step: Step) => step.fields.map(({ name, before, after }) => `${name}: ${before} → ${after}`);
const bodiesOf = (step: Step) => step.calls.map(({ op, body }) => [op, body]);

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
    expect(linesOf(step)).toEqual(['reassignment: ended, its throttle is still there → throttle removed']);
    const running = { ...left, volatile: { moves: moving({ ours: [1] }) } };
    expect(linesOf(stepOf(planYaml(topicYaml('{ partitions: 2 }'), [running])))).toEqual([
      'reassignment: under way, 1 of 2 partitions moved, 1.0 KiB of 4.0 KiB copied, waiting for broker 3, ' +
        'broker 3 is down → waited for, its throttle removed',
    ]);
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
      liveTopic('t', full, {}, { volatile: { messages: 0, moves: moving({ theirs }) } });
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

function moving(whose: { ours?: number[]; theirs?: number[] }): JsonObject {
  const far = { partitions: 2, moved: 1, bytes: 4096, copied: 1024, waitingFor: [3], down: [3] };
  return { ours: [], theirs: [], ...far, ...whose };
}

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
  ])('of %j is %s', (volatile, risk, ifEmpty) => {
    const live = liveTopic('t', full, {}, { volatile });
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
      messages === undefined ? {} : { volatile: { messages } },
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

describe('replicas', () => {
  it('are added by a reassignment that the plan shows whole', () => {
    const step = stepOf(
      planYaml(topicYaml('{ replication-factor: 3 }'), [
        liveTopic('t', [[1], [2]], {}, { volatile: { bytes: 2048 } }),
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

describe('what configs cost', () => {
  const data = {
    volatile: { messages: 10, bytes: 5000, oldest: 0, groups: [{ group: 'g', lag: 4, state: 'Stable' }] },
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
      { volatile: { messages: 0 } },
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
    expect(step.stake !== undefined).toBe(risks.some((risk) => risk.startsWith('destructive')));
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
    const volatile = {
      messages: 12_345,
      bytes: 3 * 1024 ** 3,
      oldest: Date.UTC(2026, 0, 1),
      newest: Date.UTC(2026, 0, 7, 12),
      groups: [
        { group: 'idle', lag: 0, state: 'Empty' },
        { group: 'ledger', lag: 1500, state: 'Stable' },
      ],
    };
    expect(kafka.kinds.topic?.stakeText?.(liveTopic('t', full, {}, { volatile }))).toBe(
      '12,345 messages, 3.0 GiB on disk, 6.5 days of log since 2026-01-01T00:00Z, ' +
        'group ledger lags 1,500 messages (stable), group idle is not behind (empty)',
    );
    expect(kafka.kinds.topic?.stakeText?.(liveTopic('t', full))).toBe(
      'an unknown number of messages, size unknown, consumer groups unknown',
    );
  });
});

describe('ACLs', () => {
  const acl = {
    'resource-type': 'topic',
    name: 'orders',
    pattern: 'prefixed',
    principal: 'User:app',
    host: '10.0.0.1',
    operation: 'write',
    permission: 'allow',
  } as const;

  it('say in words what they allow, and are created and deleted', () => {
    const resource = aclResource('kafka', acl);
    expect(kafka.kinds.acl?.title(resource)).toEqual({
      title: 'acl User:app',
      detail: 'allow write on topics that start with orders from 10.0.0.1',
    });
    const context = completeSides({ broker: broker() }, [resource], [], kafka.kinds);
    const calls = (action: 'create' | 'delete') =>
      kafka.kinds.acl?.calls(
        action === 'create' ? { action, after: resource } : { action, before: resource },
        context,
        { destructive: false },
      );
    expect(calls('create')).toEqual([{ op: 'acl.create', target: resource.address, body: acl }]);
    expect(calls('delete')).toEqual([{ op: 'acl.delete', target: resource.address, body: acl }]);
  });

  it('are one resource for each shorthand’s operation', () => {
    const { steps, inSync } = planYaml(
      'kafka: { acls: { User:app: { produces: [orders], consumes: [orders] } } }',
      [aclResource('kafka', { ...acl, pattern: 'literal', host: '*', operation: 'read' })],
    );
    expect(steps.map(({ detail }) => detail)).toEqual([
      'allow describe on topic orders',
      'allow write on topic orders',
    ]);
    expect(inSync).toBe(1);
  });
});

describe('quotas', () => {
  const live = {
    address: 'kafka/quota/user/app',
    spec: { entity: { user: 'app' }, producer_byte_rate: 2_000_000, consumer_byte_rate: 5 },
    needs: [],
  };

  it('change one by one, and null removes', () => {
    const yaml =
      'kafka: { quotas: [{ user: app, producer_byte_rate: 1MB, consumer_byte_rate: null, request_percentage: 50 }] }';
    const step = stepOf(planYaml(yaml, [live]));
    expect(linesOf(step)).toEqual([
      'consumer_byte_rate: 5/s → undefined',
      'producer_byte_rate: 2MB/s → 1MB/s',
      'request_percentage: undefined → 50',
    ]);
    expect(bodiesOf(step)).toEqual([
      [
        'quota.alter',
        {
          entity: { user: 'app' },
          set: { producer_byte_rate: 1_000_000, request_percentage: 50 },
          unset: ['consumer_byte_rate'],
        },
      ],
    ]);
    expect(risksOf(step)).toEqual(['disruptive quota-lowered']);
  });

  it('leave undeclared limits alone, and keep defaults apart from names', () => {
    expect(planYaml('kafka: { quotas: [{ user: app, producer_byte_rate: 2MB }] }', [live]).changes).toEqual(
      [],
    );
    const { steps } = planYaml(
      'kafka: { quotas: [{ user: null, producer_byte_rate: 2MB }, { user: "null", producer_byte_rate: 2MB }] }',
      [],
    );
    expect(steps.map(({ address }) => address)).toEqual([
      'kafka/quota/default-user',
      'kafka/quota/user/null',
    ]);
  });
});

describe('users', () => {
  const password = { $secret: '${APP}' };

  it('are sent a credential for each mechanism that changes', () => {
    const yaml = 'kafka: { users: { app: { scram-sha-256: null, scram-sha-512: { password: "${APP}" } } } }';
    const live = {
      address: 'kafka/user/app',
      spec: {
        'scram-sha-256': { iterations: 4096, password },
        'scram-sha-512': { iterations: 8192, password },
      },
      needs: [],
    };
    const step = stepOf(planYaml(yaml, [live]));
    expect(bodiesOf(step)).toEqual([['user.remove', { name: 'app', mechanism: 'scram-sha-256' }]]);
    expect(bodiesOf(stepOf(planYaml(yaml, [])))).toEqual([
      ['user.upsert', { name: 'app', mechanism: 'scram-sha-512', iterations: 4096, password }],
    ]);
    const { spec } = { spec: { 'scram-sha-512': { iterations: 8192, password: { $secret: '(hidden)' } } } };
    const changed = stepOf(planYaml(yaml, [{ ...live, spec }]));
    expect(linesOf(changed)).toEqual(['scram-sha-512 password: (secret) → (secret)']);
    expect(changed.calls).toMatchObject([{ op: 'user.upsert', body: { iterations: 8192 } }]);
  });
});
