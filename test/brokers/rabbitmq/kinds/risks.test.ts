import { describe, expect, it } from 'vitest';
import { parameterResource } from '../../../../src/brokers/rabbitmq/kinds/parameter/index.ts';
import { queueResource } from '../../../../src/brokers/rabbitmq/kinds/queue/yaml.ts';
import { userResource } from '../../../../src/brokers/rabbitmq/kinds/user.ts';
import { vhostResource } from '../../../../src/brokers/rabbitmq/kinds/vhost.ts';
import { HIDDEN, type JsonObject, type Resource, subject } from '../../../../src/model/index.ts';
import { broker, contextOf, kindFor } from '../topology.ts';
import { B, changesOf, empty, live, only, policy, risksOf } from './changes.ts';

describe('risks', () => {
  it.each<[string, JsonObject | undefined, string, string]>([
    ['unknown contents', undefined, 'destructive', 'message count unknown; any messages would be lost'],
    [
      'messages',
      { ready: 18_204, unacknowledged: 312, consumers: 4 },
      'destructive',
      '18,516 messages would be lost, 4 consumers cut off',
    ],
    [
      'no messages',
      { ready: 0, unacknowledged: 0, consumers: 1 },
      'disruptive',
      'queue is empty; clients lose it, 1 consumer cut off',
    ],
  ])('deleting a queue with %s', (_, metrics, level, message) => {
    const before = { ...live.queue('a', {}), ...(metrics && { metrics }) };
    expect(risksOf({ action: 'delete', before })).toEqual([{ class: level, code: 'queue-deleted', message }]);
  });

  it('tell what a queue puts at stake', () => {
    const affected = (metrics: JsonObject) =>
      kindFor('rabbitmq/queue/%2F/a').affectedText?.({ ...live.queue('a', {}), metrics });
    expect(affected({ ready: 18_204, unacknowledged: 312, consumers: 4 })).toBe(
      '18,204 ready, 312 unacknowledged, 4 consumers',
    );
    expect(affected({})).toBe('messages and consumers unknown');
  });

  it.each([
    ['message-ttl: 1d', { 'x-message-ttl': 604_800_000 }, 'message-ttl: 1d'],
    ['max-length-bytes: 1MiB', {}, 'max-length-bytes: 1MiB'],
    ['dead-letter: { exchange: dlx }', {}, 'dead-letter-exchange: dlx'],
    ['message-ttl: 14d', { 'x-message-ttl': 604_800_000 }, undefined],
    ['dead-letter: { exchange: dlx }', { 'x-dead-letter-exchange': 'other' }, undefined],
    ['overflow: reject-publish', {}, 'overflow: reject-publish'],
    ['overflow: reject-publish', { 'x-overflow': 'drop-head' }, undefined],
    ['message-ttl: 1d, max-priority: 5', {}, undefined],
    ['durable: false', {}, undefined],
  ])('a replacement for { %s } of %j hints at the policy that does it in place', (body, args, definition) => {
    const change = only(
      changesOf(`rabbitmq: { queues: { a.b: { ${body} } } }`, [live.queue('a.b', { arguments: args })])
        .changes,
    );
    expect(change.action).toBe('replace');
    const [risk] = risksOf(change);
    expect(risk?.hint).toBe(
      definition &&
        `a policy does this in place, without changing the declaration: policies: { a.b: { pattern: "^a\\\\.b$", apply-to: queues, definition: { ${definition} } } }`,
    );
  });

  it.each<[string, string, Resource[], string[]]>([
    [
      'adds a TTL to queues',
      'message-ttl: 1h',
      [live.queue('a1', {}), live.queue('b', {})],
      ['destructive message-ttl 1h on 1 queue: messages older than that are dropped at once'],
    ],
    ['matches no queue', 'message-ttl: 1h', [live.queue('b', {})], []],
    [
      'matches only queues known to be empty',
      'max-length: 5',
      [empty(live.queue('a', {}))],
      ['disruptive max-length 5 on 1 queue, where it drops nothing now'],
    ],
    [
      'matches only queues known to hold no more than it allows',
      'max-length: 5',
      [{ ...live.queue('a', {}), metrics: { ready: 3, unacknowledged: 2, consumers: 0 } }],
      ['disruptive max-length 5 on 1 queue, where it drops nothing now'],
    ],
    [
      'matches a queue that holds one more than it allows',
      'max-length: 5',
      [{ ...live.queue('a', {}), metrics: { ready: 4, unacknowledged: 2, consumers: 0 } }],
      ['destructive max-length 5 on 1 queue: messages beyond that are dropped at once'],
    ],
    [
      'lets empty queues expire',
      'expires: 1h',
      [empty(live.queue('a', {}))],
      [
        'destructive expires 1h on 1 queue: queues that are unused for that long are deleted with their messages',
      ],
    ],
    [
      'is not lower than the arguments',
      'max-length: 50',
      [live.queue('a', { arguments: { 'x-max-length': 10 } })],
      [],
    ],
    [
      'is hidden by a higher policy',
      'max-length: 5',
      [live.queue('a', {}), policy('p2', { priority: 9, definition: {} })],
      ['safe has no effect on queue a: policy "p2", which is not declared, has priority 9'],
    ],
    [
      'raises a limit',
      'max-length: 50',
      [live.queue('a', {}), policy('p', { definition: { 'max-length': 10 } })],
      [],
    ],
    [
      'lowers a limit',
      'max-length: 5',
      [live.queue('a', {}), live.queue('aa', {}), policy('p', { definition: { 'max-length': 10 } })],
      ['destructive max-length 5 on 2 queues: messages beyond that are dropped at once'],
    ],
    [
      'sets a dead-letter exchange',
      'dead-letter-exchange: x',
      [live.queue('a', {}), policy('p', { definition: {} })],
      ['disruptive queues and exchanges that it matches act otherwise at once'],
    ],
  ])('a policy that %s', (_, definition, resources, expected) => {
    const { changes, context } = changesOf(
      `rabbitmq: { policies: { p: { pattern: ^a, definition: { ${definition} } } } }`,
      resources,
    );
    const change = changes.find((one) => subject(one).address === 'rabbitmq/policy/%2F/p');
    expect(change).toBeDefined();
    const risks = change ? kindFor(subject(change).address).risks(change, context) : [];
    expect(risks.map((risk) => `${risk.class} ${risk.message}`)).toEqual(expected);
  });

  it('never delete the user that we are connected as', () => {
    const before = userResource(B, 'ci', { tags: [] });
    const context = contextOf([], [before], broker('4.3.6', { user: 'ci' }));
    expect(kindFor(before.address).risks({ action: 'delete', before }, context)[0]?.class).toBe('refused');
    expect(kindFor(before.address).risks({ action: 'delete', before }, contextOf([]))[0]?.class).toBe(
      'disruptive',
    );
  });

  it('refuse to change the default queue type where the broker would not', () => {
    const live = [vhostResource(B, 'v', { 'default-queue-type': 'undefined' })];
    const yaml = 'rabbitmq: { vhost: v, default-queue-type: quorum }';
    const risks = (version: string) => {
      const { changes, context } = changesOf(yaml, live, broker(version));
      return kindFor('rabbitmq/vhost/v').risks(only(changes), context);
    };
    expect(risks('3.10.8').map((risk) => risk.class)).toEqual(['refused']);
    expect(risks('4.3.6')).toEqual([]);
  });

  it('say how many queues a new default type leaves as they are', () => {
    const yaml =
      'rabbitmq: { vhost: v, default-queue-type: quorum, queues: { a: {}, b: { type: classic } } }';
    const resources = [
      vhostResource(B, 'v', { 'default-queue-type': 'classic' }),
      queueResource(B, 'v', 'a', { type: 'classic', durable: true, arguments: {} }),
      queueResource(B, 'v', 'b', { type: 'classic', durable: true, arguments: {} }),
    ];
    const { changes, context } = changesOf(yaml, resources, broker('4.3.6'));
    expect(kindFor('rabbitmq/vhost/v').risks(only(changes), context)).toMatchObject([
      { class: 'safe', message: '1 queue without a declared type keeps its type' },
    ]);
  });

  it('refuse to delete a protected vhost, and to protect one where the broker cannot', () => {
    const before = vhostResource(B, 'v', { 'deletion-protection': true });
    const { risks } = kindFor(before.address);
    expect(risks({ action: 'delete', before }, contextOf([], [before]))).toMatchObject([
      { class: 'refused', code: 'deletion-protection' },
    ]);
    const create = { action: 'create', after: before } as const;
    expect(risks(create, contextOf([before], [], broker('3.10.8')))).toMatchObject([
      { class: 'refused', code: 'unsupported' },
    ]);
    expect(risks(create, contextOf([before], [], broker('4.3.6')))).toEqual([]);
  });

  it('count a vhost’s queues before it is deleted', () => {
    const before = vhostResource(B, '/', {});
    const context = contextOf([], [before, live.queue('a', {}), live.queue('b', {})]);
    expect(kindFor(before.address).risks({ action: 'delete', before }, context)).toEqual([
      {
        class: 'destructive',
        code: 'vhost-deleted',
        message:
          'everything in the vhost is deleted with it: 2 queues with an unknown number of messages, consumers unknown',
      },
    ]);
    const counted = { ...live.queue('a', {}), metrics: { ready: 1200, unacknowledged: 34, consumers: 1 } };
    const known = contextOf([], [before, counted]);
    expect(kindFor(before.address).alsoAffected?.({ action: 'delete', before }, known)).toMatchObject([
      { address: counted.address },
    ]);
    expect(kindFor(before.address).risks({ action: 'delete', before }, known)).toMatchObject([
      { message: 'everything in the vhost is deleted with it: 1 queue with 1,234 messages, 1 consumer' },
    ]);
  });

  it('tell what waits at a federation upstream', () => {
    const before = parameterResource(B, '/', 'federation-upstream', 'u', { value: { uri: HIDDEN } });
    expect(risksOf({ action: 'delete', before }).map((risk) => risk.class)).toEqual(['destructive']);
    const kept = parameterResource(B, '/', 'federation-upstream', 'u', {
      value: { 'resource-cleanup-mode': 'never' },
    });
    expect(risksOf({ action: 'delete', before: kept }).map((risk) => risk.class)).toEqual(['disruptive']);
  });
});
