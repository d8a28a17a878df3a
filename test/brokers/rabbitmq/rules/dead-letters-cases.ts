import { type Cases, direct, dlx, fanout, headers, quorum } from './cases.ts';

/** What rejected and expired messages meet. */
export const deadLetters: Cases = {
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
    {
      // What takes consumers down comes back without a rejection.
      bad: {
        queues: {
          a: {
            ...quorum,
            arguments: {
              'x-delivery-limit': 5,
              'x-dead-letter-exchange': '',
              'x-dead-letter-routing-key': 'b',
            },
          },
          b: {
            arguments: { 'x-message-ttl': 1, 'x-dead-letter-exchange': '', 'x-dead-letter-routing-key': 'a' },
          },
        },
      },
      at: ['1:field'],
      // A limit that nothing reaches is none.
      good: {
        queues: {
          a: {
            ...quorum,
            arguments: {
              'x-delivery-limit': 1_000_000,
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
  'delivery-limit-drops': [
    {
      bad: { queues: { q: { ...quorum, arguments: { 'x-delivery-limit': 5 } } } },
      at: ['1:field'],
      good: {
        queues: {
          q: { ...quorum, arguments: { 'x-delivery-limit': 5, ...dlx } },
          r: { ...quorum, arguments: { 'x-delivery-limit': -1 } },
          // As good as none, on every version.
          s: { ...quorum, arguments: { 'x-delivery-limit': 1_000_000 } },
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
};
