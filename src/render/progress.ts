import { escapeText } from './escape.ts';
import { paint, type Style } from './style.ts';
import { formatCount } from './words.ts';

export interface Progress {
  readonly done: number;
  readonly failed: number;
  readonly total: number;
}

/** One line that is rewritten while an apply runs: `applying 120/214 · 2 failed`. */
export function progressLine({ done, failed, total }: Progress, style: Style): string {
  const text = `applying ${formatCount(done)}/${formatCount(total)}`;
  return failed > 0 ? `${text} · ${paint(style, 'red', `${formatCount(failed)} failed`)}` : text;
}

/** What is going on now, cut to one row of the terminal so that rewriting it works. */
export function activityLine(text: string, style: Style): string {
  const line = escapeText(text);
  return line.length < style.width ? line : `${line.slice(0, Math.max(0, style.width - 2))}…`;
}
