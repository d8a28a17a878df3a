import type { Graph, GraphNode } from '../model/index.ts';
import { escapeText, escapeXml } from '../text/escape.ts';
import { type Bundle, bundleEdges, bundleText, firstLabels } from './bundles.ts';
import { type Box, GROUP_HEADER, type Layout, layOut, type Route } from './layout/index.ts';
import { outline } from './shapes.ts';
import { EDGE_WORDS, kindText, MARK_WORDS, markText, stateText } from './words.ts';

/** A graph laid out, as the inside of an SVG element; what is around it is the format's affair. */
export interface Picture {
  readonly layout: Layout;
  readonly bundles: readonly Bundle[];
  readonly body: string;
}

/** Of bold text, which is wider than text of its size. */
const NAME_SIZE = 14.6;
const KIND_SIZE = 11;
const LABEL_SIZE = 11;
const PADDING = 14;
/** The height of a node with few lines. */
export const NODE_HEIGHT = 46;
const WIDEST_NAME = 250;
const WIDEST_KIND = 220;
const WIDEST_LABEL = 190;
const GROUP_SIZE = 14;

export function makePicture(graph: Graph): Picture {
  const bundles = bundleEdges(graph);
  const faces = graph.nodes.map(faceOf);
  const labels = bundles.map(labelOf);
  const groups = new Map(graph.groups.map(({ id }, i) => [id, i]));
  const titles = graph.groups.map(({ title, mark }) =>
    mark === undefined ? escapeText(title) : `${escapeText(title)}  ${markText(mark)}`,
  );
  const layout = layOut({
    boxes: graph.nodes.map(({ group }, i) => ({
      width: faces[i]?.width ?? 0,
      height: NODE_HEIGHT,
      group: groups.get(group) ?? 0,
    })),
    lines: bundles.map(({ from, to }, i) => ({
      from,
      to,
      labelWidth: textWidth(labels[i] ?? '', LABEL_SIZE),
    })),
    groups: titles.map((title) => textWidth(title, GROUP_SIZE)),
  });
  const body = [
    ...graph.groups.map(({ mark }, i) => groupSvg(titles[i] ?? '', mark, layout.groups[i], i)),
    ...bundles.map((bundle, i) =>
      edgeSvg({ bundle, label: labels[i] ?? '', route: layout.routes[i], i, graph }),
    ),
    ...graph.nodes.map((node, i) => nodeSvg(node, faces[i], layout.boxes[i], i, graph)),
  ].join('');
  return { layout, bundles, body };
}

/** What is written on a node, cut to what fits. */
interface Face {
  readonly name: string;
  readonly kind: string;
  readonly mark: string;
  readonly width: number;
}

function faceOf(node: GraphNode): Face {
  const name = fitText(escapeText(node.name), NAME_SIZE, WIDEST_NAME);
  const mark = stateText(node);
  const markWidth = mark === '' ? 0 : textWidth(mark, KIND_SIZE) + 10;
  const kind = fitText(escapeText(kindText(node)), KIND_SIZE, WIDEST_KIND);
  const content = Math.max(textWidth(name, NAME_SIZE), textWidth(kind, KIND_SIZE) + markWidth);
  return { name, kind, mark, width: Math.max(120, Math.ceil(content) + 2 * PADDING) };
}

function labelOf(bundle: Bundle): string {
  const text = escapeText(bundleText(bundle, 2));
  const symbol = stateText(bundle);
  return fitText([symbol, text].filter((part) => part !== '').join(' · '), LABEL_SIZE, WIDEST_LABEL);
}

function groupSvg(title: string, mark: string | undefined, box: Box | undefined, i: number): string {
  if (!box || box.width === 0) return '';
  return (
    `<g class="${classes('group', mark)}" data-group="${i}"><rect x="${at(box.x)}" y="${at(box.y)}" ` +
    `width="${at(box.width)}" height="${at(box.height)}" rx="10"/>` +
    `<text x="${at(box.x + 16)}" y="${at(box.y + GROUP_HEADER - 10)}">${escapeXml(title)}</text></g>\n`
  );
}

