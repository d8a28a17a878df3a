import type { JsonObject } from '../../../src/model/index.ts';

const SECOND = 1_000_000_000;

/** Fields of a stream or consumer that are set together, as YAML says them. */
export type Body = JsonObject;

/** Of each field, bodies that give it a value other than its default, with what it needs beside it. */
export const streamValues: Readonly<Record<string, readonly Body[]>> = {
  description: [{ description: 'x' }],
  subjects: [{ subjects: ['a.>', 'b'] }],
  retention: [{ retention: 'interest' }, { retention: 'workqueue' }],
  max_consumers: [{ max_consumers: 5 }],
  max_msgs: [{ max_msgs: 100 }, { max_msgs: { $int: '9007199254740993' } }],
  max_bytes: [{ max_bytes: '1MB' }],
  max_age: [{ max_age: '1h' }, { max_age: '60s' }],
  max_msgs_per_subject: [{ max_msgs_per_subject: 3 }],
  max_msg_size: [{ max_msg_size: '1kB' }],
  discard: [{ discard: 'new' }],
  discard_new_per_subject: [{ discard: 'new', discard_new_per_subject: true, max_msgs_per_subject: 2 }],
  storage: [{ storage: 'memory' }],
  num_replicas: [{ num_replicas: 3 }],
  no_ack: [{ no_ack: true }],
  duplicate_window: [{ duplicate_window: '30s' }],
  placement: [{ placement: { tags: ['ssd'] } }],
  mirror: [
    { mirror: { name: 'ORIGIN' } },
    { mirror: { name: 'DIRECT' } },
    { mirror: { name: 'ORIGIN', filter_subject: 'o.x' } },
    { mirror: { name: 'ELSEWHERE', external: { api: '$JS.hub.API' } } },
  ],
  sources: [
    { sources: [{ name: 'ORIGIN' }] },
    {
      sources: [
        { name: 'ORIGIN', filter_subject: 'o.x', opt_start_time: '2026-01-01T02:00:00+02:00' },
        { name: 'DIRECT', opt_start_seq: 5 },
      ],
    },
    { sources: [{ name: 'ORIGIN', subject_transforms: [{ src: 'o.>', dest: 'p.>' }] }] },
  ],
  compression: [{ compression: 's2' }],
  first_seq: [{ first_seq: 100 }],
  subject_transform: [{ subject_transform: { src: '>', dest: 'z.>' } }],
  republish: [
    { republish: { dest: 'copy.>' } },
    { republish: { src: '>', dest: 'heads.>', headers_only: true } },
  ],
  allow_direct: [{ allow_direct: true }],
  mirror_direct: [{ mirror: { name: 'DIRECT' }, mirror_direct: true }],
  sealed: [{ sealed: true }],
  deny_delete: [{ deny_delete: true }],
  deny_purge: [{ deny_purge: true }],
  allow_rollup_hdrs: [{ allow_rollup_hdrs: true }],
  consumer_limits: [
    { consumer_limits: { inactive_threshold: '10s' } },
    { consumer_limits: { max_ack_pending: 10 } },
  ],
  allow_msg_ttl: [{ allow_msg_ttl: true }],
  subject_delete_marker_ttl: [{ subject_delete_marker_ttl: '60s' }],
  allow_msg_counter: [{ allow_msg_counter: true }],
  allow_atomic: [{ allow_atomic: true }],
  allow_msg_schedules: [{ allow_msg_schedules: true }],
  persist_mode: [{ persist_mode: 'async' }],
  allow_batched: [{ allow_batched: true }],
  metadata: [{ metadata: { team: 'shop' } }],
};

const push = { deliver_subject: 'deliver.x' };
const ACK = { max_deliver: 5 };

/** The same of a consumer, whose stream has `o.>`. */
export const consumerValues: Readonly<Record<string, readonly Body[]>> = {
  description: [{ description: 'x' }],
  deliver_policy: [
    { deliver_policy: 'new' },
    { deliver_policy: 'last' },
    { deliver_policy: 'last_per_subject', filter_subject: 'o.a' },
  ],
  opt_start_seq: [{ deliver_policy: 'by_start_sequence', opt_start_seq: 3 }],
  opt_start_time: [{ deliver_policy: 'by_start_time', opt_start_time: '2026-01-01T02:00:00.5+02:00' }],
  ack_policy: [{ ack_policy: 'none' }, { ack_policy: 'all' }, { ack_policy: 'flow_control', ...push }],
  ack_wait: [{ ack_wait: '10s' }],
  max_deliver: [ACK],
  backoff: [{ backoff: ['1s', '5s'], ...ACK }],
  filter_subject: [{ filter_subject: 'o.a' }],
  filter_subjects: [{ filter_subjects: ['o.a', 'o.b'] }, { filter_subjects: ['o.a'] }],
  replay_policy: [{ replay_policy: 'original' }],
  rate_limit_bps: [{ rate_limit_bps: 1000, ...push }],
  sample_freq: [{ sample_freq: '30' }, { sample_freq: '50%' }],
  max_waiting: [{ max_waiting: 10 }],
  max_ack_pending: [{ max_ack_pending: 5 }, { max_ack_pending: -1 }],
  flow_control: [{ flow_control: true, idle_heartbeat: '1s', ...push }],
  headers_only: [{ headers_only: true }],
  max_batch: [{ max_batch: 10 }],
  max_expires: [{ max_expires: '10s' }],
  max_bytes: [{ max_bytes: '1kB' }],
  deliver_subject: [push],
  deliver_group: [{ deliver_group: 'workers', ...push }],
  idle_heartbeat: [{ idle_heartbeat: '1s', ...push }],
  inactive_threshold: [{ inactive_threshold: '1h' }],
  num_replicas: [{ num_replicas: 1 }],
  mem_storage: [{ mem_storage: true }],
  metadata: [{ metadata: { team: 'shop' } }],
  pause_until: [{ pause_until: '2030-01-01T02:00:00+02:00' }],
  priority_groups: [{ priority_groups: ['a'], priority_policy: 'overflow' }],
  priority_policy: [{ priority_policy: 'pinned_client', priority_groups: ['a'] }],
  priority_timeout: [
    { priority_timeout: 5 * SECOND, priority_policy: 'pinned_client', priority_groups: ['a'] },
  ],
};
