import {
  type Change,
  type Context,
  countOf,
  destructive,
  disruptive,
  isMove,
  isObject,
  type JsonObject,
  type Resource,
  type Risk,
  refused,
} from '../../../../model/index.ts';
import { formatUnit } from '../../fields/units.ts';
import { defaultQueueTypeIn } from '../../fields/vhost.ts';
import { countsOf, tableOf, vhostAndName } from '../parts.ts';
import { inPlaceHint } from '../policy/in-place.ts';
import { moveQueues, moveRisks, whyNotMoved } from './move.ts';

/** What a change of a queue costs its messages and clients. */
export function risks(change: Change, context: Context): Risk[] {
  if (isMove(change)) return moveRisks(change, context);
  if (change.action === 'create') return [...inheritedType(change.after, context), ...expiry(change.after)];
  if (change.action === 'update') return [];
  if (change.action === 'delete' && moveQueues(change.before, context).length > 0) return [BEING_MOVED];
  const { consumers, ready, unacknowledged } = countsOf(change.before);
  const isEmpty = ready === 0 && unacknowledged === 0;
  const isKnown = ready !== undefined && unacknowledged !== undefined;
  const lost = isKnown
    ? `${countOf(ready + unacknowledged, 'message')} would be lost`
    : 'message count unknown; any messages would be lost';
  const gap = change.action === 'replace' ? GAP : '';
  const cut = consumers ? `, ${countOf(consumers, 'consumer')} cut off` : '';
  const code = change.action === 'delete' ? 'queue-deleted' : 'queue-replaced';
  const empty = change.action === 'delete' ? 'queue is empty; clients lose it' : 'queue is empty';
  const risk = isEmpty ? disruptive(code, empty + cut + gap) : destructive(code, lost + cut + gap);
  const isMovable = change.action === 'replace' && whyNotMoved(change, context) === undefined;
  const movable = risk.class === 'destructive' && isMovable && { movable: true as const };
  return [{ ...risk, ...inPlaceHint(change, context), ...movable }];
}

const BEING_MOVED = refused(
  'being-moved',
  'a move of its messages was interrupted: they are in its hold and park queues',
  'declare the queue and apply, which continues the move; then delete it',
);

/** Until the new queue is declared and bound again. */
const GAP = '; messages published for it until it is re-created and bound are unroutable';

/** A queue that the broker removed by itself looks like a new one. */
function expiry({ spec }: Resource): Risk[] {
  const expires = tableOf(spec.arguments)['x-expires'];
  if (expires === undefined) return [];
  const after = formatUnit(expires, 'ms') ?? String(expires);
  const message = `the broker deletes it when it is unused for ${after}: one that was there before is gone with its messages`;
  return [{ class: 'safe', code: 'expires', message }];
}

/** The source of the type of a new queue, if it is neither declared nor RabbitMQ's own default. */
function inheritedType(queue: Resource, context: Context): Risk[] {
  const { spec, places } = queue;
  const inherited = defaultTypeOf(queue, context);
  if (places?.type || inherited === undefined || inherited === 'classic' || spec.type !== inherited)
    return [];
  const { vhost } = vhostAndName(queue);
  const message = `type ${inherited}: default of vhost ${vhost}`;
  return [{ class: 'safe', code: 'inherited-type', message }];
}

/** The type of a queue that names none: as its vhost is declared to be, else as it is. */
export function defaultTypeOf(resource: Resource, context: Context): string | undefined {
  const [vhost = ''] = resource.dependsOn;
  return (
    defaultQueueTypeIn(context.desired.get(vhost)?.spec) ??
    defaultQueueTypeIn(context.live.get(vhost)?.spec) ??
    defaultQueueTypeIn(factOf(resource, context))
  );
}

function factOf(resource: Resource, context: Context): JsonObject | undefined {
  const types = context.broker.facts.defaultQueueTypes;
  return isObject(types) ? { 'default-queue-type': types[vhostAndName(resource).vhost] ?? null } : undefined;
}
