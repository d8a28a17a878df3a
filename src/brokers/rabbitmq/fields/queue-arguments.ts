import type { Releases } from '../version.ts';
import type { Argument, Types } from './argument.ts';

const ALWAYS: Releases = {};
const CLASSIC: Types = { classic: ALWAYS };
const QUORUM: Types = { quorum: ALWAYS };
const STREAM: Types = { stream: ALWAYS };
const CLASSIC_QUORUM: Types = { ...CLASSIC, ...QUORUM };
const QUORUM_4_3: Types = { quorum: { from: '4.3' } };

/** The longest TTL that the broker takes as an argument: ten years of 365 days, in milliseconds. */
const TEN_YEARS = 315_360_000_000;
const DROPPED = 'messages beyond that are dropped at once';
const USE_LEADER_LOCATOR = 'use queue-leader-locator';

/**
 * Every optional argument of queues, by its name without `x-`: which types take it and which values, seen on RabbitMQ
 * 3.10.8 and 4.3.6. https://www.rabbitmq.com/docs/queues#optional-arguments
 */
export const queueArguments = {
  'message-ttl': {
    unit: 'ms',
    minimum: 0,
    maximum: TEN_YEARS,
    types: { classic: ALWAYS, quorum: { from: '3.10' } },
    policy: {
      disablesFor: STREAM,
      inPlace: 'smaller',
      whenLowered: 'messages older than that are dropped at once',
    },
    doc: 'How long a message may wait before it expires, and is dead-lettered or dropped.',
  },
  expires: {
    unit: 'ms',
    minimum: 1,
    maximum: TEN_YEARS,
    types: CLASSIC_QUORUM,
    policy: {
      disablesFor: STREAM,
      inPlace: 'smaller',
      whenLowered: 'queues that are unused for that long are deleted with their messages',
    },
    doc: 'How long the queue may be unused before the broker deletes it with its messages.',
  },
  'max-length': {
    type: 'integer',
    minimum: 0,
    types: CLASSIC_QUORUM,
    policy: { disablesFor: STREAM, inPlace: 'smaller', whenLowered: DROPPED },
    doc: 'Maximum number of messages in the queue. `overflow` decides what happens beyond it.',
  },
  'max-length-bytes': {
    unit: 'bytes',
    minimum: 0,
    types: { ...CLASSIC_QUORUM, ...STREAM },
    policy: { inPlace: 'smaller', whenLowered: DROPPED },
    doc: 'Maximum size of all message bodies in the queue.',
  },
  overflow: {
    choices: ['drop-head', 'reject-publish', 'reject-publish-dlx'],
    types: CLASSIC_QUORUM,
    policy: { disablesFor: STREAM, inPlace: 'quorum-wins' },
    doc: 'What happens when the queue is full: drop the oldest, refuse the publisher, or refuse and dead-letter. reject-publish-dlx is for classic queues only.',
  },
  'max-priority': {
    type: 'integer',
    minimum: 0,
    maximum: 255,
    types: CLASSIC,
    doc: 'The highest message priority; 0 to 255, and best below 10.',
  },
  'single-active-consumer': {
    type: 'boolean',
    types: CLASSIC_QUORUM,
    doc: 'Only one consumer gets messages at a time, and another takes over when it goes.',
  },
  'delivery-limit': {
    type: 'integer',
    minimum: -1,
    accepted: { type: 'integer' },
    types: QUORUM,
    policy: { disablesFor: { ...CLASSIC, ...STREAM }, inPlace: 'lower' },
    refused: [
      {
        in: 'policy',
        before: '4.0',
        value: (value) => typeof value === 'number' && value < 0,
        what: 'a negative delivery-limit in a policy',
        hint: 'remove it: the default is no limit',
      },
    ],
    doc: 'Number of redeliveries of a message before it is dead-lettered or dropped. 20 by default from 4.0; -1 is no limit.',
  },
  'consumer-timeout': {
    unit: 'ms',
    minimum: 0,
    types: QUORUM_4_3,
    policy: { from: '3.12' },
    doc: 'How long a consumer may hold a message without acknowledging it.',
  },
  'consumer-disconnected-timeout': {
    unit: 'ms',
    minimum: 0,
    types: QUORUM_4_3,
    policy: {},
    doc: 'How long the messages of a consumer on an unreachable node are kept for it.',
  },
  'delayed-retry-type': {
    choices: ['all', 'failed', 'returned', 'disabled'],
    accepted: 'anything',
    types: QUORUM_4_3,
    policy: { accepted: { type: 'string' } },
    doc: 'Which returned messages wait before they are delivered again.',
  },
  'delayed-retry-min': {
    unit: 'ms',
    minimum: 1,
    accepted: 'anything',
    types: QUORUM_4_3,
    policy: { accepted: { unit: 'ms', minimum: 0 } },
    doc: 'The wait before the first retry.',
  },
  'delayed-retry-max': {
    unit: 'ms',
    minimum: 1,
    accepted: 'anything',
    types: QUORUM_4_3,
    policy: { accepted: { unit: 'ms', minimum: 0 } },
    doc: 'The longest wait between retries.',
  },
  'max-age': {
    unit: 'age',
    types: STREAM,
    policy: { disablesFor: CLASSIC_QUORUM, whenLowered: 'what is older is deleted from the stream' },
    doc: "How long a stream keeps messages: a duration such as 7d, or in the broker's own notation 7D (Y, M, D, h, m, s).",
  },
  'stream-max-segment-size-bytes': {
    unit: 'bytes',
    minimum: 0,
    maximum: 3_000_000_000,
    types: STREAM,
    policy: { disablesFor: CLASSIC_QUORUM },
    doc: "The size of a stream's files on disk; only whole files are deleted. At most 3 GB.",
  },
  'stream-filter-size-bytes': {
    type: 'integer',
    minimum: 16,
    maximum: 255,
    types: { stream: { from: '3.13' } },
    policy: {},
    doc: 'The size of the filter in front of each chunk, in bytes.',
  },
  'initial-cluster-size': {
    type: 'integer',
    minimum: 1,
    types: STREAM,
    policy: { disablesFor: CLASSIC_QUORUM },
    doc: 'On how many nodes the stream starts.',
  },
  'quorum-initial-group-size': {
    type: 'integer',
    minimum: 1,
    types: QUORUM,
    doc: 'On how many nodes the queue starts.',
  },
  'queue-leader-locator': {
    choices: ['client-local', 'balanced', 'random', 'least-leaders'],
    types: { ...QUORUM, ...STREAM, classic: { from: '4.0' } },
    policy: { disablesFor: { classic: { before: '4.0' } } },
    doc: 'Where the leader starts. `balanced` from 3.10.',
  },
  'queue-master-locator': {
    type: 'string',
    types: CLASSIC,
    policy: {
      doc: 'Where classic queues are placed; gone in 4.3.',
      disablesFor: { ...QUORUM, ...STREAM },
    },
    refused: [
      { in: 'argument', from: '4.3', what: 'x-queue-master-locator', hint: USE_LEADER_LOCATOR },
      { in: 'policy', from: '4.3', what: 'queue-master-locator in a policy', hint: USE_LEADER_LOCATOR },
    ],
    doc: 'Where a classic queue is placed; refused from 4.3.',
  },
  'queue-mode': {
    choices: ['default', 'lazy'],
    types: CLASSIC,
    policy: { disablesFor: { ...QUORUM, ...STREAM } },
    doc: '`lazy` kept messages on disk before 3.12. Ignored since then.',
  },
  'queue-version': {
    type: 'integer',
    choices: [1, 2],
    minimum: 1,
    maximum: 2,
    types: CLASSIC,
    policy: {},
    refused: [
      {
        in: 'argument',
        from: '4.3',
        value: (value) => value === 1,
        what: 'x-queue-version: 1',
        hint: 'remove it: version 2 is the only one',
      },
    ],
    doc: 'The storage version. Only 2 is left in 4.3.',
  },
  'dead-letter-exchange': {
    type: 'string',
    deadLetter: 'exchange',
    types: CLASSIC_QUORUM,
    policy: {
      doc: "The exchange for messages that expire, are rejected, or do not fit; a queue's own argument wins.",
      disablesFor: STREAM,
      inPlace: 'unset',
    },
    doc: 'The exchange for messages that expire, are rejected, or do not fit. `""` routes straight to the queue named by routing-key.',
  },
  'dead-letter-routing-key': {
    type: 'string',
    deadLetter: 'routing-key',
    types: CLASSIC_QUORUM,
    policy: {
      doc: 'The routing key they get; needs dead-letter-exchange.',
      disablesFor: STREAM,
      inPlace: 'unset',
    },
    doc: 'The routing key they get; their own where it is left out.',
  },
  'dead-letter-strategy': {
    choices: ['at-most-once', 'at-least-once'],
    deadLetter: 'strategy',
    types: { quorum: { from: '3.10' } },
    policy: {
      doc: 'The dead lettering strategy.',
      disablesFor: { ...CLASSIC, ...STREAM },
      inPlace: 'unset',
    },
    doc: 'The dead lettering strategy. at-least-once needs a quorum queue, a dead-letter exchange and overflow reject-publish.',
  },
  'max-in-memory-length': {
    raw: true,
    type: 'integer',
    minimum: 0,
    types: QUORUM,
    policy: { disablesFor: { ...STREAM, classic: { from: '4.0' } } },
    doc: 'Maximum number of messages in memory. Ignored since 3.10.',
  },
  'max-in-memory-bytes': {
    raw: true,
    unit: 'bytes',
    minimum: 0,
    types: QUORUM,
    policy: { disablesFor: { ...STREAM, classic: { from: '4.0' } } },
    doc: 'Maximum size of messages in memory. Ignored since 3.10.',
  },
} as const satisfies Readonly<Record<string, Argument>>;
