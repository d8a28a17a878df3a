import {
  type Change,
  type Context,
  equalJson,
  type JsonObject,
  type Resource,
  type Risk,
  toBigInt,
} from '../../../../model/index.ts';

type Update = Extract<Change, { action: 'update' | 'replace' }>;

/** What deleting a consumer costs: its position is all that it has. */
export function removalRisks(action: 'delete' | 'replace'): Risk[] {
  const isRemoved = action === 'delete';
  const message = isRemoved
    ? 'deletes the consumer with its position and what is unacknowledged'
    : 'deletes the consumer and makes it again: it starts over by its deliver_policy';
  return [
    {
      class: 'destructive',
      code: 'position-lost',
      message,
      ...(isRemoved
        ? {}
        : { hint: 'declare a consumer with another name, let the old one drain, then retire it' }),
    },
  ];
}

export function updateRisks({ before, after }: Update, context: Context): Risk[] {
  return [
    ...filterRisks(before.spec, after, context),
    ...boundRisks(before, after.spec),
    ...Object.entries(FELT).flatMap(([field, message]): Risk[] =>
      equalJson(before.spec[field] ?? null, after.spec[field] ?? null) ||
      isHarmless(field, before.spec, after.spec)
        ? []
        : [{ class: 'disruptive', code: 'behaviour-changed', message: `${field}: ${message}` }],
    ),
  ];
}

/** A stream that keeps messages by interest drops what no consumer asks for any more, at once. */
function filterRisks(before: JsonObject, after: Resource, { desired, live }: Context): Risk[] {
  if (equalJson(before.filter_subjects ?? null, after.spec.filter_subjects ?? null)) return [];
  const [need = ''] = after.needs;
  const stream = desired.get(need) ?? live.get(need);
  if (stream && stream.spec.retention !== 'interest') {
    return [
      { class: 'disruptive', code: 'filter-changed', message: 'it is given other messages from now on' },
    ];
  }
  return [
    {
      class: 'destructive',
      code: 'filter-changed',
      message:
        'its stream keeps messages by interest, and deletes at once what no consumer asks for any more',
    },
  ];
}

/** Servers refuse to move a push consumer whose old subject somebody listens to. */
function boundRisks(before: Resource, after: JsonObject): Risk[] {
  if (equalJson(before.spec.deliver_subject ?? null, after.deliver_subject ?? null)) return [];
  const bound =
    before.volatile?.bound === true ? 'a client listens there: the server refuses until it stops' : '';
  const message = 'clients on the old deliver_subject get nothing any more';
  return [
    {
      class: 'disruptive',
      code: 'deliver-subject-changed',
      message: bound ? `${message}; ${bound}` : message,
    },
  ];
}

const FELT: Readonly<Record<string, string>> = {
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
  inactive_threshold: 'the server deletes it when nobody uses it for so long',
  pause_until: 'when it gives messages changes',
  priority_groups: 'which clients may pull changes',
  priority_policy: 'how clients share messages changes',
};

/** Limits that are raised or lifted. For these fields 0 or −1 is no limit. */
const LIMITS = new Set([
  'max_deliver',
  'max_ack_pending',
  'max_batch',
  'max_expires',
  'max_bytes',
  'inactive_threshold',
]);

function isHarmless(field: string, before: JsonObject, after: JsonObject): boolean {
  if (!LIMITS.has(field)) return false;
  const limit = toBigInt(after[field]) ?? 0n;
  const old = toBigInt(before[field]) ?? 0n;
  return limit <= 0n || (old > 0n && limit >= old);
}
