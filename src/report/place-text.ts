import { type Diagnostic, formatSource, provenanceOf, type Source } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

/** A place beside what it is of; empty where there is none. @param gap stands before it */
export function placeText(at: Source | undefined, style: Style, gap = '  '): string {
  return at ? `${gap}${paint(style, 'dim', withProvenance(at, escapeText(formatSource(at))))}` : '';
}

/** The line of a place, with the pattern that stands there: `from pattern email  mail.yaml:3`. Escaped. */
export function lineText(at: Source | undefined): string {
  return at ? withProvenance(at, `${escapeText(at.file)}:${at.line}`) : '';
}

/** What a finding says, and of which pattern it is. Raw text. */
export function messageOf({ message, at }: Diagnostic): string {
  const from = provenanceOf(at);
  return from === undefined ? message : `${message} (${from})`;
}

/** A place that a finding also speaks of. Raw text. */
export function alsoText(at: Source): string {
  const from = provenanceOf(at);
  return `also: ${formatSource(at)}${from === undefined ? '' : ` (${from})`}`;
}

function withProvenance(at: Source, place: string): string {
  const from = provenanceOf(at);
  return from === undefined ? place : `${escapeText(from)}  ${place}`;
}
