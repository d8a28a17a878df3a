import { formatSize, integer, type JsonObject, type Resource, toBigInt } from '../../../model/index.ts';
import type { Count } from '../facts.ts';

/** `18,204`; an exact integer with all its digits. */
export function countText(count: bigint): string {
  return count.toString().replace(/\B(?=(\d{3})+$)/g, ',');
}

/** A number of the live resource's `volatile`; undefined where it was not read. */
export function countOf(resource: Resource, name: string): bigint | undefined {
  return toBigInt(resource.volatile?.[name]);
}

/** True when it is known that a stream holds no message. What was not read counts as not empty. */
export function isKnownEmpty(stream: Resource): boolean {
  return countOf(stream, 'messages') === 0n;
}

/** `18,204 messages (1.2 GiB), the first of 2026-01-02T03:04:05Z, 3 consumers, 40 pending, 2 unacknowledged`. */
export function streamStake(stream: Resource): string {
  const messages = countOf(stream, 'messages');
  const { firstTime } = (stream.volatile ?? {}) as { firstTime?: unknown };
  const consumers = countOf(stream, 'consumers');
  const size = bytesText(stream.volatile);
  const parts = [
    messages === undefined
      ? 'an unknown number of messages'
      : `${plural(messages, 'message')}${size && messages > 0n ? ` (${size})` : ''}`,
    typeof firstTime === 'string' && messages !== 0n ? `the first of ${firstTime}` : '',
    consumers === undefined ? '' : plural(consumers, 'consumer'),
    ...outstanding(stream),
  ];
  return parts.filter((part) => part !== '').join(', ');
}

/** `40 pending, 2 unacknowledged`. */
export function consumerStake(consumer: Resource): string {
  const parts = outstanding(consumer);
  return parts.length > 0 ? parts.join(', ') : 'its position, with an unknown number of messages pending';
}

function outstanding(resource: Resource): string[] {
  return ['pending', 'unacknowledged'].flatMap((name) => {
    const count = countOf(resource, name);
    return count === undefined ? [] : [`${countText(count)} ${name}`];
  });
}

function plural(count: bigint, noun: string): string {
  return `${countText(count)} ${noun}${count === 1n ? '' : 's'}`;
}

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Rounded to read, unlike a size in a specification: `1.2 GiB`. */
function bytesText(volatile: JsonObject | undefined): string | undefined {
  const bytes = toBigInt(volatile?.bytes);
  if (bytes === undefined) return undefined;
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${UNITS[unit]}`;
}

/** A limit in words: `no limit`, or its number or size. */
export function limitText(limit: bigint, isSize: boolean): string {
  if (limit < 0n) return 'no limit';
  const value: Count = integer(limit);
  return (isSize ? formatSize(value) : undefined) ?? countText(limit);
}
