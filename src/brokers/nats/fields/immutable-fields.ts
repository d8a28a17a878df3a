import { equalJson, isObject, type JsonObject } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { type Fields, fieldIn, type ImmutableReason } from './field.ts';

/*
 * Reasons why a field cannot change in place that depend on its values or on the server: `configUpdateCheck` in
 * server/stream.go and `checkNewConsumerConfig` in server/consumer.go of each release line.
 */

/** Why a field cannot change in place on this server; undefined if it can. */
export function immutableReasonOf(
  fields: Fields,
  [name = '']: readonly string[],
  { before, after }: { readonly before: { spec: JsonObject }; readonly after: { spec: JsonObject } },
  broker: { readonly version: string },
): string | undefined {
  const immutable = fieldIn(fields, name)?.immutable;
  return typeof immutable === 'function' ? immutable(before.spec[name], after.spec[name], broker) : immutable;
}

/** A flag that no server turns off. */
export const onceOn: ImmutableReason = (before) =>
  before === true ? 'once on, it can never be turned off' : undefined;

export function immutableBefore(
  version: string,
  reason = `servers before ${version} cannot change it`,
): ImmutableReason {
  return (_before, _after, broker) => (atLeast(broker, version) ? undefined : reason);
}

export const immutableMessageTtl: ImmutableReason = (...change) =>
  onceOn(...change) ??
  immutableBefore('2.12', 'servers before 2.12 can only turn it on at creation')(...change);

export const immutableRetention: ImmutableReason = (before, after, broker) => {
  const isWorkQueue = before === 'workqueue' || after === 'workqueue';
  const reason = isWorkQueue ? 'it cannot change to or from workqueue' : undefined;
  return immutableBefore('2.10')(before, after, broker) ?? reason;
};

export const immutableMirror: ImmutableReason = (before, after, broker) => {
  if (!isObject(before)) return 'a stream cannot become a mirror later';
  if (isObject(after)) return equalJson(before, after) ? undefined : 'what a mirror copies cannot change';
  return atLeast(broker, '2.12') ? undefined : 'servers before 2.12 cannot make a mirror an ordinary stream';
};

export const immutableDelivery: ImmutableReason = (before, after) => {
  if (before === null) return 'a pull consumer cannot become a push consumer';
  return after === null ? 'a push consumer cannot become a pull consumer' : undefined;
};
