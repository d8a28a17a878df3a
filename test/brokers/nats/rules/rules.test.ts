import { describe, expect, it } from 'vitest';
import { rules } from '../../../../src/brokers/nats/rules/index.ts';
import { checkSection } from '../project.ts';

/** The findings of one rule, with line and column in the file. */
function findings(code: string, section: string, version?: string): string[] {
  return checkSection(section, version)
    .diagnostics.filter((diagnostic) => diagnostic.code === `nats/${code}`)
    .map(({ at, message }) => `${at?.line}:${at?.col} ${message}`);
}

/** Examples that are about one release. */
const VERSIONS: Record<string, string> = { 'nats/unsupported-field': '2.9.10' };

describe.each(rules.map((rule) => [rule.code, rule] as const))('%s explains itself', (code, rule) => {
  const [bad = '', good = ''] = [...rule.explain.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]);

  it('with a bad example that has the finding', () => {
    expect(checkSection(bad, VERSIONS[code]).codes).toContain(code);
  });

  it('and a good one that has it not, nor any error', () => {
    const { codes, diagnostics } = checkSection(good, VERSIONS[code]);
    expect(codes).not.toContain(code);
    expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  });
});

describe('overlapping-subjects', () => {
  it('points at the subjects of the later stream', () => {
    expect(
      findings('overlapping-subjects', 'streams:\n  A: { subjects: [a.>] }\n  B:\n    subjects: [b, a.x]\n'),
    ).toEqual(['5:7 stream "B" has subject a.x, which overlaps a.> of stream "A"']);
  });

  it('sees a stream that overlaps itself, and the default subject', () => {
    expect(findings('overlapping-subjects', 'streams: { A: { subjects: [a.*, a.b] } }')).toHaveLength(1);
    expect(findings('overlapping-subjects', 'streams: { A: {}, B: { subjects: [A] } }')).toHaveLength(1);
    expect(
      findings('overlapping-subjects', 'streams: { A: { subjects: [a.*] }, B: { subjects: [a.*.*] } }'),
    ).toEqual([]);
  });

  it('sees a stream that takes the keys of a bucket', () => {
    const section = 'streams: { A: { subjects: ["$KV.users.x"] } }\nkey-value: { users: {} }';
    expect(findings('overlapping-subjects', section)).toHaveLength(1);
  });
});

describe('filter-outside-stream', () => {
  const section = (subjects: string, filter: string, more = '') =>
    `streams: { A: { subjects: [${subjects}], ${more} consumers: { c: { filter_subject: "${filter}" } } } }`;

  it.each([
    ['a.>', 'b.x', '2.15.1', 1],
    ['a.>', 'a.x', '2.15.1', 0],
    ['a.>', '*.x', '2.15.1', 0],
    ['a.>', '*.x', '2.9.10', 1],
    ['a.>', '>', '2.9.10', 0],
    ['a.b', 'a.*', '2.10.27', 0],
  ])('subjects %s, filter %s, on %s', (subjects, filter, version, count) => {
    expect(findings('filter-outside-stream', section(subjects, filter), version)).toHaveLength(count);
  });

  it('follows a mirror to its origin, and trusts what it cannot follow', () => {
    const mirror = (filter: string, more = '') =>
      `streams: { A: { subjects: [a.>] }, M: { mirror: { name: A ${more} }, consumers: { c: { filter_subject: ${filter} } } } }`;
    expect(findings('filter-outside-stream', mirror('b'))).toHaveLength(1);
    expect(findings('filter-outside-stream', mirror('a.b'))).toEqual([]);
    expect(findings('filter-outside-stream', mirror('b', ', external: { api: $JS.hub.API }'))).toEqual([]);
    expect(
      findings('filter-outside-stream', section('a', 'z', 'subject_transform: { src: a, dest: z },')),
    ).toEqual([]);
    const circle =
      'streams: { A: { mirror: { name: B } }, B: { mirror: { name: A }, consumers: { c: { filter_subject: x } } } }';
    expect(findings('filter-outside-stream', circle)).toEqual([]);
  });
});

