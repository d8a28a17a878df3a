import { graphMermaid } from '../graph/mermaid.ts';
import { MARKS, markText } from '../graph/words.ts';
import { formatCount, type Graph } from '../model/index.ts';
import { markdownFence } from '../text/escape.ts';
import { plural } from '../text/words.ts';

/** GitHub refuses comments over 65,536 characters; what embeds this text needs some room too. */
const LIMIT = 60_000;
/** What every section may need besides its blocks: heading, fences, the line that counts what was dropped. */
const FRAME = 400;
/** One change must not crowd out all others. */
const LINE_LENGTH = 400;
const BLOCK_LINES = 60;

/** A part of a comment: blocks of lines, each about one thing, that are shown as they stand. */
export interface CommentSection {
  /** Markdown. */
  readonly heading: string;
  /** What one block is, for counting those that do not fit: `safe change`. */
  readonly noun: string;
  /** Escaped for a terminal. The most important ones come first. */
  readonly blocks: readonly (readonly string[])[];
  readonly folded: boolean;
  /** Lines that are of no use when they are cut: addresses to paste. */
  readonly whole?: boolean;
}

/** Markdown that may be left out for want of room, and what is said then. */
export interface CommentPicture {
  readonly text: string;
  readonly instead: string;
}

/**
 * A comment for a pull request that is never too long. What does not fit is counted, and it is the last: once a block
 * had to be dropped, no later section takes the room that is left.
 *
 * @param head Markdown that is always there
 * @param picture stands behind the head where all else is there too; it is the first to be left out
 */
export function comment(head: string, sections: readonly CommentSection[], picture?: CommentPicture): string {
  const filled = sections.filter(({ blocks }) => blocks.length > 0);
  const parts: string[] = [];
  const always = head.length + (picture?.instead.length ?? 0) + 1;
  let room = LIMIT - always - filled.length * FRAME;
  for (const section of filled) {
    const { shown, size } = fitting(section.whole ? section.blocks : section.blocks.map(cutBlock), room);
    parts.push(sectionMarkdown(section, shown));
    room = shown.length < section.blocks.length ? 0 : room - size;
  }
  if (!picture) return [head, ...parts].join('\n');
  return [head, room > picture.text.length ? picture.text : picture.instead, ...parts].join('\n');
}

function sectionMarkdown(
  { heading, noun, blocks, folded }: CommentSection,
  shown: readonly (readonly string[])[],
): string {
  const dropped = blocks.length - shown.length;
  const note = dropped > 0 ? `\n${plural(dropped, `more ${noun}`)} not shown here.\n` : '';
  const body = `${shown.length > 0 ? markdownFence(shown.flat()) : ''}${note}`;
  return folded
    ? `<details><summary>${heading} (${formatCount(blocks.length)})</summary>\n\n${body}\n</details>\n`
    : `#### ${heading}\n\n${body}`;
}

function cutBlock(lines: readonly string[]): readonly string[] {
  const cut = lines.slice(0, BLOCK_LINES).map((line) => cutText(line, LINE_LENGTH));
  const rest = lines.length - BLOCK_LINES;
  return rest > 0 ? [...cut, `      … ${plural(rest, 'more line')}`] : cut;
}

/** Text of at most about so many characters; the number of omitted characters is added. */
export function cutText(text: string, length: number): string {
  if (text.length <= length) return text;
  // Half a character would be none.
  const kept = text
    .slice(0, length)
    .toWellFormed()
    .replace(/\uFFFD$/, '');
  return `${kept}… (${plural(text.length - kept.length, 'more character')})`;
}

/** As many blocks as fit, and how long they are. */
function fitting(
  blocks: readonly (readonly string[])[],
  room: number,
): { shown: readonly (readonly string[])[]; size: number } {
  let size = 0;
  const shown = [];
  for (const lines of blocks) {
    // The fence grows with the longest run of backticks, so those count thrice.
    const grown = lines.reduce((sum, line) => sum + line.length + 1 + 2 * (line.split('`').length - 1), size);
    if (grown > room) break;
    size = grown;
    shown.push(lines);
  }
  return { shown, size };
}

/** Larger pictures are too small to read in the width of a comment; smaller ones need no click. */
const MOST_NODES = 60;
const FEW_NODES = 12;
/** What a picture may take of a comment's characters. */
const LIMITS = { edges: 100, characters: 12_000 };

/** The touched part of a topology, as a diagram that GitHub and GitLab draw. Undefined where nothing is touched. */
export function commentPicture(graph: Graph): CommentPicture | undefined {
  const { nodes, edges, groups, external } = graph;
  if (nodes.length === 0) return undefined;
  const { text, leftOut } = graphMermaid(graph, LIMITS);
  const instead =
    `No picture: ${plural(nodes.length, 'part')} of the topology would be in it. ` +
    '`brokerform graph PLAN --out changes.html` draws a saved plan of any size.\n';
  if (nodes.length > MOST_NODES || leftOut !== undefined) return { text: instead, instead };
  const found = new Set([...nodes, ...edges, ...groups].map(({ mark }) => mark));
  const legend = [
    ...MARKS.filter((mark) => found.has(mark)).map((mark) => `\`${markText(mark)}\``),
    ...([...nodes, ...edges].some(({ blocked }) => blocked) ? ['thick red: blocked'] : []),
    ...(nodes.some((node) => node.external) ? [`dotted: ${external}`] : []),
  ];
  return {
    text:
      `<details${nodes.length <= FEW_NODES ? ' open' : ''}><summary>Picture</summary>\n\n` +
      `\`\`\`mermaid\n${text}\`\`\`\n\n${legend.join(' · ')}\n</details>\n`,
    instead: 'Graph omitted: the comment is full.\n',
  };
}
