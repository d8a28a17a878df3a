import { createRequire } from 'node:module';
import { escapeText } from '../text/escape.ts';
import { paint, type Style } from './style.ts';

/** Line edits of one file after which it is shown as removed and added. */
const MOST_EDITS = 2000;
const ABSENT_FILE = '/dev/null';

/** Name and text of one side. Raw text. */
export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** The unified diff of a file, escaped; empty if both texts are equal. An absent side is a new or a deleted file. */
export function unifiedDiff(
  before: NamedText | undefined,
  after: NamedText | undefined,
  style: Style,
): string {
  if (before?.text === after?.text) return '';
  const [from, to] = [before, after].map((side) => (side ? escapeText(side.name) : ABSENT_FILE)) as [
    string,
    string,
  ];
  const [old, text] = [escapeLines(before?.text), escapeLines(after?.text)];
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = comparePatches();
  const patch =
    createTwoFilesPatch(from, to, old, text, undefined, undefined, {
      context: 3,
      headerOptions: FILE_HEADERS_ONLY,
      maxEditLength: MOST_EDITS,
    }) ?? wholePatch(from, to, old, text);
  return painted(patch, style);
}

/** All lines of one side removed, all of the other added. */
function wholePatch(from: string, to: string, before: string, after: string): string {
  const [removed, added] = [linesOf(before), linesOf(after)];
  return [
    `--- ${from}`,
    `+++ ${to}`,
    `@@ -${removed.length === 0 ? 0 : 1},${removed.length} +${added.length === 0 ? 0 : 1},${added.length} @@`,
    ...removed.map((line) => `-${line}`),
    ...added.map((line) => `+${line}`),
    '',
  ].join('\n');
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

function escapeLines(text = ''): string {
  return text.split('\n').map(escapeText).join('\n');
}

const COLOURS: Readonly<Record<string, Parameters<typeof paint>[1]>> = {
  '+': 'green',
  '-': 'red',
  '@': 'cyan',
};

function painted(patch: string, style: Style): string {
  if (!style.colour) return patch;
  return patch
    .split('\n')
    .map((line) =>
      paint(style, /^(?:---|\+\+\+) /.test(line) ? 'bold' : (COLOURS[line.slice(0, 1)] ?? []), line),
    )
    .join('\n');
}

const require = createRequire(import.meta.url);

/*
 * The package `diff`, loaded with the first texts or lists to compare: most runs have none, and loading it takes as
 * long as reading a small project.
 */

type Lists = typeof import('diff/lib/diff/array.js');
type Patches = typeof import('diff/lib/patch/create.js');

export const compareLists = (): Lists => require('diff/lib/diff/array.js');

export const comparePatches = (): Patches => require('diff/lib/patch/create.js');