describe('workqueue-consumers', () => {
  const queue = (...consumers: string[]) =>
    `streams:\n  Q:\n    retention: workqueue\n    consumers:\n${consumers.map((one) => `      ${one}\n`).join('')}`;

  it.each([
    [['a: {}'], 0],
    [['a: {}', 'b: {}'], 1],
    [['a: { filter_subject: Q }', 'b: {}'], 1],
    [['a: { filter_subject: x.* }', 'b: { filter_subject: "*.y" }'], 1],
    [['a: { filter_subject: x.a }', 'b: { filter_subject: x.b }'], 0],
    [['a: { ack_policy: all }'], 1],
    [['a: { deliver_policy: new }'], 1],
  ] as [string[], number][])('%j', (consumers, count) => {
    expect(findings('workqueue-consumers', queue(...consumers))).toHaveLength(count);
  });

  it('a copy of a work queue is one more consumer, before 2.14', () => {
    const copied = (body: string) => `${queue('a: { filter_subject: Q }')}  COPY: ${body}\n`;
    expect(findings('workqueue-consumers', copied('{ mirror: { name: Q } }'), '2.10.27')).toEqual([
      '7:13 stream "COPY" copies from work queue stream "Q" through a consumer that overlaps consumer "a"',
    ]);
    const other = copied('{ sources: [{ name: Q, filter_subject: other }] }');
    expect(findings('workqueue-consumers', other, '2.10.27')).toEqual([]);
    expect(findings('workqueue-consumers', copied('{ mirror: { name: Q } }'), '2.15.1')).toEqual([]);
  });

  it('points at the filter of the later consumer', () => {
    expect(findings('workqueue-consumers', queue('a: {}', 'b: { filter_subject: Q }'))).toEqual([
      '7:14 consumers "b" and "a" overlap on Q of work queue stream "Q"',
    ]);
  });
});

describe('illegal-name', () => {
  it.each([
    ['streams: { "a.b": {} }', 1],
    ['streams: { "a b": {} }', 1],
    ['streams: { "a/b": {} }', 1],
    ['streams: { "a\\u0007b": {} }', 1],
    ['streams: { Ünï: {} }', 0],
    [`streams: { ${'x'.repeat(256)}: {} }`, 1],
    ['streams: { A: { consumers: { "c.*": {} } } }', 1],
    ['key-value: { "a.b": {} }', 1],
    ['key-value: { ü: {} }', 1],
    ['object-store: { a-b_c: {} }', 0],
  ])('%s', (section, count) => {
    expect(findings('illegal-name', section)).toHaveLength(count);
  });
});

describe('illegal-subject', () => {
  it.each([
    ['subjects: [a..b]', 1],
    ['subjects: ["a b"]', 1],
    ['subjects: [">.a"]', 1],
    ['subjects: [">"]', 1],
    ['subjects: [">"], no_ack: true', 0],
    ['subjects: ["$JS.API.>"]', 1],
    ['subjects: ["$JS.EVENT.ADVISORY.>"]', 0],
    ['subjects: ["$SYS.>"]', 1],
    ['subjects: ["$SYS.ACCOUNT.>"]', 0],
    ['subjects: [a], republish: { dest: a }', 1],
    ['subjects: [a], republish: { dest: b }', 0],
    ['subjects: [a], consumers: { c: { filter_subject: "a." } }', 1],
    ['subjects: [a], consumers: { c: { deliver_subject: "d.*" } }', 1],
  ])('%s', (body, count) => {
    expect(findings('illegal-subject', `streams: { A: { ${body} } }`)).toHaveLength(count);
  });
});

