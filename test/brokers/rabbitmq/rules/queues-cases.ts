import { type Cases, dlx, fanout, headers, quorum } from './cases.ts';

/** Types, arguments and lifetimes. */
export const queues: Cases = {
  'unbounded-queue': [
    {
      bad: { queues: { q: {}, s: { type: 'stream' } } },
      at: ['1', '2'],
      good: {
        queues: { q: {}, s: { type: 'stream', arguments: { 'x-max-age': '7D' } } },
        policies: { p: { 'apply-to': 'classic_queues', definition: { 'max-length': 5 } } },
      },
    },
    // What receives only dead letters, by an exchange or by its name.
    {
      bad: { exchanges: { dlx: fanout }, queues: { dead: {}, named: {} }, bindings: [['dlx', 'dead']] },
      at: ['2', '3'],
      good: {
        exchanges: { dlx: fanout },
        queues: {
          dead: {},
          named: {},
          q: { arguments: { ...dlx, 'x-message-ttl': 86_400_000 } },
          r: { arguments: { 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'named' } },
        },
        bindings: [['dlx', 'dead']],
      },
    },
    // Not where messages come from elsewhere too, are only delayed, or are retried.
    {
      bad: {
        exchanges: { dlx: fanout, events: fanout },
        queues: { both: {}, q: { arguments: dlx } },
        bindings: [
          ['dlx', 'both'],
          ['events', 'both'],
        ],
      },
      at: ['3'],
      good: {},
    },
    {
      bad: {
        exchanges: { dlx: fanout },
        queues: { work: {}, delay: { arguments: { ...dlx, 'x-message-ttl': 5000 } } },
        bindings: [['dlx', 'work']],
      },
      at: ['2'],
      good: {},
    },
    {
      bad: {
        exchanges: { dlx: fanout },
        queues: { audit: {}, work: { arguments: dlx } },
        bindings: [
          ['dlx', 'audit'],
          ['dlx', 'work'],
        ],
      },
      at: ['2'],
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
      // A release that does not know it takes any value.
      bad: { queues: { q: { type: 'quorum', arguments: { 'x-consumer-timeout': '60000' } } } },
      at: ['1:field'],
      good: { queues: { q: { type: 'quorum', arguments: { 'x-consumer-timeout': 60_000 } } } },
    },
    {
      bad: { queues: { q: { type: 'quorum', arguments: { 'x-consumer-timeout': '60000' } } } },
      at: [],
      good: {},
      options: { version: '4.0.5' },
    },
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
  'unknown-queue-type': [
    {
      bad: { queues: { q: { type: 'qorum' } } },
      at: ['1:field'],
      good: { queues: { q: { type: 'quorum' } } },
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
};
