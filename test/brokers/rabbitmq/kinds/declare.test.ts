import { describe, expect, it } from 'vitest';
import { declareFiles, declareYaml } from '../topology.ts';

describe('declaring queues', () => {
  it('reads friendly keys, units, the dead-letter group and raw arguments', () => {
    const { get, findings } = declareYaml(`
rabbitmq:
  vhost: /orders
  queues:
    notifications:
      type: quorum
      dead-letter: { exchange: dlx, routing-key: failed, strategy: at-least-once }
      message-ttl: 7d
      max-length: 100000
      max-length-bytes: 64MiB
      delivery-limit: -1
      arguments: { x-custom: { $type: short, value: 1 } }
    audit:
      arguments: { x-queue-type: stream, x-max-age: 30d }
    log: { type: stream, max-age: 7D }
    plain:
`);
    expect(findings).toEqual([]);
    expect(get('rabbitmq/queue/%2Forders/notifications')).toMatchObject({
      spec: {
        type: 'quorum',
        arguments: {
          'x-dead-letter-exchange': 'dlx',
          'x-dead-letter-routing-key': 'failed',
          'x-dead-letter-strategy': 'at-least-once',
          'x-message-ttl': 604_800_000,
          'x-max-length': 100_000,
          'x-max-length-bytes': 67_108_864,
          'x-delivery-limit': -1,
          'x-custom': { $type: 'short', value: 1 },
        },
      },
      dependsOn: ['rabbitmq/vhost/%2Forders', 'rabbitmq/exchange/%2Forders/dlx'],
      at: { line: 5, col: 5 },
      places: { type: { line: 6 }, 'arguments.x-message-ttl': { line: 8, col: 7 } },
    });
    expect(get('rabbitmq/queue/%2Forders/audit').spec).toEqual({
      type: 'stream',
      arguments: { 'x-max-age': '30D' },
    });
    expect(get('rabbitmq/queue/%2Forders/log').spec.arguments).toEqual({ 'x-max-age': '7D' });
    expect(get('rabbitmq/queue/%2Forders/plain').spec).toEqual({ arguments: {} });
  });

  it('refuses an argument that is given twice, naming both places', () => {
    const { diagnostics } = declareYaml(`
rabbitmq:
  queues:
    a:
      type: quorum
      message-ttl: 1s
      dead-letter: { exchange: x }
      arguments: { x-message-ttl: 5, x-queue-type: quorum, x-dead-letter-exchange: y }
`);
    expect(
      diagnostics.map(({ code, at, related }) => [code, at?.line, related?.[0]?.line, related?.[0]?.col]),
    ).toEqual([
      ['rabbitmq/given-twice', 6, 8, 20],
      ['rabbitmq/given-twice', 7, 8, 60],
      ['rabbitmq/given-twice', 5, 8, 38],
    ]);
  });

  it('refuses units that are none, or not whole', () => {
    const { findings } = declareYaml(`
rabbitmq:
  queues:
    a: { message-ttl: 0.5ms, max-length-bytes: 10M }
  policies:
    p: { pattern: a, definition: { expires: soon } }
`);
    expect(findings.map((finding) => finding.slice(0, 25))).toEqual([
      'rabbitmq/bad-unit 4:10 "0',
      'rabbitmq/bad-unit 4:30 "1',
      'rabbitmq/bad-unit 6:36 "s',
    ]);
  });

  it('refuses names that the broker refuses or changes', () => {
    const long = 'ä'.repeat(128);
    const { findings } = declareYaml(`
rabbitmq:
  exchanges: { amq.mine: { type: topic } }
  queues:
    amq.gen-1: {}
    "": {}
    "a\\nb": {}
    ${long}: {}
    ok: { bindings: [{ from: "" }, { from: amq.topic, key: ${long} }] }
    ..: {}
  policies:
    ..: { pattern: a, definition: { expires: 1h } }
`);
    expect(findings.map((finding) => finding.replace(/ä+/, '…').slice(0, 50))).toEqual([
      'rabbitmq/reserved-name 3:16 "amq.mine" cannot be d',
      'rabbitmq/reserved-name 5:5 "amq.gen-1" cannot be d',
      'rabbitmq/bad-name 6:5 a queue needs a name',
      'rabbitmq/bad-name 7:5 a queue cannot have a line b',
      'rabbitmq/bad-name 8:5 a name of 256 bytes is too l',
      'rabbitmq/reserved-name 9:24 the default exchange c',
      'rabbitmq/bad-name 9:55 a routing key of 256 bytes ',
      'rabbitmq/bad-name 12:5 a policy cannot be named ".',
    ]);
  });
});

