import { describe, expect, it } from 'vitest';
import { rules } from '../../../../src/brokers/rabbitmq/rules/index.ts';
import { findings, type LintOptions, type Sketch } from '../sketch.ts';

/** What a rule finds, by line of the sketch (`:field` where it points at the field), and a near miss that is fine. */
interface Case {
  bad: Sketch;
  at: string[];
  good: Sketch;
  options?: LintOptions;
}

const dlx = { 'x-dead-letter-exchange': 'dlx' };
const fanout = { type: 'fanout' };
const direct = { type: 'direct' };
const headers = { type: 'headers' };
const quorum = { type: 'quorum' };
const internal = { type: 'fanout', internal: true };

const CASES: Record<string, Case[]> = {
  'dead-letter-exchange-missing': [
    {
      bad: { queues: { q: { arguments: dlx } } },
      at: ['1:field'],
      good: { exchanges: { dlx: fanout }, queues: { q: { arguments: dlx } } },
    },
    {
      // Once for the policy, not once for every queue.
      bad: { queues: { q: {}, r: {} }, policies: { p: { definition: { 'dead-letter-exchange': 'dlx' } } } },
      at: ['3:field'],
      good: {
        queues: {
          q: { arguments: { 'x-dead-letter-exchange': 'amq.fanout' } },
          r: { arguments: { 'x-dead-letter-exchange': '' } },
        },
      },
    },
  ],
  'dead-letter-unroutable': [
    {
      bad: {
        exchanges: { dlx: direct },
        queues: { q: { arguments: { ...dlx, 'x-dead-letter-routing-key': 'k' } }, d: {} },
        bindings: [['dlx', 'd', 'other']],
      },
      at: ['2:field'],
      good: {
        exchanges: { dlx: direct },
        queues: { q: { arguments: { ...dlx, 'x-dead-letter-routing-key': 'k' } }, d: {} },
        bindings: [['dlx', 'd', 'k']],
      },
    },
    {
      // Without an override, a message keeps the key that it was published with.
      bad: {
        exchanges: { events: {}, dlx: direct },
        queues: { q: { arguments: dlx }, d: {} },
        bindings: [
          ['events', 'q', 'order.#'],
          ['dlx', 'd', 'q'],
        ],
      },
      at: ['3:field'],
      good: {
        exchanges: { events: {}, dlx: {} },
        queues: { q: { arguments: dlx }, d: {} },
        bindings: [
          ['events', 'q', 'order.#'],
          ['dlx', 'd', '#.created'],
        ],
      },
    },
    {
      // What comes through the default exchange has the queue's name as key.
      bad: {
        exchanges: { dlx: direct },
        queues: { q: { arguments: dlx }, d: {} },
        bindings: [['dlx', 'd', 'd']],
      },
      at: ['2:field'],
      good: {
        exchanges: { dlx: direct },
        queues: { q: { arguments: dlx }, d: {} },
        bindings: [['dlx', 'd', 'q']],
      },
    },
    {
      bad: {
        queues: { q: { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'nobody' } } },
      },
      at: ['1:field'],
      good: {
        queues: {
          q: { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'd' } },
          d: {},
        },
      },
    },
    {
      // The way may go over an alternate exchange, or over what only the message's headers decide.
      bad: {
        exchanges: { dlx: { ...direct, arguments: { 'alternate-exchange': 'rest' } }, rest: fanout },
        queues: { q: { arguments: dlx } },
      },
      at: ['3:field'],
      good: {
        exchanges: { dlx: { ...direct, arguments: { 'alternate-exchange': 'rest' } }, rest: headers },
        queues: { q: { arguments: dlx }, d: {} },
        bindings: [['rest', 'd', '', { a: 1 }]],
      },
    },
  ],
  'dead-letter-cycle': [
    {
      bad: {
        queues: {
          a: {
            arguments: { 'x-message-ttl': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'b' },
          },
          b: {
            arguments: { 'x-message-ttl': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'a' },
          },
        },
      },
      at: ['1:field'],
      // A retry loop: the work queue is left by rejection only, however full it is.
      good: {
        queues: {
          a: {
            arguments: {
              'x-max-length': 5,
              'x-overflow': 'reject-publish',
              'x-dead-letter-exchange': '',
              'x-dead-letter-routing-key': 'b',
            },
          },
          b: {
            arguments: { 'x-message-ttl': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'a' },
          },
        },
      },
    },
    {
      // Back through its own binding, since the key is kept.
      bad: {
        exchanges: { events: {} },
        queues: { a: { arguments: { 'x-max-length': 5, 'x-dead-letter-exchange': 'events' } } },
        bindings: [['events', 'a', 'order.#']],
      },
      at: ['2:field'],
      good: {
        exchanges: { events: {} },
        queues: {
          a: {
            arguments: {
              'x-max-length': 5,
              'x-overflow': 'reject-publish',
              'x-dead-letter-exchange': 'events',
            },
          },
        },
        bindings: [['events', 'a', 'order.#']],
      },
    },
  ],
  'dead-letter-key-without-exchange': [
    {
      bad: { queues: { q: { arguments: { 'x-dead-letter-routing-key': 'k' } } } },
      at: ['1:field'],
      good: { queues: { q: { arguments: { ...dlx, 'x-dead-letter-routing-key': 'k' } } } },
    },
  ],
  'at-least-once-conditions': [
    {
      bad: { queues: { q: { ...quorum, arguments: { ...dlx, 'x-dead-letter-strategy': 'at-least-once' } } } },
      at: ['1:field'],
      good: {
        queues: {
          q: {
            ...quorum,
            arguments: { ...dlx, 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' },
          },
        },
      },
    },
    {
      bad: {
        queues: { q: quorum },
        policies: {
          p: { definition: { 'dead-letter-strategy': 'at-least-once', overflow: 'reject-publish' } },
        },
      },
      at: ['2:field'],
      good: {
        queues: { q: { ...quorum, arguments: dlx } },
        policies: {
          p: { definition: { 'dead-letter-strategy': 'at-least-once', overflow: 'reject-publish' } },
        },
      },
    },
  ],
  'unbounded-queue': [
    {
      bad: { queues: { q: {}, s: { type: 'stream' } } },
      at: ['1', '2'],
      good: {
        queues: { q: {}, s: { type: 'stream', arguments: { 'x-max-age': '7D' } } },
        policies: { p: { 'apply-to': 'classic_queues', definition: { 'max-length': 5 } } },
      },
    },
  ],
  'delivery-limit-drops': [
    {
      bad: { queues: { q: { ...quorum, arguments: { 'x-delivery-limit': 5 } } } },
      at: ['1:field'],
      good: {
        queues: {
          q: { ...quorum, arguments: { 'x-delivery-limit': 5, ...dlx } },
          r: { ...quorum, arguments: { 'x-delivery-limit': -1 } },
        },
      },
    },
    {
      // 20 by default from 4.0 on, without a word of it in the file.
      bad: { queues: { q: quorum } },
      at: ['1'],
      good: { queues: { q: { ...quorum, arguments: dlx }, r: {} } },
      options: { version: '4.3.6', versionKnown: true },
    },
    {
      // Negative: none on 4.x, and 0 before.
      bad: { queues: { q: { ...quorum, arguments: { 'x-delivery-limit': -1 } } } },
      at: ['1:field'],
      good: { queues: { q: quorum } },
      options: { version: '3.10.8', versionKnown: true },
    },
  ],
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
  'unsupported-argument': [
    {
      bad: {
        queues: {
          q: { ...quorum, arguments: { 'x-max-priority': 5 } },
          c: { arguments: { 'x-delivery-limit': 5 } },
          s: { type: 'stream', arguments: { 'x-message-ttl': 5 } },
        },
      },
      at: ['1:field', '2:field', '3:field'],
      good: {
        queues: {
          q: { ...quorum, arguments: { 'x-delivery-limit': 5 } },
          c: { arguments: { 'x-max-priority': 5, 'x-queue-leader-locator': 'balanced', 'x-custom': 1 } },
        },
      },
    },
    {
      bad: { queues: { c: { arguments: { 'x-queue-leader-locator': 'balanced' } } } },
      at: ['1:field'],
      // Not known to any type there, so it is stored and ignored.
      good: { queues: { c: { arguments: { 'x-consumer-timeout': 5 } } } },
      options: { version: '3.10.8' },
    },
  ],
  'unknown-argument': [
    {
      bad: {
        queues: { q: { arguments: { 'x-mesage-ttl': 5 } } },
        exchanges: { a: { arguments: { 'x-alternate-exchange': 'b' } } },
      },
      at: ['1:field', '2:field'],
      good: {
        queues: { q: { arguments: { 'x-message-ttl': 5 } } },
        exchanges: {
          a: { arguments: { 'alternate-exchange': 'b' } },
          d: { type: 'x-delayed-message', arguments: { 'x-delayed-type': 'topic' } },
          s: { type: 'direct', arguments: { 'x-super-stream': true } },
        },
      },
    },
    {
      bad: { queues: { q: { ...quorum, arguments: { 'x-consumer-timeout': 5 } } } },
      at: ['1:field'],
      good: {},
      options: { version: '3.10.8' },
    },
  ],
  'invalid-value': [
    {
      bad: {
        queues: {
          a: { arguments: { 'x-expires': 0 } },
          b: { arguments: { 'x-message-ttl': '5' } },
          c: { arguments: { 'x-max-priority': 256 } },
          d: { arguments: { 'x-message-ttl': 315_360_000_001 } },
          e: { type: 'stream', arguments: { 'x-max-age': '7d' } },
        },
      },
      at: ['1:field', '2:field', '3:field', '4:field', '5:field'],
      good: {
        queues: {
          a: { arguments: { 'x-expires': 1, 'x-message-ttl': 0, 'x-max-priority': 255 } },
          b: { arguments: { 'x-message-ttl': { $type: 'int', value: 5 } } },
          e: { type: 'stream', arguments: { 'x-max-age': '7D', 'x-stream-filter-size-bytes': 255 } },
        },
      },
    },
    {
      bad: {
        exchanges: { h: headers },
        queues: { q: {} },
        bindings: [['h', 'q', '', { 'x-match': 'some', a: 1 }]],
        policies: { p: { definition: { 'max-length': -1 } } },
      },
      at: ['3:field', '4:field'],
      good: { policies: { p: { definition: { 'delivery-limit': -1, 'max-length': 0 } } } },
    },
  ],
  'replicated-queue-properties': [
    {
      bad: { queues: { q: { ...quorum, durable: false }, s: { type: 'stream', 'auto-delete': true } } },
      at: ['1:field', '2:field'],
      good: { queues: { q: quorum, c: { durable: false, 'auto-delete': true } } },
    },
  ],
  'ignored-overflow': [
    {
      bad: { queues: { q: { ...quorum, arguments: { 'x-overflow': 'reject-publish-dlx' } } } },
      at: ['1:field'],
      good: {
        queues: {
          q: { arguments: { 'x-overflow': 'reject-publish-dlx' } },
          r: { ...quorum, arguments: { 'x-overflow': 'reject-publish' } },
        },
      },
    },
  ],
  'transient-queue': [
    {
      bad: { queues: { q: { durable: false } } },
      at: ['1:field'],
      good: { queues: { q: {}, r: { durable: false, exclusive: true } } },
    },
  ],
  'refused-by-version': [
    {
      bad: {
        queues: {
          q: { arguments: { 'x-queue-master-locator': 'min-masters' } },
          r: { arguments: { 'x-queue-version': 1 } },
        },
        policies: { p: { definition: { 'ha-mode': 'all' } } },
      },
      at: ['1:field', '2:field', '3:field'],
      good: {
        queues: { r: { arguments: { 'x-queue-version': 2 } } },
        policies: { p: { 'apply-to': 'streams', definition: { 'delivery-limit': -1 } } },
      },
      options: { version: '4.3.0' },
    },
    {
      bad: { policies: { p: { 'apply-to': 'streams', definition: { 'delivery-limit': -1 } } } },
      at: ['1:field', '1:field'],
      good: {
        queues: { q: { arguments: { 'x-queue-master-locator': 'min-masters' } } },
        policies: { p: { definition: { 'ha-mode': 'all' } } },
      },
      options: { version: '3.10.8' },
    },
    {
      bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } },
      at: [],
      good: {},
      options: { versionKnown: false },
    },
  ],
  'classic-mirroring': [
    {
      bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } },
      at: ['1:field'],
      good: { policies: { p: { definition: { 'max-length': 5 } } } },
      options: { version: '3.13.0' },
    },
    {
      bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } },
      at: ['1:field'],
      good: {},
      options: { versionKnown: false },
    },
    { bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } }, at: [], good: {} },
  ],
  'lazy-mode': [
    {
      bad: {
        queues: { q: { arguments: { 'x-queue-mode': 'lazy' } } },
        policies: { p: { definition: { 'queue-mode': 'lazy' } } },
      },
      at: ['1:field', '2:field'],
      good: { queues: { q: {} } },
    },
  ],
  'policy-disabled': [
    {
      bad: {
        queues: { q: {}, r: {}, s: quorum },
        policies: { p: { definition: { 'max-length': 5, 'delivery-limit': 5 } } },
      },
      at: ['4:field'],
      good: {
        queues: { q: {}, s: quorum },
        policies: {
          p: { 'apply-to': 'quorum_queues', definition: { 'max-length': 5, 'delivery-limit': 5 } },
          wins: { pattern: '^q$', priority: 9, definition: { 'max-length': 5 } },
        },
      },
    },
  ],
  'policy-tie': [
    {
      bad: {
        queues: { q: {}, r: {} },
        policies: { a: { definition: { 'max-length': 5 } }, b: { definition: { 'max-length': 6 } } },
      },
      at: ['4:field'],
      good: {
        queues: { q: {} },
        policies: {
          a: { definition: { 'max-length': 5 } },
          b: { priority: 1, definition: { 'max-length': 6 } },
          c: { pattern: '^x', priority: 1, definition: { 'max-length': 7 } },
        },
      },
    },
  ],
  'policy-unmatched': [
    {
      bad: {
        queues: { orders: {} },
        policies: { p: { pattern: '^order$' }, x: { 'apply-to': 'exchanges' } },
      },
      at: ['2:field', '3:field'],
      good: { queues: { orders: {} }, policies: { p: { pattern: 'rder' } } },
    },
  ],
  'policy-shadowed': [
    {
      bad: { queues: { q: {} }, policies: { a: { pattern: '^q' }, b: { priority: 1 } } },
      at: ['2'],
      good: { queues: { q: {}, r: {} }, policies: { a: {}, b: { pattern: '^q', priority: 1 } } },
    },
  ],
  'unknown-policy-key': [
    {
      bad: { policies: { p: { definition: { 'x-max-length': 5 } } } },
      at: ['1:field'],
      good: { policies: { p: { definition: { 'max-length': 5 } } } },
    },
  ],
  'unknown-queue-type': [
    {
      bad: { queues: { q: { type: 'qorum' } } },
      at: ['1:field'],
      good: { queues: { q: { type: 'quorum' } } },
    },
  ],
  'invalid-pattern': [
    {
      bad: {
        policies: { p: { pattern: '*' }, q: { pattern: 'a(' } },
        permissions: { u: { configure: '[', write: '.*', read: '.*' } },
      },
      at: ['1:field', '2:field', '3:field'],
      // PCRE takes these, JavaScript does not.
      good: { policies: { p: { pattern: 'a++' }, q: { pattern: '(?i)a' }, r: { pattern: '(?>a)' } } },
    },
  ],
  'unsupported-pattern': [
    {
      bad: { policies: { p: { pattern: 'a(?!b)' }, q: { pattern: '(a)\\1' }, r: { pattern: '(?>a)' } } },
      at: ['1:field', '2:field', '3:field'],
      // What is no regular expression at all is another rule's finding.
      good: { policies: { p: { pattern: '^(?!b)a' }, q: { pattern: '(?i)a' }, r: { pattern: 'a(' } } },
    },
  ],
  'quorum-group-of-one': [
    {
      bad: { queues: { q: { ...quorum, arguments: { 'x-quorum-initial-group-size': 1 } } } },
      at: ['1:field'],
      good: { queues: { q: quorum, r: { ...quorum, arguments: { 'x-quorum-initial-group-size': 3 } } } },
    },
  ],
  'single-node-quorum': [
    {
      bad: { queues: { c: {}, q: quorum, r: quorum } },
      at: ['2:field'],
      good: { queues: { c: {} } },
      options: { facts: { nodes: 1 } },
    },
    { bad: { queues: { q: quorum } }, at: [], good: {}, options: { facts: { nodes: 3 } } },
  ],
  'transient-exchange': [
    {
      bad: { exchanges: { a: { durable: false } }, queues: { q: {} }, bindings: [['a', 'q', '#']] },
      at: ['1:field'],
      good: {
        exchanges: { a: { durable: false } },
        queues: { q: { durable: false } },
        bindings: [['a', 'q', '#']],
      },
    },
  ],
  'auto-delete-queue': [
    { bad: { queues: { q: { 'auto-delete': true } } }, at: ['1:field'], good: { queues: { q: {} } } },
  ],
  'permission-grants-everything': [
    {
      bad: { permissions: { u: { configure: '.*', write: '.*', read: '^.*$' } } },
      at: ['1'],
      good: { permissions: { u: { configure: '', write: '.*', read: '.*' } } },
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
  ],
};

describe.each(Object.entries(CASES))('rabbitmq/%s', (code, cases) => {
  it.each(cases.map((one, index) => [index + 1, one] as const))(
    'case %i',
    (_, { bad, at, good, options }) => {
      expect(findings(code, bad, options)).toEqual(at);
      expect(findings(code, good, options)).toEqual([]);
    },
  );
});

it('every rule has a case', () => {
  expect(
    Object.keys(CASES)
      .map((name) => `rabbitmq/${name}`)
      .sort(),
  ).toEqual(rules.map((rule) => rule.code).sort());
});
