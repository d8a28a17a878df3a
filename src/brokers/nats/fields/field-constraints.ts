import { canonicalJson, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { isWithin, overlap } from './subjects.ts';
import { listIn, numberIn, objectsIn } from './values.ts';

/**
 * Fields that exclude or require each other: `checkStreamCfg` and `checkConsumerCfg` of the server. Verified on 2.9.10,
 * 2.10.27 and 2.15.1.
 */
export interface FieldConstraint {
  /** The first field to correct. */
  readonly field: string;
  /** Why the server rejects it. */
  readonly message: string;
  isViolated(spec: JsonObject, broker: { readonly version: string }): boolean;
}

const MILLISECONDS_100 = 100_000_000n;

const isOn = (value: Json | undefined) => value === true;
const isSet = (value: Json | undefined) => value !== undefined && value !== null;

export const streamConstraints: readonly FieldConstraint[] = [
  {
    field: 'subjects',
    message: 'a mirror cannot have subjects',
    isViolated: (spec) => isObject(spec.mirror) && listIn(spec.subjects).length > 0,
  },
  {
    field: 'sources',
    message: 'a mirror cannot have sources',
    isViolated: (spec) => isObject(spec.mirror) && isSet(spec.sources),
  },
  {
    field: 'sources',
    message: 'two sources are identical: name, filter_subject, subject_transforms and external are equal',
    isViolated: (spec, broker) => atLeast(broker, '2.10') && hasDuplicates(listIn(spec.sources)),
  },
  ...(['mirror', 'sources'] as const).flatMap((field): FieldConstraint[] => [
    {
      field,
      message: `${field}: filter_subject and subject_transforms exclude each other`,
      isViolated: (spec) =>
        objectsIn(spec[field]).some((one) => isSet(one.filter_subject) && isSet(one.subject_transforms)),
    },
    {
      field,
      message: `${field}: the subjects of subject_transforms cannot overlap`,
      isViolated: (spec) =>
        objectsIn(spec[field]).some((one) => doTransformsOverlap(listIn(one.subject_transforms))),
    },
  ]),
  ...(['first_seq', 'subject_delete_marker_ttl', 'allow_atomic', 'allow_batched'] as const).map(
    (field): FieldConstraint => ({
      field,
      message: `a mirror cannot have ${field}`,
      isViolated: (spec) => isObject(spec.mirror) && isRequested(spec[field]),
    }),
  ),
  {
    field: 'mirror_direct',
    message: 'mirror_direct requires a mirror',
    isViolated: (spec) => isOn(spec.mirror_direct) && !isObject(spec.mirror),
  },
  {
    field: 'max_age',
    message: 'max_age must be at least 100ms',
    isViolated: (spec) => numberIn(spec.max_age) > 0n && numberIn(spec.max_age) < MILLISECONDS_100,
  },
  {
    field: 'allow_rollup_hdrs',
    message: 'allow_rollup_hdrs excludes deny_purge, because rollups purge',
    isViolated: (spec) => isOn(spec.allow_rollup_hdrs) && isOn(spec.deny_purge),
  },
  {
    field: 'discard_new_per_subject',
    message: 'discard_new_per_subject requires discard: new and max_msgs_per_subject',
    isViolated: (spec) =>
      isOn(spec.discard_new_per_subject) &&
      (spec.discard !== 'new' || numberIn(spec.max_msgs_per_subject) <= 0n),
  },
  {
    field: 'allow_msg_schedules',
    message: 'message schedules require discard: old, without mirror and sources',
    isViolated: (spec) =>
      isOn(spec.allow_msg_schedules) &&
      (spec.discard === 'new' || isObject(spec.mirror) || isSet(spec.sources)),
  },
  {
    field: 'allow_msg_counter',
    message:
      'counters require discard: old and retention: limits, without message TTLs, schedules and mirror',
    isViolated: (spec) =>
      isOn(spec.allow_msg_counter) &&
      (spec.discard === 'new' ||
        spec.retention !== 'limits' ||
        isOn(spec.allow_msg_ttl) ||
        isOn(spec.allow_msg_schedules) ||
        isObject(spec.mirror)),
  },
  {
    field: 'republish',
    message: 'servers before 2.10 can republish only the subjects of the stream',
    isViolated: (spec, broker) =>
      isObject(spec.republish) &&
      !atLeast(broker, '2.10') &&
      !isStored(spec.republish.src, listIn(spec.subjects)),
  },
  {
    field: 'republish',
    message: 'republish.src matches no subject of the stream',
    isViolated: (spec, broker) =>
      isObject(spec.republish) &&
      atLeast(broker, '2.10') &&
      !isObject(spec.mirror) &&
      !isSet(spec.sources) &&
      !isSet(spec.subject_transform) &&
      !listIn(spec.subjects).some((subject) => overlap(String(subject), srcOf(spec.republish))),
  },
  {
    field: 'persist_mode',
    message: 'persist_mode: async requires file storage, one replica and no atomic batches',
    isViolated: (spec) =>
      spec.persist_mode === 'async' &&
      (spec.storage !== 'file' || numberIn(spec.num_replicas) > 1n || isOn(spec.allow_atomic)),
  },
];

export const consumerConstraints: readonly FieldConstraint[] = [
  ...(['rate_limit_bps', 'idle_heartbeat', 'flow_control', 'deliver_group'] as const).map((field) => ({
    field,
    message: `${field} requires a push consumer with deliver_subject`,
    // ack_policy: flow_control implies two of them, and has its own constraint.
    isViolated: (spec: JsonObject) =>
      !isSet(spec.deliver_subject) && spec.ack_policy !== 'flow_control' && isRequested(spec[field]),
  })),
  {
    field: 'max_waiting',
    message: 'max_waiting requires a pull consumer without deliver_subject',
    isViolated: (spec) => isSet(spec.deliver_subject) && numberIn(spec.max_waiting) > 0n,
  },
  {
    field: 'flow_control',
    message: 'flow_control requires idle_heartbeat',
    isViolated: (spec) => isOn(spec.flow_control) && numberIn(spec.idle_heartbeat) === 0n,
  },
  {
    field: 'max_ack_pending',
    message: 'max_ack_pending requires an ack_policy other than none',
    isViolated: (spec) =>
      isSet(spec.deliver_subject) && spec.ack_policy === 'none' && numberIn(spec.max_ack_pending) > 0n,
  },
  {
    field: 'backoff',
    message: 'backoff cannot have more delays than max_deliver',
    isViolated: (spec) =>
      isSet(spec.backoff) && numberIn(spec.max_deliver) > 0n && delays(spec) > numberIn(spec.max_deliver),
  },
  {
    field: 'max_deliver',
    message: 'servers before 2.10 require max_deliver to be greater than the number of backoff delays',
    isViolated: (spec, broker) =>
      isSet(spec.backoff) && !atLeast(broker, '2.10') && numberIn(spec.max_deliver) <= delays(spec),
  },
  {
    field: 'filter_subjects',
    message: 'deliver_policy: last_per_subject requires a filter',
    isViolated: (spec) =>
      spec.deliver_policy === 'last_per_subject' && listIn(spec.filter_subjects).length === 0,
  },
  {
    field: 'filter_subjects',
    message: 'filters of one consumer cannot overlap',
    isViolated: (spec) => {
      const filters = listIn(spec.filter_subjects).map(String);
      return filters.some((one) => filters.some((other) => one !== other && isWithin(one, other)));
    },
  },
  {
    field: 'opt_start_seq',
    message: 'opt_start_seq and deliver_policy: by_start_sequence require each other',
    isViolated: (spec) => isSet(spec.opt_start_seq) !== (spec.deliver_policy === 'by_start_sequence'),
  },
  {
    field: 'opt_start_time',
    message: 'opt_start_time and deliver_policy: by_start_time require each other',
    isViolated: (spec) => isSet(spec.opt_start_time) !== (spec.deliver_policy === 'by_start_time'),
  },
  {
    field: 'priority_policy',
    message: 'priority_policy requires priority_groups, and both require a pull consumer',
    isViolated: (spec) => {
      const hasGroups = listIn(spec.priority_groups).length > 0;
      const hasPolicy = isSet(spec.priority_policy) && spec.priority_policy !== 'none';
      return hasGroups !== hasPolicy || (hasPolicy && isSet(spec.deliver_subject));
    },
  },
  {
    field: 'ack_policy',
    message:
      'ack_policy: flow_control excludes max_deliver, ack_wait, backoff and an unlimited max_ack_pending',
    isViolated: (spec) =>
      spec.ack_policy === 'flow_control' &&
      (numberIn(spec.max_deliver) > 0n ||
        numberIn(spec.ack_wait) > 0n ||
        isSet(spec.backoff) ||
        numberIn(spec.max_ack_pending) < 0n),
  },
  {
    field: 'priority_timeout',
    message: 'priority_timeout requires priority_policy',
    isViolated: (spec) =>
      numberIn(spec.priority_timeout) > 0n &&
      (!isSet(spec.priority_policy) || spec.priority_policy === 'none'),
  },
  {
    field: 'ack_policy',
    message: 'ack_policy: flow_control requires deliver_subject',
    isViolated: (spec) => spec.ack_policy === 'flow_control' && !isSet(spec.deliver_subject),
  },
];

function isRequested(value: Json | undefined): boolean {
  return value === true || (typeof value === 'string' && value !== '') || numberIn(value) > 0n;
}

function srcOf(mapping: Json | undefined): string {
  return isObject(mapping) && typeof mapping.src === 'string' && mapping.src !== '' ? mapping.src : '>';
}

/** The identity of a source for the server; its start position is not part of it. */
function hasDuplicates(sources: readonly Json[]): boolean {
  const keys = sources
    .filter(isObject)
    .map(({ name = null, filter_subject = null, subject_transforms = null, external = null }) =>
      canonicalJson([name, filter_subject, subject_transforms, external]),
    );
  return new Set(keys).size < keys.length;
}

function doTransformsOverlap(transforms: readonly Json[]): boolean {
  const sources = transforms.map(srcOf);
  return sources.some((one, i) => sources.slice(0, i).some((other) => overlap(one, other)));
}

/** Without `src`, all subjects: true for a stream with any subjects. */
function isStored(src: Json | undefined, subjects: readonly Json[]): boolean {
  if (typeof src !== 'string' || src === '>') return subjects.length > 0;
  return subjects.some((subject) => isWithin(src, String(subject)));
}

function delays(spec: JsonObject): bigint {
  return BigInt(listIn(spec.backoff).length);
}
