import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  formatCount,
  formatSource,
  type Graph,
  type GraphNode,
  provenanceOf,
  type Source,
} from '../model/index.ts';
import { escapeText, escapeXml } from '../text/escape.ts';
import { plural } from '../text/words.ts';
import { GROUP_GAP } from './layout/index.ts';
import { at, makePicture, NODE_HEIGHT, type Picture } from './picture.ts';
import { PICTURE_STYLE } from './picture-style.ts';
import { arrowHeads, legendOf } from './shapes.ts';
import { EDGE_WORDS, markText, omittedText, stateText } from './words.ts';

/**
 * One page that needs nothing else: picture, list, search. It asks no network for anything, and its policy lets no
 * script run but its own, whatever a name may hold.
 */
export function graphHtml(graph: Graph): string {
  const picture = makePicture(graph);
  const script = pageScript();
  const digest = createHash('sha256').update(script).digest('base64');
  const policy =
    `default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${digest}'; img-src data:; ` +
    `base-uri 'none'; form-action 'none'`;
  return pageHtml({
    policy,
    title: escapeXml(graph.title),
    about: escapeXml(aboutText(graph)),
    style: `${PICTURE_STYLE}${asset('page.css')}`,
    picture: arrowHeads() + pictureBody(picture),
    legend: legendHtml(graph),
    data: scriptData(dataOf(graph, picture)),
    script,
  });
}

/** In the order in which they need each other. */
const MODULES = ['entries', 'lines', 'picture', 'camera', 'list', 'details', 'main'];

/** The modules of the page as one script: a page in a file of its own can import nothing. */
function pageScript(): string {
  const bodies = MODULES.map((name) =>
    asset(`${name}.js`)
      .replace(/^import [^;]*;\n/gm, '')
      .replace(/^export /gm, ''),
  );
  return `'use strict';\n{\n${bodies.join('\n')}}\n`;
}

/** Read when it is needed: most runs draw nothing. */
function asset(name: string): string {
  return readFileSync(new URL(`../graph/page/${name}`, import.meta.url), 'utf8');
}

function aboutText(graph: Graph): string {
  const { nodes, edges, groups } = graph;
  const counts = [plural(nodes.length, 'node'), plural(edges.length, 'connection')];
  const marked = [...nodes, ...edges].filter(({ mark }) => mark !== undefined).length;
  if (groups.length > 1) counts.push(plural(groups.length, 'group'));
  if (marked > 0) counts.push(`${formatCount(marked)} touched by the plan`);
  const omitted = omittedText(graph);
  return omitted === undefined ? counts.join(', ') : `${counts.join(', ')} · ${omitted}`;
}

function pictureBody({ body }: Picture): string {
  return `<g id="view">\n${body}</g>`;
}

function legendHtml(graph: Graph): string {
  return legendOf(graph)
    .map(
      ({ sample, text }) =>
        `<li><svg class="picture" width="46" height="22" aria-hidden="true">${sample}</svg>` +
        `${escapeXml(text)}</li>`,
    )
    .join('\n');
}

/** What the script works with. All texts are ready to be shown. */
function dataOf(graph: Graph, { layout, bundles }: Picture) {
  const groups = new Map(graph.groups.map(({ id }, i) => [id, i]));
  return {
    groupGap: GROUP_GAP,
    nodeHeight: NODE_HEIGHT,
    external: escapeText(graph.external),
    groups: graph.groups.map(({ title, mark }, i) => ({
      title: escapeText(title),
      ...(mark && { mark: markText(mark) }),
      box: numbers(layout.groups[i]),
    })),
    nodes: graph.nodes.map((node, i) => ({
      ...nodeData(node),
      group: groups.get(node.group) ?? 0,
      box: numbers(layout.boxes[i]),
    })),
    edges: bundles.map(({ from, to, role, labels, ...state }) => ({
      from,
      to,
      words: EDGE_WORDS[role],
      labels: [...labels].map(escapeText),
      ...(stateText(state) !== '' && { mark: stateText(state) }),
    })),
  };
}

function nodeData({ id, kind, name, detail, external, at: place, facts, ...state }: GraphNode) {
  return {
    id: escapeText(id),
    kind: escapeText(kind),
    name: escapeText(name),
    ...(detail !== '' && { detail: escapeText(detail) }),
    ...(stateText(state) !== '' && { mark: stateText(state) }),
    ...(external && { external: true }),
    ...(place && { at: escapeText(placeOf(place)) }),
    facts: facts.map(({ name: fact, text }) => [escapeText(fact), escapeText(text)]),
  };
}

function placeOf(at: Source): string {
  const from = provenanceOf(at);
  return from === undefined ? formatSource(at) : `${formatSource(at)} (${from})`;
}

function numbers(box: { x: number; y: number; width: number; height: number } | undefined): number[] {
  return box ? [box.x, box.y, box.width, box.height].map((value) => Number(at(value))) : [0, 0, 0, 0];
}

/** JSON inside of a script element: nothing in it can end the element, or begin a comment of HTML. */
function scriptData(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Everything is ready to stand where it is put: escaped, or made by us. */
interface PageParts {
  readonly policy: string;
  readonly title: string;
  readonly about: string;
  readonly style: string;
  readonly picture: string;
  readonly legend: string;
  readonly data: string;
  readonly script: string;
}

const STAGE_LABEL =
  'Picture. Arrow keys move it, plus and minus zoom, 0 fits it. The list of resources holds all that it shows.';

function pageHtml({ policy, title, about, style, picture, legend, data, script }: PageParts): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="brokerform">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
${style}
</style>
</head>
<body class="brokerform">
<header>
<div class="heading">
<h1>${title}</h1>
<p>${about}</p>
</div>
<div class="tools">
<label class="search">Search <input id="search" type="search" placeholder="name, kind or address" autocomplete="off" spellcheck="false" aria-controls="list" aria-describedby="status"></label>
<label>Neighbours <select id="depth" title="How far from the resource in focus"><option value="1">1 step</option><option value="2">2 steps</option><option value="3">3 steps</option><option value="99">all</option></select></label>
<button id="all" type="button" disabled>Show all</button>
<span class="zoom" role="group" aria-label="Zoom"><button id="out" type="button" aria-label="Zoom out">−</button><button id="in" type="button" aria-label="Zoom in">+</button><button id="fit" type="button">Fit</button></span>
<span id="status" role="status"></span>
</div>
</header>
<main>
<div id="left">
<section id="stage" tabindex="0" aria-label="${STAGE_LABEL}">
<svg class="picture" role="img" aria-label="${title}: ${about}">
${picture}
</svg>
</section>
<details id="legend" open>
<summary>Legend</summary>
<ul>
${legend}
</ul>
</details>
</div>
<aside>
<section id="details" aria-label="Resource in focus" hidden></section>
<nav id="list" aria-label="Resources"></nav>
</aside>
</main>
<script type="application/json" id="data">${data}</script>
<script>${script}</script>
</body>
</html>
`;
}
