import { type Cases, fanout, headers, internal } from './cases.ts';

/** Where messages come from and go. */
export const reachability: Cases = {
  'unbound-exchange': [
    {
      bad: { exchanges: { a: {} } },
      at: ['1'],
      good: {
        exchanges: { a: {}, b: { arguments: { 'alternate-exchange': 'a' } }, c: { type: 'x-random' } },
        queues: { q: {} },
        bindings: [['a', 'q', '#']],
      },
    },
  ],
  'unreachable-exchange': [
    {
      bad: {
        exchanges: { a: internal, b: internal },
        queues: { q: {} },
        bindings: [
          ['a', '→b'],
          ['b', 'q'],
        ],
      },
      at: ['1:field', '2:field'],
      good: {
        exchanges: { a: internal, b: internal, c: { arguments: { 'alternate-exchange': 'a' } } },
        queues: { q: {} },
        bindings: [
          ['a', '→b'],
          ['b', 'q'],
        ],
      },
    },
  ],
  'unbound-queue': [
    {
      bad: { queues: { q: {} } },
      at: ['1'],
      good: {
        exchanges: { a: {} },
        queues: {
          q: {},
          s: { type: 'stream' },
          retry: { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'later' } },
          later: {},
        },
        bindings: [
          ['a', 'q'],
          ['a', 'retry'],
        ],
      },
    },
  ],
  'unreachable-queue': [
    {
      bad: {
        exchanges: { a: internal, h: headers },
        queues: { q: {} },
        bindings: [
          ['a', 'q'],
          ['h', 'q', '', { 'x-match': 'any' }],
        ],
      },
      at: ['3'],
      good: {
        exchanges: { a: internal, h: headers },
        queues: { q: {} },
        bindings: [
          ['a', 'q'],
          ['h', 'q', '', { a: 1 }],
        ],
      },
    },
  ],
  'alternate-exchange-missing': [
    {
      bad: {
        exchanges: {
          a: { arguments: { 'alternate-exchange': 'x' } },
          b: { arguments: { 'alternate-exchange': '' } },
        },
      },
      at: ['1:field', '2:field'],
      good: {
        exchanges: {
          a: { arguments: { 'alternate-exchange': 'b' } },
          b: {},
          c: { arguments: { 'alternate-exchange': 'amq.fanout' } },
        },
      },
    },
    {
      bad: { exchanges: { a: {}, b: {} }, policies: { p: { definition: { 'alternate-exchange': 'x' } } } },
      at: ['3:field'],
      good: {
        exchanges: { a: {}, x: {} },
        policies: { p: { pattern: '^a$', definition: { 'alternate-exchange': 'x' } } },
      },
    },
  ],
  'alternate-exchange-suppressed': [
    {
      bad: {
        exchanges: { a: { arguments: { 'alternate-exchange': 'rest' } }, dead: fanout, rest: fanout },
        bindings: [['a', '→dead', '#']],
      },
      at: ['4'],
      good: {
        exchanges: { a: { arguments: { 'alternate-exchange': 'rest' } }, alive: {}, rest: fanout },
        queues: { q: {} },
        bindings: [
          ['a', '→alive', 'x.*'],
          ['alive', 'q', '*.y'],
        ],
      },
    },
    {
      // The second exchange leads on, but not for these keys.
      bad: {
        exchanges: { a: { arguments: { 'alternate-exchange': 'rest' } }, b: {}, rest: fanout },
        queues: { q: {} },
        bindings: [
          ['a', '→b', 'x.*'],
          ['b', 'q', 'y.*'],
        ],
      },
      at: ['5'],
      good: {},
    },
  ],
};
