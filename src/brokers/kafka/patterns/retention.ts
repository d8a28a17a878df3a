import { formatDuration, type JsonObject, parseDuration, toBigInt } from '../../../model/index.ts';

/** How long Kafka leaves a segment open by default: `segment.ms`. */
const WEEK = 7n * 86_400_000n;

/**
 * Records that are kept for this long, and little longer: only closed segments are deleted, so they close after a quarter
 * of it, at the latest after Kafka's own week.
 */
export function keptFor(keep: string): JsonObject {
  const time = milliseconds(keep);
  if (time === undefined) return { 'retention.ms': keep };
  const quarter = time / 4n;
  const segment = quarter > WEEK ? WEEK : quarter > 0n ? quarter : 1n;
  return { 'retention.ms': keep, 'segment.ms': durationText(segment) };
}

export function longer(one: string, other: string): string {
  return (milliseconds(one) ?? 0n) < (milliseconds(other) ?? 0n) ? other : one;
}

export function twice(time: string): string {
  const once = milliseconds(time);
  return once === undefined ? time : durationText(2n * once);
}

/** Undefined for what is no whole number of them, which the declaration of the topic reports. */
function milliseconds(text: string): bigint | undefined {
  const parsed = parseDuration(text, 'ms');
  return 'value' in parsed ? toBigInt(parsed.value) : undefined;
}

function durationText(time: bigint): string {
  return formatDuration(Number(time), 'ms') ?? `${time}ms`;
}
