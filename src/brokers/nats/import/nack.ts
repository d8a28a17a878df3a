import {
  type DraftSection,
  type ForeignFormat,
  isOfGroup,
  leaveManifest,
  type Manifest,
  type Mapping,
  readManifest,
  skipManifest,
} from '../../../import/index.ts';
import type { Json } from '../../../model/index.ts';
import { fieldsOf, goDuration, type PlacedField, putConsumer, putStream } from './draft.ts';

const GROUP = 'jetstream.nats.io';

/** Resources of the NATS JetStream controller for Kubernetes. https://github.com/nats-io/nack/blob/main/docs/api.md */
export const nack: ForeignFormat = {
  name: 'nack',
  sign: `it has apiVersion: ${GROUP}/…, and kind: Stream, Consumer, KeyValue or ObjectStore`,
  recognises: (document) => isOfGroup(document, GROUP),

  translate(documents, draft) {
    const manifests = documents.map(readManifest);
    const streams = new Set(manifests.flatMap(streamIn));
    for (const manifest of manifests) {
      const { kind, spec, root } = manifest;
      if (kind === 'Account') leaveManifest(manifest, 'how a server is reached stands in brokerform.yaml');
      else if (!TRANSLATORS[kind]) leaveManifest(manifest, 'brokerform has nothing like it');
      else if (!spec) root.required('spec');
      else if (isMeant(draft, manifest, spec)) TRANSLATORS[kind](draft, spec, streams);
      else skipManifest(manifest);
    }
  },
};

type Translate = (draft: DraftSection, spec: Mapping, streams: ReadonlySet<string>) => void;

const TRANSLATORS: Readonly<Record<string, Translate>> = {
  Consumer: translateConsumer,
  KeyValue: (draft, spec) => translateBucket(draft, spec, 'KV_'),
  ObjectStore: (draft, spec) => translateBucket(draft, spec, 'OBJ_'),
  Stream: translateStream,
};

const PREFIXES: Readonly<Record<string, string>> = { KeyValue: 'KV_', ObjectStore: 'OBJ_', Stream: '' };

/** The stream that an object makes. */
function streamIn({ kind, spec }: Manifest): string[] {
  const name = spec?.value[kind === 'Stream' ? 'name' : 'bucket'];
  const prefix = PREFIXES[kind];
  return typeof name === 'string' && prefix !== undefined ? [prefix + name] : [];
}

/** An account is a broker of its own. The rest says how the controller connects. */
function isMeant(draft: DraftSection, { namespace }: Manifest, spec: Mapping): boolean {
  const account = spec.text('account');
  if (account !== undefined && !draft.belongsTo(account, spec.at('account'), namespace)) return false;
  spec.skip('creds', 'nkey', 'servers', 'tls', 'tlsFirst', 'jsDomain');
  if (spec.flag('preventDelete') === true)
    spec.leave('preventDelete', 'protect in brokerform.yaml does that');
  if (spec.flag('preventUpdate') === true)
    spec.leave('preventUpdate', 'ignore in brokerform.yaml leaves a resource alone');
  return true;
}

/** What the resource definition of the cluster fills in where nothing is said. */
function assumed(spec: Mapping, key: string, value: Json, api: string): Record<string, PlacedField> {
  if (spec.has(key)) return {};
  spec.remark(
    key,
    `it is not said, which NACK takes for ${String(value)}; compare it with what is on the server`,
  );
  return { [api]: { value, at: spec.at() } };
}

const LIMITS = {
  maxBytes: ['max_bytes', 'whole'],
  description: ['description', 'text'],
  storage: ['storage', 'text'],
  replicas: ['num_replicas', 'whole'],
  placement: ['placement', 'json'],
  metadata: ['metadata', 'json'],
} as const;

