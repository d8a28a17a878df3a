import { type Check, largest } from '../model/index.ts';
import { escapeText } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

/** What `doctor` found at one broker. */
export interface Examined {
  readonly broker: string;
  readonly type: string;
  readonly checks: readonly Check[];
}

export function checksText(examined: readonly Examined[], style: Style): string {
  const names = examined.flatMap(({ checks }) => checks.map(({ name }) => escapeText(name).length));
  const width = largest(names, 0);
  const lines = examined.flatMap(({ broker, checks }, i) => [
    ...(i > 0 ? [''] : []),
    paint(style, 'bold', escapeText(broker)),
    ...checks.flatMap((check) => checkLines(check, width, style)),
  ]);
  return lines.map((line) => `${line}\n`).join('');
}

function checkLines({ name, ok, text, hint }: Check, width: number, style: Style): string[] {
  const mark = ok ? paint(style, 'green', 'ok ') : paint(style, 'red', 'BAD');
  return [
    `  ${mark}  ${escapeText(name).padEnd(width)}  ${escapeText(text)}`,
    ...(hint === undefined ? [] : [`       hint: ${escapeText(hint)}`]),
  ];
}
