import { graphMermaid } from '../graph/mermaid.ts';
import { MARKS, markText } from '../graph/words.ts';
import type { Graph } from '../model/index.ts';
import { plural } from '../text/words.ts';
import type { CommentPicture } from './comment.ts';

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
