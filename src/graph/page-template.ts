/** Everything is ready to stand where it is put: escaped, or made by us. */
export interface PageParts {
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

export function pageHtml({ policy, title, about, style, picture, legend, data, script }: PageParts): string {
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