function nodeSvg(
  node: GraphNode,
  face: Face | undefined,
  box: Box | undefined,
  i: number,
  graph: Graph,
): string {
  if (!face || !box) return '';
  const { width, height } = box;
  const top = height / 2;
  const mark =
    face.mark === ''
      ? ''
      : `<text class="mark" x="${at(width - PADDING)}" y="${at(top - 6)}">${escapeXml(face.mark)}</text>`;
  return (
    `<g class="${classes('node', node.role, node.external && 'external', node.mark, node.blocked && 'blocked')}" data-node="${i}" ` +
    `transform="translate(${at(box.x)} ${at(box.y)})"><title>${escapeXml(describeNode(node, graph))}</title>` +
    `<path d="${outline(node.role, width, height)}"/>` +
    `<text class="kind" x="${PADDING}" y="${at(top - 6)}">${escapeXml(face.kind)}</text>${mark}` +
    `<text class="name" x="${PADDING}" y="${at(top + 12)}">${escapeXml(face.name)}</text></g>\n`
  );
}

/** For who points at it, and for who cannot see it. */
function describeNode({ kind, name, detail, mark, external, blocked }: GraphNode, graph: Graph): string {
  const parts = [
    `${kind} ${name}`,
    detail,
    mark && MARK_WORDS[mark].word,
    blocked && 'blocked',
    external && graph.external,
  ];
  return parts.filter((part) => part).join(', ');
}

interface EdgeInput {
  readonly bundle: Bundle;
  readonly label: string;
  readonly route: Route | undefined;
  readonly i: number;
  readonly graph: Graph;
}

function edgeSvg({ bundle, label, route, i, graph }: EdgeInput): string {
  if (!route) return '';
  const { role, mark, blocked, from, to } = bundle;
  const { x, y, anchor } = route.label;
  const text =
    label === ''
      ? ''
      : `<text x="${at(x)}" y="${at(y)}"${anchor === 'end' ? ' text-anchor="end"' : ''}>${escapeXml(label)}</text>`;
  const said = [
    `${graph.nodes[from]?.name ?? ''} ${EDGE_WORDS[role]} ${graph.nodes[to]?.name ?? ''}`,
    firstLabels(bundle.labels, 20),
    mark === undefined ? '' : MARK_WORDS[mark].word,
    blocked ? 'blocked' : '',
  ];
  return (
    `<g class="${classes('edge', role, mark, blocked && 'blocked')}" data-edge="${i}">` +
    `<title>${escapeXml(said.filter((part) => part !== '').join(', '))}</title>` +
    `<path d="${pathOf(route)}" marker-end="url(#arrow-${mark ?? role})"/>${text}</g>\n`
  );
}

/** Straight and curved stretches in turn. */
function pathOf({ points }: Pick<Route, 'points'>): string {
  return points
    .map((point, i) => {
      const before = points[i - 1];
      if (!before) return `M${at(point.x)} ${at(point.y)}`;
      if (i % 2 === 1) return `L${at(point.x)} ${at(point.y)}`;
      const middle = at((before.x + point.x) / 2);
      return `C${middle} ${at(before.y)} ${middle} ${at(point.y)} ${at(point.x)} ${at(point.y)}`;
    })
    .join('');
}

/** A tenth of a pixel is exact enough, and keeps files small and the same on every machine. */
export function at(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function classes(...names: (string | false | undefined)[]): string {
  return names.filter((name) => name).join(' ');
}

/*
 * How wide a text is in a sans-serif font that was not measured: an upper estimate, so that text stays in its box
 * whichever font the reader has.
 */

const NARROW = /[ilj.,:;'|!()[\]{}tfrI /\\-]/;
const BROAD = /[mwMW@%—…]/;
const FULL =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f000}-\u{1faff}]/u;

function emOf(char: string): number {
  if (FULL.test(char)) return 1.05;
  if (NARROW.test(char)) return 0.4;
  if (BROAD.test(char)) return 0.95;
  return char >= 'A' && char <= 'Z' ? 0.72 : 0.62;
}

/** @param size of the font, in the unit of the answer */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const char of text) width += emOf(char) * size;
  return width;
}

/** The text, with an ellipsis in its middle where it is wider: names often differ at their end. */
export function fitText(text: string, size: number, width: number): string {
  if (textWidth(text, size) <= width) return text;
  const chars = [...text];
  const ellipsis = '…';
  let room = width - textWidth(ellipsis, size);
  let head = 0;
  let tail = chars.length;
  for (let fromHead = true; head < tail; fromHead = !fromHead) {
    const char = chars[fromHead ? head : tail - 1] ?? '';
    room -= textWidth(char, size);
    if (room < 0) break;
    if (fromHead) head++;
    else tail--;
  }
  return `${chars.slice(0, head).join('')}${ellipsis}${chars.slice(tail).join('')}`;
}
