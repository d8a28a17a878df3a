import { countOf, type Resource, roughSize } from '../../../../model/index.ts';

/** Live topics only, in `Resource.metrics`. A key that could not be read is absent, and counts as not empty. */
export type TopicMetrics = {
  /** Of all replicas, on disk. */
  readonly bytes?: number;
  /** By offsets, so for a compacted topic an upper bound. */
  readonly messages?: number;
  /** Timestamps of the first record that is left and of the newest; milliseconds since 1970. Absent: no record. */
  readonly oldest?: number;
  readonly newest?: number;
  /** Consumer groups that committed offsets here, sorted by name. */
  readonly groups?: readonly GroupLag[];
  /** A reassignment that is under way. */
  readonly moves?: TopicReassignment;
};

/** Progress of our reassignment; without one, of those of other tools. */
export type TopicReassignment = ReassignmentProgress & {
  /** Moving partitions by number: those with our mark, and the others. */
  readonly ours: readonly number[];
  readonly theirs: readonly number[];
};

export type GroupLag = {
  readonly group: string;
  /** Messages between committed offsets and the end, over partitions with a committed offset. */
  readonly lag: number;
  /** The broker's word: `Stable`, `Empty`, `Dead` … */
  readonly state: string;
};

/** Progress of partitions that move to other brokers. */
export type ReassignmentProgress = {
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
export function progressText({
  partitions,
  moved,
  bytes,
  copied,
  waitingFor,
  down,
}: ReassignmentProgress): string {
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

export function metricsOf(resource: Resource): TopicMetrics {
  return (resource.metrics ?? {}) as TopicMetrics;
}

/** True if the topic is known to hold no messages. */
export function isEmpty(topic: Resource): boolean {
  return metricsOf(topic).messages === 0;
}

/** Bytes, messages, time span and consumer groups. Unreadable metrics are shown as unknown. */
export function metricsText(topic: Resource): string {
  const { messages, bytes, oldest, newest, groups } = metricsOf(topic);
  if (messages === 0) return ['no messages', ...groupTexts(groups)].join(', ');
  const isCompacted = String(topic.spec['configs.cleanup.policy']).includes('compact');
  return [
    messages === undefined
      ? 'an unknown number of messages'
      : `${isCompacted ? 'up to ' : ''}${countOf(messages, 'message')}`,
    bytes === undefined ? 'size unknown' : `${roughSize(bytes)} on disk`,
    ...(oldest === undefined ? [] : [span(oldest, newest)]),
    ...groupTexts(groups),
  ].join(', ');
}

function span(oldest: number, newest: number | undefined): string {
  const since = `since ${new Date(oldest).toISOString().slice(0, 16)}Z`;
  return newest === undefined || newest <= oldest ? since : `${roughTime(newest - oldest)} of log ${since}`;
}

/** The groups that are furthest behind first, and no more than a reader takes in. */
function groupTexts(groups: readonly GroupLag[] | undefined): string[] {
  if (!groups) return ['consumer groups unknown'];
  if (groups.length === 0) return ['no consumer group'];
  const behind = [...groups].sort((a, b) => b.lag - a.lag || (a.group < b.group ? -1 : 1));
  const named = behind.slice(0, 3).map(({ group, lag, state }) => {
    const lagging = lag === 0 ? 'is not behind' : `lags ${countOf(lag, 'message')}`;
    return `group ${group} ${lagging} (${state.toLowerCase()})`;
  });
  return groups.length > 3 ? [...named, `${countOf(groups.length - 3, 'more group')}`] : named;
}

/** `6.2 days`, `45 minutes`. */
function roughTime(milliseconds: number): string {
  const units: readonly (readonly [string, number])[] = [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
    ['second', 1000],
  ];
  const [name, length] = units.find(([, size]) => milliseconds >= size) ?? ['second', 1000];
  const count = Math.round((milliseconds / length) * 10) / 10;
  return `${count.toLocaleString('en-US')} ${name}${count === 1 ? '' : 's'}`;
}
