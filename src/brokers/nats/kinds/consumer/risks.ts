import {
  type Context,
  destructive,
  disruptive,
  equalJson,
  type JsonObject,
  type Resource,
  type Risk,
} from '../../../../model/index.ts';
import { numberIn } from '../../fields/values.ts';
import { behaviourRisks, type Update } from '../kind.ts';
import { resetRisks } from './reset.ts';

/** Deleting a consumer loses its position. */
export function removalRisks(action: 'delete' | 'replace'): Risk[] {
  return [
    action === 'delete'
      ? destructive('position-lost', 'deletes the consumer with its position and what is unacknowledged')
      : destructive(
          'position-lost',
          'deletes the consumer and makes it again: it starts over by its deliver_policy',
          'declare a consumer with another name, let the old one drain, then retire it',
        ),
  ];
}

export function updateRisks(change: Update, context: Context): Risk[] {
  const { before, after } = change;
  return [
    ...resetRisks(change, context),
    ...filterRisks(before.spec, after, context),
    ...deliverSubjectRisks(before, after.spec),
    ...behaviourRisks(BEHAVIOUR, change, isWidened),
  ];
}

/** A stream with retention "interest" immediately deletes messages that no consumer filters for. */
function filterRisks(before: JsonObject, after: Resource, { desired, live }: Context): Risk[] {
  if (equalJson(before.filter_subjects ?? null, after.spec.filter_subjects ?? null)) return [];
  const [need = ''] = after.dependsOn;
  const stream = desired.get(need) ?? live.get(need);
  return [
    stream && stream.spec.retention !== 'interest'
      ? disruptive('filter-changed', 'it is given other messages from now on')
      : destructive(
          'filter-changed',
          'its stream keeps messages by interest, and deletes at once what no consumer asks for any more',
        ),
  ];
}

/** Servers reject a new deliver_subject for a push consumer while a client listens to the old one. */
function deliverSubjectRisks(before: Resource, after: JsonObject): Risk[] {
  if (equalJson(before.spec.deliver_subject ?? null, after.deliver_subject ?? null)) return [];
  const bound =
    before.metrics?.bound === true ? '; a client listens there: the server refuses until it stops' : '';
  return [
    disruptive('deliver-subject-changed', `clients on the old deliver_subject get nothing any more${bound}`),
  ];
}

/** Fields that affect clients. */
const BEHAVIOUR: Readonly<Record<string, string>> = {
  ack_wait: 'messages are given again after another time',
  backoff: 'messages are given again after other times',
  max_deliver: 'messages are given up after fewer deliveries',
  rate_limit_bps: 'it is given messages at another rate',
  max_ack_pending: 'fewer messages may be unacknowledged',
  headers_only: 'whether messages have a body changes',
  max_batch: 'larger pull requests are refused',
  max_expires: 'longer pull requests are refused',
  max_bytes: 'larger pull requests are refused',
  deliver_group: 'the queue group that shares the messages changes',
  inactive_threshold: 'the server deletes it after this time without clients',
  pause_until: 'when it gives messages changes',
  priority_groups: 'which clients may pull changes',
  priority_policy: 'how clients share messages changes',
};

/** Limits, for which 0 and −1 mean no limit. */
const LIMITS = new Set([
  'max_deliver',
  'max_ack_pending',
  'max_batch',
  'max_expires',
  'max_bytes',
  'inactive_threshold',
]);

function isWidened(field: string, before: JsonObject, after: JsonObject): boolean {
  if (!LIMITS.has(field)) return false;
  const limit = numberIn(after[field]);
  const old = numberIn(before[field]);
  return limit <= 0n || (old > 0n && limit >= old);
}
