import { formatCount } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

export interface Progress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
  /** What brokers are at that takes long. Raw text. */
  readonly work?: string;
}

/** One line that is rewritten while an apply runs: `applying 120/214 · 2 failed · moving 3 of 12 partitions`. */
export function progressLine({ done, failed, total, work }: Progress, style: Style): string {
  const counts = `applying ${formatCount(done)}/${formatCount(total)}`;
  const failures = failed > 0 ? `${formatCount(failed)} failed` : '';
  const head = [counts, ...(failed > 0 ? [paint(style, 'red', failures)] : [])].join(' · ');
  if (work === undefined) return head;
  const taken = counts.length + (failed > 0 ? 3 + failures.length : 0) + 3;
  return `${head} · ${activityLine(work, { ...style, width: style.width - taken })}`;
}

/** What is going on now, cut to one row of the terminal so that rewriting it works. */
export function activityLine(text: string, style: Style): string {
  const line = escapeText(text);
  return line.length < style.width ? line : `${line.slice(0, Math.max(0, style.width - 2))}…`;
}