describe('unlimited-stream', () => {
  it.each([
    ['streams: { A: {} }', 1],
    ['streams: { A: { retention: workqueue } }', 1],
    ['streams: { A: { max_age: 1d } }', 0],
    ['streams: { A: { max_msgs: 0 } }', 1],
    ['streams: { A: { max_msgs_per_subject: 1 } }', 0],
    ['key-value: { a: {} }', 0],
    ['object-store: { a: {} }', 1],
  ])('%s', (section, count) => {
    expect(findings('unlimited-stream', section)).toHaveLength(count);
  });
});

describe('other rules', () => {
  it('too-many-replicas: a consumer, against its stream', () => {
    const section = (retention: string, replicas: number) =>
      `streams: { A: { num_replicas: 3, retention: ${retention}, consumers: { c: { num_replicas: ${replicas} } } } }`;
    expect(findings('too-many-replicas', section('limits', 1))).toEqual([]);
    expect(findings('too-many-replicas', section('limits', 5))).toHaveLength(1);
    expect(findings('too-many-replicas', section('workqueue', 1))).toHaveLength(1);
    expect(findings('too-many-replicas', section('workqueue', 0))).toEqual([]);
  });

  it('duplicate-window-over-age: points at the window', () => {
    expect(
      findings('duplicate-window-over-age', 'streams:\n  A:\n    max_age: 1m\n    duplicate_window: 5m'),
    ).toEqual(['5:7 stream "A" has max_age 1m and a longer duplicate_window 5m']);
    expect(findings('duplicate-window-over-age', 'streams: { A: { max_age: 1m } }')).toEqual([]);
  });

  it('unwatched-max-deliver: content with a stream for this consumer', () => {
    const section = (advisory: string) =>
      `streams: { A: { consumers: { c: { max_deliver: 5 } } }, ADV: { subjects: ["$JS.EVENT.ADVISORY.CONSUMER.${advisory}"] } }`;
    expect(findings('unwatched-max-deliver', section('MAX_DELIVERIES.A.c'))).toEqual([]);
    expect(findings('unwatched-max-deliver', section('MAX_DELIVERIES.A.other'))).toHaveLength(1);
    expect(findings('unwatched-max-deliver', section('*.A.>'))).toEqual([]);
  });

  it('one-way-flag: what was written, not what follows from it', () => {
    expect(findings('one-way-flag', 'streams:\n  A:\n    sealed: true')).toEqual([
      '4:7 sealed of stream "A" cannot be turned off again: the stream can no longer store or delete messages',
    ]);
    expect(findings('one-way-flag', 'key-value: { a: {} }')).toEqual([]);
  });

  it('unsupported-field: only where a version is known', () => {
    const section = 'streams:\n  A:\n    compression: s2\n    allow_batched: true';
    expect(findings('unsupported-field', section)).toEqual([]);
    expect(findings('unsupported-field', section, '2.12.0')).toEqual([
      '5:7 allow_batched requires NATS 2.14, but this server is 2.12.0',
    ]);
    expect(findings('unsupported-field', section, '2.14')).toEqual([]);
  });

  it.each([
    ['mirror: { name: X }, subjects: [a]', '2.15.1', 1],
    ['mirror: { name: X }, sources: [{ name: Y }]', '2.15.1', 1],
    ['mirror_direct: true', '2.15.1', 1],
    ['max_age: 1ms, duplicate_window: 1ms', '2.15.1', 1],
    ['allow_rollup_hdrs: true, deny_purge: true', '2.15.1', 1],
    ['discard_new_per_subject: true', '2.15.1', 1],
    ['discard: new, discard_new_per_subject: true, max_msgs_per_subject: 1', '2.15.1', 0],
    ['allow_msg_schedules: true, discard: new', '2.15.1', 1],
    ['allow_msg_counter: true, retention: interest', '2.15.1', 1],
    ['persist_mode: async, num_replicas: 3', '2.15.1', 1],
    ['sources: [{ name: X }], republish: { dest: c }', '2.9.10', 1],
    ['sources: [{ name: X }], republish: { dest: c }', '2.15.1', 0],
    ['subjects: [a.>], republish: { src: b, dest: c }', '2.9.10', 1],
    ['subjects: [a.>], republish: { src: a.b, dest: c }', '2.9.10', 0],
    ['subjects: [a.>], republish: { dest: c }', '2.9.10', 0],
    ['consumers: { c: { rate_limit_bps: 5 } }', '2.15.1', 1],
    ['consumers: { c: { deliver_subject: d, max_waiting: 5 } }', '2.15.1', 1],
    ['consumers: { c: { deliver_subject: d } }', '2.15.1', 0],
    ['consumers: { c: { deliver_subject: d, flow_control: true } }', '2.15.1', 1],
    ['consumers: { c: { backoff: [1s, 2s], max_deliver: 1 } }', '2.15.1', 1],
    ['consumers: { c: { backoff: [1s, 2s] } }', '2.15.1', 0],
    ['consumers: { c: { backoff: [1s, 2s] } }', '2.9.10', 1],
    ['consumers: { c: { backoff: [1s, 2s], max_deliver: 3 } }', '2.9.10', 0],
    ['consumers: { c: { deliver_policy: last_per_subject } }', '2.15.1', 1],
    ['consumers: { c: { filter_subjects: [a.b, a.*] } }', '2.15.1', 1],
    ['consumers: { c: { opt_start_seq: 5 } }', '2.15.1', 1],
    ['consumers: { c: { deliver_policy: by_start_time } }', '2.15.1', 1],
    ['consumers: { c: { priority_groups: [g] } }', '2.15.1', 1],
    ['consumers: { c: { ack_policy: flow_control } }', '2.15.1', 1],
    ['consumers: { c: {} }, max_consumers: 5', '2.9.10', 0],
  ])('refused-combination: %s on %s', (body, version, count) => {
    expect(findings('refused-combination', `streams: { A: { ${body} } }`, version)).toHaveLength(count);
  });
});

