import type { Resource } from '../../../model/index.ts';
import { roughSize, roughTime } from '../rough.ts';
import type { GroupAtStake, TopicVolatile } from '../specs.ts';
import { countOf } from './parts.ts';

export function volatileOf(resource: Resource): TopicVolatile {
  return (resource.volatile ?? {}) as TopicVolatile;
}

/** Nothing is in it, as far as anybody could tell. */
export function isEmpty(topic: Resource): boolean {
  return volatileOf(topic).messages === 0;
}

/** Bytes, messages, the span of the log, and who reads it. What could not be read is said to be unknown. */
export function topicStake(topic: Resource): string {
  const { messages, bytes, oldest, newest, groups } = volatileOf(topic);
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
function groupTexts(groups: readonly GroupAtStake[] | undefined): string[] {
  if (!groups) return ['consumer groups unknown'];
  if (groups.length === 0) return ['no consumer group'];
  const behind = [...groups].sort((a, b) => b.lag - a.lag || (a.group < b.group ? -1 : 1));
  const named = behind.slice(0, 3).map(({ group, lag, state }) => {
    const lagging = lag === 0 ? 'is not behind' : `lags ${countOf(lag, 'message')}`;
    return `group ${group} ${lagging} (${state.toLowerCase()})`;
  });
  return groups.length > 3 ? [...named, `${countOf(groups.length - 3, 'more group')}`] : named;
}
