import { describe, expect, it } from 'vitest';
import { upgrades } from '../../../../src/brokers/rabbitmq/upgrades/index.ts';
import type { Cases } from '../rules/cases.ts';
import { headers, quorum } from '../rules/cases.ts';
import { findings } from '../sketch.ts';

const dead = { 'x-dead-letter-exchange': 'amq.fanout' };

const CASES: Cases = {
  'upgrade-default-queue-type': [
    {
      bad: { vhost: { 'default-queue-type': 'quorum' } },
      at: ['1:field'],
      good: { vhost: { 'default-queue-type': 'classic' } },
    },
    { bad: { vhost: {} }, at: [], good: { vhost: { 'default-queue-type': 'undefined' } } },
  ],
  'upgrade-queue-mode': [
    {
      bad: {
        queues: { q: { arguments: { 'x-queue-mode': 'lazy' } } },
        policies: { p: { definition: { 'queue-mode': 'lazy' } } },
      },
      at: ['1:field', '2:field'],
      good: { queues: { q: {} }, policies: { p: { definition: { 'max-length': 1 } } } },
    },
  ],
  'upgrade-headers-number': [
    {
      bad: {
        exchanges: { h: headers },
        queues: { q: {} },
        bindings: [
          ['h', 'q', '', { 'x-match': 'all', n: 1 }],
          ['h', 'q', '', { n: { $type: 'double', value: 2 } }],
          ['h', 'q', '', { 'x-match': 'any-with-x', 'x-n': 1 }],
        ],
      },
      at: ['3:field', '4:field', '5:field'],
      good: {
        exchanges: { h: headers, t: {} },
        queues: { q: {} },
        bindings: [
          ['h', 'q', '', { 'x-match': 'all', n: '1', x: 1.5, b: true }],
          ['h', 'q', '', { 'x-n': 1 }],
          ['t', 'q', '', { n: 1 }],
        ],
      },
    },
  ],
  'upgrade-stream-filter-size': [
    {
      bad: { queues: { q: { type: 'stream', arguments: { 'x-stream-filter-size-bytes': 16 } } } },
      at: ['1:field'],
      good: { queues: { q: { arguments: { 'x-stream-filter-size-bytes': 16 } } } },
    },
  ],
  'upgrade-delivery-limit': [
    {
      bad: { queues: { q: { ...quorum, arguments: dead } } },
      at: ['1'],
      good: {
        queues: {
          q: { ...quorum, arguments: { ...dead, 'x-delivery-limit': 5 } },
          // rabbitmq/delivery-limit-drops says it of this one.
          r: quorum,
          s: { arguments: dead },
        },
      },
    },
    {
      bad: { queues: { q: { ...quorum, arguments: dead } } },
      at: ['1'],
      good: {
        queues: { q: { ...quorum, arguments: dead } },
        policies: { p: { definition: { 'delivery-limit': 5 } } },
      },
    },
  ],
  'upgrade-negative-delivery-limit': [
    {
      bad: { queues: { q: { ...quorum, arguments: { 'x-delivery-limit': -1 } } } },
      at: ['1:field'],
      good: { queues: { q: { ...quorum, arguments: { 'x-delivery-limit': 0 } }, r: quorum } },
    },
  ],
  'upgrade-policy-applies': [
    {
      bad: {
        queues: { q: {} },
        policies: { p: { definition: { 'queue-leader-locator': 'balanced', 'max-length': 1 } } },
      },
      at: ['2:field'],
      good: {
        queues: { q: {}, r: quorum },
        policies: {
          p: { 'apply-to': 'quorum_queues', definition: { 'queue-leader-locator': 'balanced' } },
          r: { definition: { 'max-length': 1 } },
        },
      },
    },
  ],
  'upgrade-transient-queue': [
    {
      bad: { queues: { q: { durable: false } } },
      at: ['1:field'],
      good: { queues: { q: {}, r: { durable: false, exclusive: true } } },
    },
  ],
  'upgrade-consumer-timeout': [
    {
      bad: {
        queues: {
          q: { ...quorum, arguments: { 'x-consumer-timeout': 1000 } },
          r: { ...quorum, arguments: { 'x-delayed-retry-type': 'all' } },
        },
      },
      at: ['1:field', '2:field'],
      good: {
        queues: {
          q: { ...quorum, arguments: { 'x-expires': 1000 } },
          // rabbitmq/unsupported-argument is an error then.
          r: { arguments: { 'x-consumer-timeout': 1000 } },
        },
      },
    },
  ],
};

describe.each(Object.entries(CASES))('rabbitmq/%s', (code, cases) => {
  it.each(cases.map((one, index) => [index + 1, one] as const))('case %i', (_, { bad, at, good }) => {
    expect(findings(code, bad, { rules: upgrades })).toEqual(at);
    expect(findings(code, good, { rules: upgrades })).toEqual([]);
  });
});

it('every rule of an upgrade has a case', () => {
  const codes = Object.keys(CASES).map((name) => `rabbitmq/${name}`);
  expect(codes.sort()).toEqual(upgrades.map(({ code }) => code).sort());
});