describe('refused-value', () => {
  const transform = (dest: string) =>
    findings(
      'refused-value',
      `streams:\n  A:\n    subjects: [a.*]\n    subject_transform: { src: a.*, dest: "${dest}" }\n`,
    );

  it.each(['z.{{wildcard(2)}}', 'z.$2', 'z.{{upper(1)}}', 'z.*', 'z..b', 'z.>', 'z.{{partition(3,4)}}'])(
    'points at the mapping to %s',
    (dest) => {
      expect(transform(dest)).toEqual([expect.stringMatching(/^5:7 subject_transform: /)]);
    },
  );

  it.each([
    'z.$1',
    'z',
    'z.{{wildcard(1)}}',
    'z.{{ Wildcard (1) }}',
    'z.{{partition(3,1)}}',
    'z.{{split(1,-)}}',
  ])('takes the mapping to %s', (dest) => {
    expect(transform(dest)).toEqual([]);
  });
});

describe('source-cycle', () => {
  it('tells a circle once, with all its streams', () => {
    const streams =
      'streams:\n  A: { sources: [{ name: C }] }\n  B: { mirror: { name: A } }\n  C: { sources: [{ name: B }, { name: D }] }\n  D: {}\n';
    expect(findings('source-cycle', streams)).toEqual(['3:10 stream "A" copies from itself: A ← C ← B ← A']);
  });
});

describe('a filter on a subject as it was before the transform', () => {
  const filtered = (filter: string, dest: string) =>
    findings(
      'filter-outside-stream',
      `streams:\n  A:\n    subjects: [a.*]\n    subject_transform: { src: a.*, dest: "${dest}" }\n    consumers:\n      c: { filter_subject: ${filter} }\n`,
    );

  it('is found, and one on what is stored is not', () => {
    expect(filtered('a.x', 'z.{{wildcard(1)}}')).toEqual([
      '7:14 consumer "c" filters on a.x, but stream "A" stores z.*',
    ]);
    expect(filtered('z.x', 'z.{{wildcard(1)}}')).toEqual([]);
    expect(filtered('a.x', 'z.{{split(1,-)}}')).toEqual([]);
  });
});