function translateStream(draft: DraftSection, spec: Mapping): void {
  const name = spec.required('name');
  if (name === undefined) return;
  const most = spec.whole('maxMsgsPerSubject') ?? 0;
  const fields = {
    ...fieldsOf(spec, {
      ...LIMITS,
      subjects: ['subjects', 'json'],
      retention: ['retention', 'text'],
      maxConsumers: ['max_consumers', 'whole'],
      maxMsgs: ['max_msgs', 'whole'],
      maxAge: ['max_age', 'duration'],
      maxMsgSize: ['max_msg_size', 'whole'],
      discard: ['discard', 'text'],
      discardPerSubject: ['discard_new_per_subject', 'flag'],
      noAck: ['no_ack', 'flag'],
      duplicateWindow: ['duplicate_window', 'duration'],
      compression: ['compression', 'text'],
      sealed: ['sealed', 'flag'],
      denyDelete: ['deny_delete', 'flag'],
      denyPurge: ['deny_purge', 'flag'],
      allowDirect: ['allow_direct', 'flag'],
      allowRollup: ['allow_rollup_hdrs', 'flag'],
      mirrorDirect: ['mirror_direct', 'flag'],
      firstSequence: ['first_seq', 'whole'],
      allowMsgTtl: ['allow_msg_ttl', 'flag'],
      subjectDeleteMarkerTtl: ['subject_delete_marker_ttl', 'duration'],
      allowMsgCounter: ['allow_msg_counter', 'flag'],
      allowAtomicPublish: ['allow_atomic', 'flag'],
      allowMsgSchedules: ['allow_msg_schedules', 'flag'],
      persistMode: ['persist_mode', 'text'],
    }),
    // 0 is no limit here.
    ...(most > 0 && { max_msgs_per_subject: { value: most, at: spec.at('maxMsgsPerSubject') } }),
    ...assumed(spec, 'storage', 'memory', 'storage'),
    ...origins(spec),
    ...limitsOfConsumers(spec),
  };
  const transform = spec.mapping('subjectTransform');
  const subject_transform = transform && { value: transformOf(transform), at: transform.at() };
  putStream(draft, name, { ...fields, ...(subject_transform && { subject_transform }) }, spec.at());
}

function transformOf(transform: Mapping): Json {
  return { src: transform.text('source') ?? '', dest: transform.text('dest') ?? '' };
}

function limitsOfConsumers(spec: Mapping): Record<string, PlacedField> {
  const limits = spec.mapping('consumerLimits');
  if (!limits) return {};
  const read = fieldsOf(limits, {
    inactiveThreshold: ['inactive_threshold', 'duration'],
    maxAckPending: ['max_ack_pending', 'whole'],
  });
  const value = Object.fromEntries(Object.entries(read).map(([api, field]) => [api, field.value ?? null]));
  return { consumer_limits: { value, at: limits.at() } };
}

function origins(spec: Mapping): Record<string, PlacedField> {
  const mirror = spec.mapping('mirror');
  const sources = spec.mappings('sources');
  const republish = spec.mapping('republish');
  const headersOnly = republish?.flag('headers_only') === true;
  return {
    ...(mirror && { mirror: { value: originOf(mirror), at: mirror.at() } }),
    ...(sources.length > 0 && { sources: { value: sources.map(originOf), at: spec.at('sources') } }),
    ...(republish && {
      republish: {
        value: {
          src: republish.text('source') ?? '>',
          dest: republish.text('destination') ?? '',
          ...(headersOnly && { headers_only: true }),
        },
        at: republish.at(),
      },
    }),
  };
}

function originOf(origin: Mapping): Json {
  const sequence = origin.whole('optStartSeq') ?? 0;
  const [time, filter, api, deliver] = [
    'optStartTime',
    'filterSubject',
    'externalApiPrefix',
    'externalDeliverPrefix',
  ].map((key) => origin.text(key) ?? '');
  const transforms = origin.mappings('subjectTransforms').map(transformOf);
  return {
    name: origin.required('name') ?? '',
    ...(sequence > 0 && { opt_start_seq: sequence }),
    ...(time && { opt_start_time: time }),
    ...(filter && { filter_subject: filter }),
    ...(api && { external: { api, ...(deliver && { deliver }) } }),
    ...(transforms.length > 0 && { subject_transforms: transforms }),
  };
}