describe('declaring bindings', () => {
  it('takes them below queues and exchanges and in a list, one for each key', () => {
    const { resources, findings } = declareYaml(`
rabbitmq:
  exchanges:
    archive: { type: fanout, bindings: [{ from: events, key: "#" }] }
  queues:
    q:
      bindings:
        - { from: events, keys: [a, b] }
        - { from: amq.headers, x-match: any, arguments: { n: 1 } }
        - { from: events }
  bindings:
    - { from: events, to: q, key: c }
    - { from: events, to-exchange: archive, key: d }
`);
    expect(findings).toEqual([]);
    const bindings = resources.filter(({ address }) => address.includes('/binding/'));
    expect(bindings.map(({ address }) => address.replace('rabbitmq/binding/%2F/', ''))).toEqual([
      'events/exchange/archive/%23',
      'events/queue/q/a',
      'events/queue/q/b',
      expect.stringMatching(/^amq\.headers\/queue\/q\/\/[0-9a-f]{12}$/),
      'events/queue/q/',
      'events/queue/q/c',
      'events/exchange/archive/d',
    ]);
    expect(bindings[3]).toMatchObject({
      spec: { arguments: { n: 1, 'x-match': 'any' } },
      dependsOn: ['rabbitmq/vhost/%2F', 'rabbitmq/queue/%2F/q'],
    });
  });

  it('refuses what leads nowhere, to two ends, or has both key and keys', () => {
    const { findings } = declareYaml(`
rabbitmq:
  bindings:
    - { from: events }
    - { from: events, to: a, to-exchange: b }
    - { from: events, to: a, key: x, keys: [y] }
`);
    expect(findings.map((finding) => finding.split(' ').slice(0, 2).join(' '))).toEqual([
      'rabbitmq/binding-ends 4:7',
      'rabbitmq/binding-ends 5:7',
      'rabbitmq/given-twice 6:38',
    ]);
  });
});

describe('declaring once', () => {
  it('refuses a second declaration in another file, and names the first', () => {
    const { diagnostics, resources } = declareYaml(
      'rabbitmq: { queues: { a: {} } }\n',
      'rabbitmq:\n  vhosts: { /: { queues: { a: { type: quorum } } } }\n',
    );
    expect(diagnostics).toMatchObject([
      {
        code: 'rabbitmq/declared-twice',
        at: { line: 2 },
        related: [{ line: 1 }],
        address: 'rabbitmq/queue/%2F/a',
      },
    ]);
    expect(resources.filter(({ address }) => address.includes('/queue/'))).toHaveLength(1);
  });

  it('lets several files name a vhost, as long as no field is given twice', () => {
    const good = declareYaml(
      'rabbitmq: { vhost: a, description: one }\n',
      'rabbitmq: { vhost: a, tags: [x], default-queue-type: quorum }\n',
    );
    expect(good.findings).toEqual([]);
    expect(good.get('rabbitmq/vhost/a').spec).toEqual({
      description: 'one',
      tags: ['x'],
      'default-queue-type': 'quorum',
    });
    const bad = declareYaml(
      'rabbitmq: { vhost: a, description: one }\n',
      'rabbitmq: { vhost: a, description: two }\n',
    );
    expect(bad.diagnostics.map(({ code }) => code)).toEqual(['rabbitmq/declared-twice']);
  });

  it('creates a vhost that is named, not the default one that is not', () => {
    expect(declareYaml('rabbitmq: { queues: { a: {} } }').resources).toHaveLength(1);
    expect(declareYaml('rabbitmq: { vhost: /, queues: { a: {} } }').resources).toHaveLength(2);
    expect(declareYaml('rabbitmq: { vhosts: { b: } }').get('rabbitmq/vhost/b').spec).toEqual({});
  });
});

describe('overrides of an environment', () => {
  it('reach each kind with its friendly keys', () => {
    const { get, findings } = declareFiles(
      {
        'brokerform.yaml': `
topologies: [t.yaml]
brokers: { main: { type: rabbitmq, url: amqp://localhost } }
environments:
  local:
    overrides:
      main/queue/%2F/*: { message-ttl: 1m }
      main/policy/**: { definition: { max-length: 5 } }
      main/vhost/*: { limits: { max-queues: 7 } }
      main/parameter/**: { src-queue: other }
`,
        't.yaml': `
rabbitmq:
  vhost: /
  queues: { a: { message-ttl: 7d } }
  policies: { p: { pattern: a, definition: { max-length: 10 } } }
  shovels: { s: { src-uri: amqp://, dest-uri: amqp://, src-queue: a } }
`,
      },
      'local',
    );
    expect(findings).toEqual([]);
    expect(get('main/queue/%2F/a').spec.arguments).toEqual({ 'x-message-ttl': 60_000 });
    expect(get('main/policy/%2F/p').spec.definition).toEqual({ 'max-length': 5 });
    expect(get('main/vhost-limits/%2F').spec.limits).toEqual({ 'max-queues': 7 });
    expect(get('main/parameter/%2F/shovel/s').spec.value).toMatchObject({ 'src-queue': 'other' });
  });
});
