import { type Cases, direct, fanout, headers } from './cases.ts';

/** Bindings and their keys. */
export const bindings: Cases = {
  'undeclared-endpoint': [
    {
      bad: {
        exchanges: { a: {} },
        queues: { q: {} },
        bindings: [
          ['b', 'q', 'k'],
          ['a', 'r', 'k'],
          ['a', '→c', 'k'],
        ],
      },
      at: ['3', '4', '5'],
      good: {
        exchanges: { a: {} },
        queues: { q: {} },
        bindings: [
          ['a', 'q', 'k'],
          ['amq.topic', 'q', 'k'],
          ['a', '→amq.fanout', 'k'],
        ],
      },
    },
  ],
  'redundant-binding': [
    {
      bad: {
        exchanges: { a: {} },
        queues: { q: {} },
        bindings: [
          ['a', 'q', 'order.created'],
          ['a', 'q', 'order.#'],
          ['a', 'q', 'order.*'],
        ],
      },
      at: ['3', '5'],
      good: {
        exchanges: { a: {}, b: {} },
        queues: { q: {}, r: {} },
        bindings: [
          ['a', 'q', 'order.#'],
          ['a', 'r', 'order.created'],
          ['b', 'q', 'order.created'],
          ['a', 'q', '*.created'],
        ],
      },
    },
    {
      bad: {
        exchanges: { f: fanout, h: headers, d: direct },
        queues: { q: {} },
        bindings: [
          ['f', 'q', 'x'],
          ['f', 'q', 'y'],
          ['h', 'q', 'x', { a: 1 }],
          ['h', 'q', 'y', { a: 1 }],
          ['d', 'q', 'k'],
          ['d', 'q', 'k', { a: 1 }],
        ],
      },
      at: ['6', '8', '10'],
      good: {
        exchanges: { h: headers, d: direct, x: { type: 'x-consistent-hash' } },
        queues: { q: {} },
        bindings: [
          ['h', 'q', '', { a: 1 }],
          ['h', 'q', '', { a: 2 }],
          ['d', 'q', '*'],
          ['d', 'q', 'k'],
          ['x', 'q', '1'],
          ['x', 'q', '2'],
        ],
      },
    },
  ],
  'headers-binding-extent': [
    {
      bad: {
        exchanges: { h: headers },
        queues: { q: {} },
        bindings: [
          ['h', 'q'],
          ['h', 'q', '', { 'x-match': 'any', 'x-a': 1 }],
        ],
      },
      at: ['3:field', '4:field'],
      good: {
        exchanges: { h: headers, t: {} },
        queues: { q: {} },
        bindings: [
          ['h', 'q', '', { 'x-match': 'any-with-x', 'x-a': 1 }],
          ['t', 'q', '#'],
        ],
      },
    },
  ],
  'ignored-binding-arguments': [
    {
      bad: { exchanges: { t: {} }, queues: { q: {} }, bindings: [['t', 'q', '#', { type: 'pdf' }]] },
      at: ['3:field'],
      good: {
        exchanges: { h: headers, d: direct },
        queues: { q: {} },
        bindings: [
          ['h', 'q', '', { type: 'pdf' }],
          ['d', 'q', '0', { 'x-stream-partition-order': 0 }],
        ],
      },
    },
  ],
  'topic-key-never-matches': [
    {
      bad: {
        exchanges: { t: {} },
        queues: { q: {} },
        bindings: [
          ['t', 'q', 'order*'],
          ['t', 'q', 'order.'],
          ['t', 'q', 'order.>'],
          ['t', 'q', 'a.+.b'],
        ],
      },
      at: ['3', '4', '5', '6'],
      good: {
        exchanges: { t: {}, d: direct },
        queues: { q: {} },
        bindings: [
          ['t', 'q', 'order.*'],
          ['t', 'q', ''],
          ['d', 'q', 'order*'],
          ['t', 'q', '#'],
        ],
      },
    },
  ],
  'topic-permission-exchange-missing': [
    {
      bad: { exchanges: { events: {} }, topicPermissions: { event: {} } },
      at: ['2'],
      good: { exchanges: { events: {} }, topicPermissions: { events: {}, '': {}, 'amq.topic': {} } },
    },
    { bad: { topicPermissions: { event: {} } }, at: [], good: {}, options: { version: '4.0.5' } },
  ],
  'topic-key-too-many-hashes': [
    {
      bad: { exchanges: { t: {} }, queues: { q: {} }, bindings: [['t', 'q', '#.a.#.b.#']] },
      at: ['3'],
      good: { exchanges: { t: {} }, queues: { q: {} }, bindings: [['t', 'q', '#.a.#']] },
    },
    {
      bad: { exchanges: { t: {} }, queues: { q: {} }, bindings: [['t', 'q', '#.a.#.b.#']] },
      at: [],
      good: {},
      options: { version: '4.3.4' },
    },
  ],
  'unlistable-binding': [
    {
      bad: { exchanges: { t: {} }, queues: { q: {} }, bindings: [['t', 'q', 'a~b', { n: 1 }]] },
      at: ['3'],
      good: { exchanges: { t: {} }, queues: { q: {} }, bindings: [['t', 'q', 'a~b']] },
    },
  ],
  'wildcard-outside-topic': [
    {
      bad: { exchanges: { d: direct }, queues: { q: {} }, bindings: [['d', 'q', 'order.*']] },
      at: ['3'],
      good: {
        exchanges: { d: direct, f: fanout },
        queues: { q: {} },
        bindings: [
          ['d', 'q', 'order*'],
          ['f', 'q', '#'],
        ],
      },
    },
  ],
  'consistent-hash-weight': [
    {
      bad: {
        exchanges: { x: { type: 'x-consistent-hash' } },
        queues: { q: {} },
        bindings: [['x', 'q', 'k']],
      },
      at: ['3'],
      good: {
        exchanges: { x: { type: 'x-consistent-hash' } },
        queues: { q: {} },
        bindings: [['x', 'q', '10']],
      },
    },
    ...(
      [
        ['4.3.6', ['3']],
        ['4.0.5', []],
      ] as const
    ).map(([version, at]) => ({
      bad: {
        exchanges: { x: { type: 'x-consistent-hash' } },
        queues: { q: {} },
        bindings: [['x', 'q', '10001'] as const],
      },
      at: [...at],
      good: {
        exchanges: { x: { type: 'x-consistent-hash' } },
        queues: { q: {} },
        bindings: [['x', 'q', '10000'] as const],
      },
      options: { version },
    })),
  ],
};
