import { formatSource, type Source } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

/** A place beside what it is of; empty where there is none. @param gap stands before it */
export function placeText(at: Source | undefined, style: Style, gap = '  '): string {
  return at ? `${gap}${paint(style, 'dim', escapeText(formatSource(at)))}` : '';
}
