import { count, duration, type Fields, flag, immutableDelivery, list, SECOND, text, time } from './field.ts';

/*
 * All fields of the configuration of a durable consumer: `ConsumerConfig` in server/consumer.go, checked against the
 * same release lines as streams. https://docs.nats.io/nats-concepts/jetstream/consumers#configuration
 */

export const ACK_WAIT = 30 * SECOND;
export const MAX_WAITING = 512;
export const MAX_ACK_PENDING = 1000;

export const consumerFields: Fields = {
  description: { ...text, doc: 'Description, up to 4 KiB.' },
  deliver_policy: {
    type: 'choice',
    default: 'all',
    choices: {
      all: null,
      last: null,
      new: null,
      by_start_sequence: null,
      by_start_time: null,
      last_per_subject: null,
    },
    doc: 'Where in the stream it begins. A change moves the consumer there: from 2.14 on in place, where that is possible.',
  },
  opt_start_seq: { type: 'integer', default: null, minimum: 1, doc: 'For deliver_policy by_start_sequence.' },
  opt_start_time: { ...time, doc: 'For deliver_policy by_start_time; RFC 3339.' },
  ack_policy: {
    type: 'choice',
    // The default of the API is `none`, the zero value of Go. Clients send `explicit`: without acknowledgements, a pull
    // consumer loses the messages that a stopped client had received.
    default: 'explicit',
    choices: { none: null, all: null, explicit: null, flow_control: '2.14' },
    immutable: 'the acknowledgement policy never changes',
    doc: 'Whether each message is acknowledged, or all up to one, or none. It can never change.',
  },
  ack_wait: {
    type: 'duration',
    default: ACK_WAIT,
    minimum: 0,
    doc: 'Time until an unacknowledged message is redelivered. backoff overrides it.',
  },
  max_deliver: {
    type: 'integer',
    default: -1,
    unlimited: true,
    minimum: -1,
    doc: 'Maximum number of deliveries of a message; −1 for no limit.',
  },
  backoff: {
    type: 'durations',
    default: null,
    doc: 'Delay before each further delivery; the first one overrides ack_wait.',
  },
  filter_subject: { ...text, doc: 'Only messages on these subjects; all where it is left out.' },
  filter_subjects: { ...list, doc: 'Several filters, which must not overlap. More than one needs 2.10.' },
  replay_policy: {
    type: 'choice',
    default: 'instant',
    choices: { instant: null, original: null },
    immutable: 'the replay policy never changes',
    doc: 'As fast as it goes, or at the pace of publishing. It can never change.',
  },
  rate_limit_bps: { ...count, doc: 'Push consumers: bits a second; 0 for no limit.' },
  sample_freq: { ...text, doc: 'Share of acknowledgements that are sampled, in percent: "30".' },
  max_waiting: {
    ...count,
    default: MAX_WAITING,
    immutable: 'it never changes',
    doc: 'Pull consumers: most pull requests that wait. It can never change.',
  },
  max_ack_pending: {
    type: 'integer',
    default: MAX_ACK_PENDING,
    minimum: -1,
    doc: 'Maximum number of unacknowledged messages; −1 for no limit.',
  },
  flow_control: {
    ...flag,
    doc: 'Push consumers: pause when the client is slow. It can never change.',
    immutable: 'flow control never changes',
  },
  headers_only: { ...flag, doc: 'Give the headers, without the body.' },
  max_batch: { ...count, doc: 'Pull consumers: most messages of one request; 0 for no limit.' },
  max_expires: { ...duration, doc: 'Pull consumers: longest expiry of one request.' },
  max_bytes: { type: 'size', default: 0, minimum: 0, doc: 'Pull consumers: most bytes of one request.' },
  deliver_subject: {
    ...text,
    immutable: immutableDelivery,
    doc: 'The subject that a push consumer delivers to. Without one it is a pull consumer; it can never change sides.',
  },
  deliver_group: { ...text, doc: 'Push consumers: the queue group that shares the messages.' },
  idle_heartbeat: {
    ...duration,
    immutable: 'the heartbeat never changes',
    doc: 'Push consumers: a sign of life when there is nothing to give. It can never change.',
  },
  inactive_threshold: {
    ...duration,
    doc: 'The server deletes the consumer when no client used it for so long; 0 for never.',
  },
  num_replicas: { ...count, maximum: 5, doc: "Copies of its state; 0 for as many as the stream's." },
  // Servers before 2.14.4 accept a new value and keep the old storage.
  mem_storage: {
    ...flag,
    doc: 'Keeps its state in memory. It can never change.',
    immutable: 'where the state is kept never changes',
  },
  metadata: {
    type: 'table',
    default: {},
    since: '2.10',
    doc: 'Labels. Keys that begin with _nats. are the server’s.',
  },
  pause_until: {
    type: 'time',
    default: null,
    since: '2.11',
    // Operators pause consumers manually in an emergency; a plan must not resume an undeclared pause.
    kept: true,
    doc: 'Gives nothing before this time; RFC 3339. Left out, it stays as it is; a past time resumes.',
  },
  priority_groups: { ...list, since: '2.11', doc: 'Groups of pulling clients.' },
  priority_policy: {
    type: 'choice',
    default: 'none',
    since: '2.11',
    choices: { none: null, overflow: null, pinned_client: null, prioritized: '2.12' },
    doc: 'How the groups share the messages.',
  },
  priority_timeout: {
    ...duration,
    since: '2.11',
    doc: 'How long a pinned client may be silent. By default 2m with pinned_client.',
  },
};