function translateBucket(draft: DraftSection, spec: Mapping, prefix: string): void {
  const bucket = spec.required('bucket');
  if (bucket === undefined) return;
  const isCompressed = spec.flag('compression') === true;
  const fields = {
    ...fieldsOf(spec, {
      ...LIMITS,
      ttl: ['max_age', 'duration'],
      ...(prefix === 'KV_' && {
        history: ['max_msgs_per_subject', 'whole'],
        maxValueSize: ['max_msg_size', 'whole'],
        // A number of nanoseconds, unlike the other durations.
        limitMarkerTtl: ['subject_delete_marker_ttl', 'whole'],
      }),
    }),
    ...(isCompressed && { compression: { value: 's2', at: spec.at('compression') } }),
    ...(prefix === 'KV_' && origins(spec)),
  };
  putStream(draft, prefix + bucket, fields, spec.at());
}

const POLICIES = ['all', 'last', 'new', 'by_start_sequence', 'by_start_time', 'last_per_subject'] as const;

function translateConsumer(draft: DraftSection, spec: Mapping, streams: ReadonlySet<string>): void {
  const name = spec.required('durableName');
  const stream = spec.required('streamName');
  const policy = spec.word('deliverPolicy', POLICIES);
  const backoff = spec.texts('backoff').map(({ text, at }) => goDuration(spec, 'backoff', { text, at }));
  const fields = {
    ...fieldsOf(spec, {
      description: ['description', 'text'],
      optStartSeq: ['opt_start_seq', 'whole'],
      optStartTime: ['opt_start_time', 'text'],
      deliverSubject: ['deliver_subject', 'text'],
      deliverGroup: ['deliver_group', 'text'],
      ackPolicy: ['ack_policy', 'text'],
      ackWait: ['ack_wait', 'duration'],
      maxDeliver: ['max_deliver', 'whole'],
      filterSubject: ['filter_subject', 'text'],
      filterSubjects: ['filter_subjects', 'json'],
      replayPolicy: ['replay_policy', 'text'],
      sampleFreq: ['sample_freq', 'text'],
      maxWaiting: ['max_waiting', 'whole'],
      rateLimitBps: ['rate_limit_bps', 'whole'],
      maxAckPending: ['max_ack_pending', 'whole'],
      flowControl: ['flow_control', 'flag'],
      headersOnly: ['headers_only', 'flag'],
      heartbeatInterval: ['idle_heartbeat', 'duration'],
      maxRequestBatch: ['max_batch', 'whole'],
      maxRequestExpires: ['max_expires', 'duration'],
      maxRequestMaxBytes: ['max_bytes', 'whole'],
      inactiveThreshold: ['inactive_threshold', 'duration'],
      pauseUntil: ['pause_until', 'text'],
      priorityPolicy: ['priority_policy', 'text'],
      pinnedTtl: ['priority_timeout', 'duration'],
      priorityGroups: ['priority_groups', 'json'],
      replicas: ['num_replicas', 'whole'],
      memStorage: ['mem_storage', 'flag'],
      metadata: ['metadata', 'json'],
    }),
    ...(policy !== undefined && { deliver_policy: { value: policy, at: spec.at('deliverPolicy') } }),
    ...(backoff.length > 0 && { backoff: { value: backoff.map((one) => one ?? 0), at: spec.at('backoff') } }),
    ...assumed(spec, 'ackPolicy', 'none', 'ack_policy'),
  };
  if (name === undefined || stream === undefined) return;
  if (streams.has(stream)) putConsumer(draft, stream, name, fields, spec.at());
  else
    spec.leave(
      'streamName',
      `stream ${stream} is not among the files, and consumer ${name} would stand in it`,
    );
}
