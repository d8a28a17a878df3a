import {
  type Change,
  type Context,
  destructive,
  disruptive,
  isObject,
  type JsonObject,
  type Resource,
  type Risk,
  refused,
  renamedFrom,
  safe,
} from '../../../../model/index.ts';
import { supports } from '../../facts.ts';
import { consumerFields } from '../../fields/consumer.ts';
import type { Fields } from '../../fields/field.ts';
import { consumerAddress, consumerNameOf, streamNameOf, streamOf } from '../addresses.ts';
import { differenceRisks } from '../kind.ts';
import { START_FIELDS, startIn, without } from './moved.ts';

/*
 * A renamed consumer is created anew behind the acknowledgement floor of the old one, which is deleted afterwards. On a
 * work queue the old one is deleted first, because a message there belongs to one consumer: nothing else tells where a
 * consumer of a work queue is than the messages that are left in it.
 */

/** A key of a declared consumer that is no field of the live one. */
export const renameField: Fields = {
  was: {
    type: 'text',
    default: null,
    doc: 'The name of this consumer before it was renamed. It continues behind what the old one has acknowledged.',
  },
};

/**
 * The former addresses of a consumer.
 * @param was its own former name
 * @param formerStream the former name of its stream
 */
export function formerAddresses(
  broker: string,
  { stream, name, was, formerStream }: { stream: string; name: string; was: unknown; formerStream?: string },
): Pick<Resource, 'was' | 'wasBefore'> {
  const before =
    formerStream === undefined
      ? undefined
      : consumerAddress(broker, formerStream, typeof was === 'string' ? was : name);
  if (typeof was !== 'string') return before === undefined ? {} : { was: before };
  return { was: consumerAddress(broker, stream, was), ...(before !== undefined && { wasBefore: before }) };
}

function isOnWorkQueue(consumer: Resource, context: Context): boolean {
  return streamOf(consumer, context)?.spec.retention === 'workqueue';
}

/** The consumer behind whose position a new one begins; undefined if it begins as declared. */
export function continuedBy(
  consumer: Resource,
  context: Context,
): { stream: string; name: string } | undefined {
  const old = renamedFrom(consumer, context);
  if (!old || isOnWorkQueue(consumer, context)) return undefined;
  return { stream: streamNameOf(old.address), name: consumerNameOf(old.address) };
}

/** What a consumer gets from its former name. */
export function renameRisks(after: Resource, context: Context): Risk[] {
  const old = renamedFrom(after, context);
  if (!old) return [];
  const was = consumerNameOf(old.address);
  const differences = differenceRisks(consumerFields, old, after);
  if (old.dependsOn[0] !== after.dependsOn[0] && was === consumerNameOf(after.address)) {
    return [
      safe('position-kept', `continues where consumer ${was} of stream ${streamNameOf(old.address)} is`),
      ...differences,
    ];
  }
  if (!isOnWorkQueue(after, context)) {
    return [
      disruptive(
        'consumer-renamed',
        `continues behind the acknowledgement floor of consumer ${was}: what that acknowledged out of order comes again, and delivery counts start again; clients that use its name must change it`,
      ),
      ...differences,
    ];
  }
  return [...pauseRisks(old, after), disruptive('consumer-renamed', ON_WORK_QUEUE), ...differences];
}

const ON_WORK_QUEUE =
  'created once the old one is deleted: what is not acknowledged comes again, and delivery counts start again; clients that use its name must change it';

/** Nothing would keep the pause of an operator in the moment without the consumer. */
function pauseRisks(old: Resource, { spec, declared, places }: Resource): Risk[] {
  const until = old.spec.pause_until;
  const isDeclared = declared?.includes('pause_until') || places?.pause_until !== undefined;
  if (typeof until !== 'string' || isDeclared || Date.parse(String(spec.pause_until)) <= Date.now())
    return [];
  return [
    refused(
      'pause-lost',
      `consumer ${consumerNameOf(old.address)} is paused until ${until}, and is deleted before the new one is created`,
      'declare its pause_until, or a past time to resume it',
    ),
  ];
}

/** Deleting a consumer whose successor has its position. */
export function oldNameRisks(
  { before, movesTo }: Extract<Change, { action: 'delete' }>,
  context: Context,
): Risk[] {
  const { desired, live, broker } = context;
  const after = desired.get(movesTo ?? '');
  if (!after) return [];
  const name = consumerNameOf(after.address);
  if (isOnWorkQueue(after, context)) {
    return [disruptive('consumer-renamed', `deleted first; consumer ${name} gets what is not acknowledged`)];
  }
  const there = live.get(after.address);
  if (there && !isSuccessor(there, before, supports(broker, '2.10'))) {
    return [
      destructive(
        'position-lost',
        `deletes the consumer with its position: consumer ${name} is there already, and does not continue it`,
        `delete consumer ${name} first if nobody uses it, or remove "was"`,
      ),
    ];
  }
  return streamNameOf(before.address) === streamNameOf(after.address)
    ? [disruptive('consumer-renamed', `deleted once consumer ${name} has its position`)]
    : [safe('consumer-moved', `moves to stream ${streamNameOf(after.address)}`)];
}

/** Before 2.10 only where it begins tells. */
function isSuccessor({ metrics, spec }: Resource, old: Resource, hasMetadata: boolean): boolean {
  if (!hasMetadata)
    return String(spec.deliver_policy).startsWith('by_start_') || spec.deliver_policy === 'all';
  return isObject(metrics) && metrics.continues === keyOf(old);
}

/** What the metadata of its successor say. */
function keyOf({ address }: Resource): string {
  return `${streamNameOf(address)}/${consumerNameOf(address)}`;
}

/** Before 2.10 nothing keeps where a renamed consumer was declared to begin, so that is left as it is. */
export function withoutStart(spec: JsonObject, resource: Resource, context: Context): JsonObject {
  if (resource.was === undefined || supports(context.broker, '2.10')) return spec;
  const live = context.live.get(resource.address);
  const isRenamed = live !== undefined || renamedFrom(resource, context) !== undefined;
  if (!isRenamed) return spec;
  const rest = without(spec, START_FIELDS);
  return live ? { ...rest, ...startIn(live.spec) } : rest;
}
