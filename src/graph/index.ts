import type { Graph } from '../model/index.ts';
import { printableJson } from '../text/escape.ts';
import { graphDot } from './dot.ts';
import { graphHtml } from './html.ts';
import { graphMermaid, type RenderedGraph } from './mermaid.ts';
import { graphSvg } from './svg.ts';

const FORMATS = {
  mermaid: graphMermaid,
  dot: (graph: Graph): RenderedGraph => ({ text: graphDot(graph) }),
  svg: (graph: Graph): RenderedGraph => ({ text: graphSvg(graph) }),
  html: (graph: Graph): RenderedGraph => ({ text: graphHtml(graph) }),
  /** Groups, nodes and edges before they are laid out. */
  json: (graph: Graph): RenderedGraph => ({
    text: printableJson({ brokerform: 'graph', version: 2, ...graph }),
  }),
};

export type { RenderedGraph };

export type GraphFormat = keyof typeof FORMATS;

/** A graph as text that ends in a newline; `leftOut` says what the format has no room for. */
export function renderGraph(graph: Graph, format: GraphFormat): RenderedGraph {
  return FORMATS[format](graph);
}
