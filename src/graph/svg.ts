import type { Graph } from '../model/index.ts';
import { escapeText, escapeXml } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { at, makePicture, textWidth } from './picture.ts';
import { literalStyle } from './picture-style.ts';
import { arrowHeads, legendOf } from './shapes.ts';
import { omittedText } from './words.ts';

const MARGIN = 24;
const HEADER = 44;
const LEGEND_ROW = 28;
const LEAST_WIDTH = 560;
const OWN_RULES = `.picture .heading{font-size:18px;font-weight:600;fill:var(--ink)}
.picture .small{font-size:12px;fill:var(--muted)}
.picture .ground{fill:var(--surface)}`;

/** A picture in one file, which follows the reader's light or dark. */
export function graphSvg(graph: Graph): string {
  const { layout, body } = makePicture(graph);
  const width = Math.max(layout.width, LEAST_WIDTH) + 2 * MARGIN;
  const legend = legendSvg(graph, width - 2 * MARGIN);
  const legendTop = HEADER + MARGIN + layout.height + 20;
  const height = legendTop + legend.height + MARGIN;
  const omitted = omittedText(graph);
  const title = escapeText(graph.title);
  const counts = `${plural(graph.nodes.length, 'node')}, ${plural(graph.edges.length, 'connection')}`;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" class="brokerform picture" role="img" aria-labelledby="title about" ` +
    `width="${at(width)}" height="${at(height)}" viewBox="0 0 ${at(width)} ${at(height)}">\n` +
    `<title id="title">${escapeXml(title)}</title>\n<desc id="about">${escapeXml(counts)}</desc>\n` +
    `<style>${literalStyle(OWN_RULES)}</style>\n` +
    `${arrowHeads()}<rect class="ground" width="100%" height="100%"/>\n` +
    `<text class="heading" x="${MARGIN}" y="34">${escapeXml(title)}</text>\n` +
    `<text class="small" x="${MARGIN}" y="54">${escapeXml(omitted === undefined ? counts : `${counts} · ${omitted}`)}</text>\n` +
    `<g transform="translate(${MARGIN} ${HEADER + MARGIN})">\n${body}</g>\n` +
    `<g transform="translate(${MARGIN} ${at(legendTop)})">\n${legend.body}</g>\n</svg>\n`
  );
}

function legendSvg(graph: Graph, width: number): { body: string; height: number } {
  let x = 0;
  let y = 0;
  const parts = legendOf(graph).map(({ sample, text }) => {
    const needed = 52 + textWidth(text, 12) + 24;
    if (x > 0 && x + needed > width) {
      x = 0;
      y += LEGEND_ROW;
    }
    const part =
      `<g transform="translate(${at(x)} ${at(y)})">${sample}` +
      `<text class="small" x="52" y="15">${escapeXml(escapeText(text))}</text></g>\n`;
    x += needed;
    return part;
  });
  return { body: parts.join(''), height: parts.length === 0 ? 0 : y + LEGEND_ROW };
}
