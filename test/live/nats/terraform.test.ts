import { afterAll, beforeAll, expect, test } from 'vitest';
import { NatsProject } from './cli-project.ts';
import { describeLines, sharedUrl } from './lines.ts';
import { PlainServer } from './plain.ts';

/** In nanoseconds. */
const SECOND = 1e9;

/** What nats-io/jetstream 0.4 keeps of a stream, as it was seen. */
const STREAM = {
  ack: true,
  allow_atomic: false,
  allow_batched: false,
  allow_direct: true,
  allow_msg_counter: false,
  allow_msg_schedules: false,
  allow_msg_ttl: true,
  allow_rollup_hdrs: true,
  compression: 's2',
  deny_delete: true,
  deny_purge: false,
  description: 'Everything that happens to an order',
  discard: 'new',
  discard_new_per_subject: false,
  duplicate_window: 120,
  first_seq: 0,
  id: 'JETSTREAM_STREAM_TF_ORDERS',
  // The provider reads it back in nanoseconds.
  inactive_threshold: 3600 * SECOND,
  max_ack_pending: 500,
  max_age: 31_536_000,
  max_bytes: -1,
  max_consumers: -1,
  max_msg_size: 65_536,
  max_msgs: -1,
  max_msgs_per_subject: 1000,
  metadata: { team: 'shop' },
  mirror: [],
  mirror_direct: null,
  name: 'TF_ORDERS',
  persist_mode: '',
  placement_cluster: null,
  placement_preferred: null,
  placement_tags: null,
  replicas: 1,
  republish_destination: 'live.paid',
  republish_headers_only: true,
  republish_source: 'tf.paid',
  retention: 'limits',
  source: [],
  storage: 'memory',
  subject_delete_marker_ttl: 60,
  subject_transform: [{ source: 'tf.back.*', destination: 'tf.returned.{{wildcard(1)}}' }],
  subjects: ['tf.>'],
};

/** The same as the provider sends it. */
const STREAM_SENT = {
  name: 'TF_ORDERS',
  description: STREAM.description,
  subjects: STREAM.subjects,
  retention: 'limits',
  discard: 'new',
  storage: 'memory',
  compression: 'none',
  num_replicas: 1,
  max_age: 31_536_000 * SECOND,
  max_bytes: -1,
  max_consumers: -1,
  max_msgs: -1,
  max_msg_size: 65_536,
  max_msgs_per_subject: 1000,
  duplicate_window: 120 * SECOND,
  allow_direct: true,
  allow_rollup_hdrs: true,
  allow_msg_ttl: true,
  subject_delete_marker_ttl: 60 * SECOND,
  deny_delete: true,
  metadata: { team: 'shop' },
  consumer_limits: { inactive_threshold: 3600 * SECOND, max_ack_pending: 500 },
  republish: { src: 'tf.paid', dest: 'live.paid', headers_only: true },
  subject_transform: { src: 'tf.back.*', dest: 'tf.returned.{{wildcard(1)}}' },
};

const CONSUMER = {
  ack_policy: 'explicit',
  ack_wait: 30,
  backoff: null,
  deliver_new: true,
  delivery_group: 'auditors',
  delivery_subject: 'audit.in',
  description: '',
  durable_name: 'audit',
  filter_subject: '',
  filter_subjects: ['tf.a', 'tf.b'],
  flow_control: true,
  headers_only: true,
  heartbeat: 5,
  id: 'JETSTREAM_STREAM_TF_ORDERS_CONSUMER_audit',
  inactive_threshold: 600,
  max_ack_pending: 500,
  max_batch: 0,
  max_delivery: -1,
  max_waiting: 0,
  memory: false,
  metadata: null,
  priority_policy: 'none',
  ratelimit: 0,
  replay_policy: 'instant',
  replicas: 0,
  sample_freq: 0,
  start_time: '',
  stream_id: 'JETSTREAM_STREAM_TF_ORDERS',
  stream_sequence: 0,
};

const CONSUMER_SENT = {
  durable_name: 'audit',
  name: 'audit',
  ack_policy: 'explicit',
  ack_wait: 30 * SECOND,
  deliver_policy: 'new',
  deliver_subject: 'audit.in',
  deliver_group: 'auditors',
  filter_subjects: ['tf.a', 'tf.b'],
  flow_control: true,
  headers_only: true,
  idle_heartbeat: 5 * SECOND,
  inactive_threshold: 600 * SECOND,
  max_ack_pending: 500,
  max_deliver: -1,
  replay_policy: 'instant',
  // So the provider writes no sampling.
  sample_freq: '0%',
  num_replicas: 0,
};

function instance(type: string, name: string, attributes: object) {
  const provider = 'provider["registry.terraform.io/nats-io/jetstream"]';
  return { mode: 'managed', type, name, provider, instances: [{ schema_version: 0, attributes }] };
}

describeLines(
  (line) => {
    let server: PlainServer;
    let project: NatsProject;
    beforeAll(async () => {
      server = await PlainServer.connect(sharedUrl(line));
      project = new NatsProject([sharedUrl(line)]);
      await server.demand('STREAM.CREATE.TF_ORDERS', STREAM_SENT);
      const request = { stream_name: 'TF_ORDERS', config: CONSUMER_SENT };
      await server.demand('CONSUMER.CREATE.TF_ORDERS.audit', request);
    });
    afterAll(async () => {
      project?.removeFolder();
      await server?.demand('STREAM.DELETE.TF_ORDERS');
      await server?.close();
    });

    test('planning what was imported from a state has no changes', async () => {
      const resources = [
        instance('jetstream_stream', 'orders', { ...STREAM, compression: 'none' }),
        instance('jetstream_consumer', 'audit', CONSUMER),
      ];
      const head = { version: 4, terraform_version: '1.11.4', serial: 3, lineage: 'a' };
      project.write('before.tfstate', { ...head, resources });
      await project.expectRun(0, 'import', '--from', 'before.tfstate', '--out', '.');
      project.configure({}, { topologies: ['streams.yaml'] });
      const { stdout } = await project.expectRun(0, 'plan', '--detailed-exitcode');
      expect(stdout).toContain('No changes. 2 in sync');
    });
  },
  { title: 'Terraform', lines: ['current'] },
);
