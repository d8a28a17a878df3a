/*
 * Kafka holds a throttle in configs: which replicas, on the topic, and how fast, on the brokers. It has no room for a
 * word on whose it is, so ours are told by their form, and those of other tools are never touched: a run that was
 * killed leaves ours behind, and the next one can take them away.
 */

export const RATE_CONFIGS = [
  'leader.replication.throttled.rate',
  'follower.replication.throttled.rate',
] as const;

/** Bytes a second: the last three digits are ours. */
const SIGNATURE = 417;

export function ourRate(bytesPerSecond: number): string {
  return String(Math.max(1, Math.floor(bytesPerSecond / 1000)) * 1000 + SIGNATURE);
}

export function isOurRate(value: string): boolean {
  return /^\d{4,}$/.test(value) && value.endsWith(String(SIGNATURE));
}

/** `0:1,0:2,1:3`, partition and broker; the first pair once more at the end, which changes nothing, is ours. */
export function ourThrottle(pairs: readonly (readonly [partition: number, broker: number])[]): string {
  const texts = pairs.map(([partition, broker]) => `${partition}:${broker}`);
  return texts.length === 0 ? '' : [...texts, texts[0]].join(',');
}

export function isOurThrottle(value: string): boolean {
  const pairs = value.split(',');
  return pairs.length > 1 && pairs[0] === pairs.at(-1);
}
