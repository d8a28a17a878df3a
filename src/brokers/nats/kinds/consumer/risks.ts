import {
  type Context,
  destructive,
  disruptive,
  equalJson,
  isExactInt,
  type Json,
  type JsonObject,
  type Resource,
  type Risk,
  toBigInt,
} from '../../../../model/index.ts';
import { supports } from '../../facts.ts';
import { numberIn } from '../../fields/values.ts';
import { streamOf } from '../addresses.ts';
import { behaviourRisks, type Update } from '../kind.ts';
import { metricOf } from '../metrics.ts';
import { lowestReset, START_FIELDS } from './moved.ts';

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
function filterRisks(before: JsonObject, after: Resource, context: Context): Risk[] {
  if (equalJson(before.filter_subjects ?? null, after.spec.filter_subjects ?? null)) return [];
  const stream = streamOf(after, context);
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

/*
 * No server changes where a consumer was created to begin. From 2.14 on CONSUMER.RESET moves one to a sequence, not below
 * the one that it was created with, and only if that was `all` or a sequence (`resetStartingSeqLocked` in
 * server/consumer.go). What is declared from then on is kept in its metadata, see `moved.ts`.
 */

/** Where a consumer is moved to: a sequence, the first message of a time, or behind the last message. */
export type ResetTo = { readonly seq: Json } | { readonly time: string } | 'new';

/** Where the declared consumer begins, as a reset can say it. */
export function resetTo({
  deliver_policy: policy,
  opt_start_seq: seq,
  opt_start_time: time,
}: JsonObject): ResetTo | undefined {
  if (policy === 'all') return { seq: 1 };
  if (policy === 'new') return 'new';
  if (policy === 'by_start_sequence' && (typeof seq === 'number' || isExactInt(seq))) return { seq };
  return policy === 'by_start_time' && typeof time === 'string' ? { time } : undefined;
}

function changesStart({ before, after }: Update): boolean {
  return START_FIELDS.some((name) => !equalJson(before.spec[name] ?? null, after.spec[name] ?? null));
}

/** Why this consumer must be created anew to begin elsewhere; undefined where it can be reset. */
export function whyNotReset(change: Update, context: Context): string | undefined {
  const { before, after } = change;
  if (!supports(context.broker, '2.14')) return 'servers before 2.14 cannot change where a consumer begins';
  const to = resetTo(after.spec);
  const stream = streamOf(after, context);
  if (!to || (stream?.spec.retention === 'workqueue' && after.spec.deliver_policy !== 'all'))
    return `a consumer cannot be reset to ${String(after.spec.deliver_policy)}`;
  const origin = originOf(before);
  if (origin === undefined)
    return 'only consumers that were created with all or by_start_sequence can be reset';
  const isBefore = typeof to === 'object' && 'seq' in to && numberIn(to.seq) < origin;
  return isBefore
    ? `a consumer cannot be reset below the sequence that it was created with, ${origin}`
    : undefined;
}

/** The lowest sequence that a consumer can be reset to, from what it was created with, not what was declared later. */
function originOf({ metrics, spec }: Resource): bigint | undefined {
  const origin = metrics?.origin === undefined ? lowestReset(spec) : toBigInt(metrics.origin);
  return origin === 0n ? undefined : origin;
}

/** What a reset skips, and what it gives again. */
function resetRisks(change: Update, context: Context): Risk[] {
  const { before, after } = change;
  const to = resetTo(after.spec);
  if (!changesStart(change) || !to) return [];
  const deletes =
    streamOf(after, context)?.spec.retention === 'interest'
      ? ', and its stream deletes at once what no other consumer asks for'
      : '';
  const skips = (what: string) => destructive('position-reset', `it skips ${what}${deletes}`, DRAIN);
  if (to === 'new') {
    const open = [metricOf(before, 'pending'), metricOf(before, 'unacknowledged')];
    return open.every((count) => count === 0n) ? [] : [skips('what is pending or unacknowledged')];
  }
  if ('time' in to) {
    return [skips('older messages that it has not acknowledged, and is given newer ones again')];
  }
  const seq = numberIn(to.seq);
  if (seq <= 1n) return [again('every message that its stream still has')];
  const done = metricOf(before, 'acknowledged');
  if (done === undefined)
    return [skips(`what is unacknowledged below sequence ${seq}, and is given the rest again`)];
  const next = done + 1n;
  if (seq <= next) return [again(`messages again from sequence ${seq} on`)];
  return [skips(`sequences ${next} to ${seq - 1n}`)];
}

function again(what: string): Risk {
  return disruptive('position-reset', `it is given ${what}, also what it has acknowledged`);
}

const DRAIN = 'let its clients finish first';
