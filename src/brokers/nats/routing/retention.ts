import { firstMatch, type Stream } from './account.ts';
import type { Match, Subject } from './subject.ts';

/** What becomes of a message in a stream. `passing`: it is deleted as soon as mirrors and sources have copied it. */
export type Fate = 'stored' | 'passing' | 'unwanted' | 'refused';

/** Streams that keep messages for consumers only. */
export function fateIn(stream: Stream, subject: Subject): { fate: Fate; isCertain: boolean } {
  const { retention } = stream.resource.spec;
  // Servers look for interest in valid subjects only.
  if (retention === 'interest' && subject.includes('')) return { fate: 'unwanted', isCertain: true };
  if (retention !== 'interest' && retention !== 'workqueue') return { fate: 'stored', isCertain: true };
  const taken = bestOf(stream.consumers.map(({ filters }) => firstMatch(subject, filters)?.match));
  const copied = bestOf(stream.copies.map(({ filters }) => firstMatch(subject, filters)?.match));
  if (taken === 'yes') return { fate: 'stored', isCertain: true };
  if (taken === 'maybe') return { fate: 'stored', isCertain: false };
  if (copied !== 'no') return { fate: 'passing', isCertain: copied === 'yes' };
  return { fate: retention === 'interest' ? 'unwanted' : 'stored', isCertain: true };
}

function bestOf(matches: readonly (Match | undefined)[]): Match {
  return matches.includes('yes') ? 'yes' : matches.includes('maybe') ? 'maybe' : 'no';
}
