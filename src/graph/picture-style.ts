/*
 * How a picture looks, in an SVG file and on a page alike. Every distinction is made twice: kinds by shape and word,
 * edges by dashes and word, changes by line, symbol and word, and each of them by colour too.
 */

const LIGHT = `--surface:#ffffff;--panel:#f6f8fa;--ink:#1f2328;--muted:#59636e;--border:#d1d9e0;--line:#6e7781;
--accent:#0550ae;--router:#0969da;--router-fill:#eaf4ff;--store:#57606a;--store-fill:#f6f8fa;--client:#8250df;
--client-fill:#faf5ff;--subject:#0f766e;--subject-fill:#effcf9;--link:#a63a7a;--link-fill:#fff5fa;
--added:#116329;--added-fill:#e6f7ea;--changed:#8a5a00;--changed-fill:#fff6dd;--removed:#c21f2b;--removed-fill:#ffefee;`;

const DARK = `--surface:#0d1117;--panel:#151b23;--ink:#e6edf3;--muted:#9aa4af;--border:#3d444d;--line:#8b949e;
--accent:#79c0ff;--router:#58a6ff;--router-fill:#11243d;--store:#9aa4af;--store-fill:#1b222b;--client:#bc8cff;
--client-fill:#251b3a;--subject:#4fd1c0;--subject-fill:#0f2b28;--link:#f08cc0;--link-fill:#331626;
--added:#56d364;--added-fill:#10291a;--changed:#e3b341;--changed-fill:#2f250d;--removed:#ff7b72;--removed-fill:#341a1b;`;

const RULES = `.picture text{font-family:ui-sans-serif,system-ui,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
.picture .group rect{fill:var(--panel);stroke:var(--border)}
.picture .group text{font-size:14px;font-weight:600;fill:var(--muted)}
.picture .node path{stroke:var(--store);fill:var(--store-fill);stroke-width:1.3}
.picture .router path{stroke:var(--router);fill:var(--router-fill)}
.picture .client path{stroke:var(--client);fill:var(--client-fill)}
.picture .subject path{stroke:var(--subject);fill:var(--subject-fill)}
.picture .link path{stroke:var(--link);fill:var(--link-fill)}
.picture .external path{stroke-dasharray:2 3;fill:var(--surface)}
.picture .name{font-size:13px;font-weight:600;fill:var(--ink)}
.picture .kind,.picture .mark{font-size:11px;fill:var(--muted)}
.picture .mark{text-anchor:end;font-weight:700}
.picture .edge path{fill:none;stroke:var(--line);stroke-width:1.3}
.picture .edge text{font-size:11px;fill:var(--muted);paint-order:stroke;stroke:var(--panel);stroke-width:3px;stroke-linejoin:round}
.picture .head path{fill:var(--line)}
.picture .dead-letter path{stroke-dasharray:7 4}
.picture .alternate path{stroke-dasharray:2 4;stroke-width:1.6}
.picture .copy path{stroke-dasharray:12 3 2 3}
.picture .access path,.picture .need path{stroke-dasharray:1 3}
.picture .edge.deny path{stroke:var(--removed)}
.picture .head.deny path{stroke:var(--removed);stroke-width:1.5}
.picture .node.added path{stroke:var(--added);fill:var(--added-fill);stroke-width:3}
.picture .node.changed path,.picture .node.replaced path{stroke:var(--changed);fill:var(--changed-fill);stroke-width:3;stroke-dasharray:14 4}
.picture .node.replaced path{stroke-dasharray:14 4 2 4}
.picture .node.removed path{stroke:var(--removed);fill:var(--removed-fill);stroke-width:2;stroke-dasharray:5 4}
.picture .node.blocked path{stroke:var(--removed);stroke-width:4}
.picture .removed .name{text-decoration:line-through}
.picture .added .mark,.picture .group.added text,.picture .edge.added text{fill:var(--added)}
.picture .changed .mark,.picture .replaced .mark,.picture .group.changed text,.picture .group.replaced text,.picture .edge.changed text,.picture .edge.replaced text{fill:var(--changed)}
.picture .removed .mark,.picture .group.removed text,.picture .edge.removed text{fill:var(--removed)}
.picture .edge.added path{stroke:var(--added);stroke-width:3}
.picture .edge.changed path,.picture .edge.replaced path{stroke:var(--changed);stroke-width:3}
.picture .edge.removed path{stroke:var(--removed);stroke-width:2;stroke-dasharray:5 4}
.picture .head.added path{fill:var(--added)}
.picture .head.changed path,.picture .head.replaced path{fill:var(--changed)}
.picture .head.removed path{fill:var(--removed)}
.picture .blocked .mark,.picture .edge.blocked text{fill:var(--removed)}
`;

/** For a page: the colours are those of an element with the class `brokerform`, in the reader's light or dark. */
export const PICTURE_STYLE = `.brokerform{color-scheme:light dark;${LIGHT}}
@media(prefers-color-scheme:dark){.brokerform{${DARK}}}
${RULES}`;

/**
 * For a file of its own: outside of browsers, what reads SVG knows no variables, and mostly no media queries; it
 * shows the light colours.
 * @param more rules beside those of the picture
 */
export function literalStyle(more: string): string {
  const rules = `${RULES}${more}`;
  const coloured = rules.split('\n').filter((rule) => rule.includes('var('));
  return (
    `svg{color-scheme:light dark}\n${withColours(rules, LIGHT)}\n` +
    `@media(prefers-color-scheme:dark){\n${withColours(coloured.join('\n'), DARK)}\n}\n`
  );
}

function withColours(rules: string, palette: string): string {
  const colours = new Map(
    Array.from(palette.matchAll(/(--[\w-]+):(#\w+)/g), ([, name, value]) => [name, value]),
  );
  return rules.replace(/var\((--[\w-]+)\)/g, (_, name: string) => colours.get(name) ?? 'none');
}
