import type { SendOptions } from './session.ts';

/**
 * Concurrent works share one progress line: each call gives a new one's share of it.
 * @param onWork told the texts of all works, and nothing once none has one
 */
export function sharedProgress(onWork: SendOptions['onWork']): () => (text?: string) => void {
  const works = new Map<symbol, string>();
  return () => {
    const work = Symbol();
    return (text) => {
      if (text === undefined && !works.has(work)) return;
      if (text === undefined) works.delete(work);
      else works.set(work, text);
      onWork?.(works.size === 0 ? undefined : [...works.values()].join('; '));
    };
  };
}
