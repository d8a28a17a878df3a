import { roughSize } from './rough.ts';

/** How far partitions are that go to other brokers. */
export type HowFar = {
  readonly partitions: number;
  /** Those of them that have arrived. */
  readonly moved: number;
  /** Of all copies that are to be made, and what is there of them; absent where the sizes of logs cannot be read. */
  readonly bytes?: number;
  readonly copied?: number;
  /** Ids of brokers that still lack records. */
  readonly waitingFor: readonly number[];
  /** Those of them that are not up. */
  readonly down: readonly number[];
};

/** `3 of 12 partitions moved, 1.2 GiB of 5.0 GiB copied, waiting for brokers 2, 3`. */
export function howFarText({ partitions, moved, bytes, copied, waitingFor, down }: HowFar): string {
  const noun = partitions === 1 ? 'partition' : 'partitions';
  return [
    `${moved.toLocaleString('en-US')} of ${partitions.toLocaleString('en-US')} ${noun} moved`,
    ...(bytes === undefined || copied === undefined || bytes === 0
      ? []
      : [`${roughSize(copied)} of ${roughSize(bytes)} copied`]),
    ...(waitingFor.length === 0 ? [] : [`waiting for ${brokersText(waitingFor)}`]),
    ...(down.length === 0 ? [] : [`${brokersText(down)} ${down.length === 1 ? 'is' : 'are'} down`]),
  ].join(', ');
}

function brokersText(ids: readonly number[]): string {
  return `${ids.length === 1 ? 'broker' : 'brokers'} ${ids.join(', ')}`;
}
