import fc from 'fast-check';
import { expect, test } from 'vitest';
import { renderGraph } from '../../src/graph/index.ts';
import type { Graph } from '../../src/model/index.ts';
import { PLAIN, renderPlan } from '../../src/report/index.ts';
import { plan } from '../report/example.ts';
import { codePoint } from '../setup/code-point.ts';
import { elementsOf } from './xml.ts';

const nasty = [
  '</script><script>alert(1)</script>',
  '<!--<script>',
  '"><img src=x onerror=alert(1)>',
  '"]; n9[label="owned"]',
  '\\"; \\N \\l \\',
  '"]\n  click n0 "javascript:alert(1)"',
  '%%{init: {"theme": "dark"}}%%',
  '`` ``` ````',
  '#quot;#lt;script#gt; &lt; &#60; ]]>',
  'end subgraph style:x#y; classDef a:b#c;',
  '1. one - two\n- three',
  '\u0000\u0007\u001b[2J\u009b\u202e\u2066\u2028\u2029\ufeff\ud800',
  '{{{{ }}}} ([{<|>}]) -->|x| ==> ::: @{ shape: x }',
  '__proto__',
  '$$x^2$$',
  'https://evil.example www.evil.example',
];
const hostile = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: codePoint, maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...nasty), fc.string({ unit: codePoint, maxLength: 10 }))
    .map((parts) => parts.join('')),
);

/** The same hostile text wherever a name can be. */
function graphWith(text: string, id = text): Graph {
  const node = (number: number, more: Partial<Graph['nodes'][number]> = {}) => ({
    ...{ id: `${number}${id}`, kind: text, role: 'store' as const, name: text, detail: text, group: 'g' },
    ...{ resources: [text], facts: [{ name: text, text }], at: { file: text, line: 1, col: 1 } },
    ...more,
  });
  const edge = { from: `0${id}`, to: `1${id}`, role: 'dead-letter' as const, label: text, resources: [text] };
  return {
    title: text,
    external: text,
    groups: [{ id: 'g', title: text, resources: [text], mark: 'added' }],
    nodes: [
      node(0, { mark: 'changed' }),
      node(1, { role: 'router' }),
      node(2, { external: true, role: 'subject' }),
    ],
    edges: [edge, { ...edge, role: 'route', mark: 'removed', to: `0${id}` }],
    omitted: [{ kind: text, count: 2 }],
  };
}

/** Everything that moves a cursor, hides or reorders text, but for the newlines that end our own lines. */
const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('no raw control character in any format', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      for (const format of ['mermaid', 'dot', 'svg', 'html'] as const) {
        expect(renderGraph(graphWith(text), format).text).not.toMatch(RAW);
      }
    }),
  );
});

test('Mermaid: labels hold nothing that Mermaid reads, and no line is anyone else’s', () => {
  const plain = renderGraph(graphWith('x'), 'mermaid').text.split('\n');
  fc.assert(
    fc.property(hostile, (text) => {
      const lines = renderGraph(graphWith(text, 'x'), 'mermaid').text.split('\n');
      // An empty name has no label on its line; nothing else changes the shape.
      expect(lines).toHaveLength(plain.length);
      for (const [i, line] of lines.entries()) {
        if (line.startsWith('  %% ')) {
          expect(line.slice(5)).toMatch(/^[\p{L}\p{N} .,:;/*_?-]*$/u);
          continue;
        }
        const skeleton = (one: string) => one.replace(/"[^"]*"/g, '""').replace('|""|', '');
        expect(skeleton(line)).toBe(skeleton(plain[i] ?? ''));
        for (const [, label = ''] of line.matchAll(/"([^"]*)"/g)) {
          expect(label.replaceAll('<br/>', '')).toMatch(/^(?:[\p{L}\p{N} .,_/-]|#\d+;)*$/u);
          expect(label).not.toMatch(/(?:^|>)(?:\d+[.)]|[-*+]) /);
          expect(label).not.toContain('#36;#36;');
        }
      }
    }),
  );
});

test('DOT: a quoted text ends where it ends', () => {
  const plain = skeletonOf(renderGraph(graphWith('x'), 'dot').text);
  fc.assert(
    fc.property(hostile, (text) => {
      expect(skeletonOf(renderGraph(graphWith(text, 'x'), 'dot').text)).toBe(plain);
    }),
  );
});

/** What is left when quoted texts are taken out as Graphviz reads them: a backslash takes the next character along. */
function skeletonOf(dot: string): string {
  return dot
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/^ {2}\/\/.*$/m, '')
    .replaceAll('label="" ', '');
}

test('SVG is well-formed XML with the same elements, whatever the names', () => {
  const plain = elementsOf(renderGraph(graphWith('x'), 'svg').text);
  fc.assert(
    fc.property(hostile, (text) => {
      const elements = elementsOf(renderGraph(graphWith(text, 'x'), 'svg').text);
      expect(elements.filter((name) => name !== 'text')).toEqual(plain.filter((name) => name !== 'text'));
    }),
  );
});

test('HTML: one script of ours, one policy that names it, and data that reads back', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const html = renderGraph(graphWith(text, 'x'), 'html').text;
      expect(html.match(/<script/g)).toHaveLength(2);
      expect(html.match(/<\/script/g)).toHaveLength(2);
      expect(html.match(/<!--/g)).toBeNull();
      expect(html.match(/<(?:img|iframe|object|embed|base|a|form)\b/gi)).toBeNull();
      expect(html).toMatch(
        /content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-[\w+/=]+'; /,
      );
      const data = /<script type="application\/json" id="data">(.*)<\/script>/.exec(html)?.[1] ?? '';
      expect(data).not.toMatch(/[<>&]/);
      expect(JSON.parse(data).nodes).toHaveLength(3);
    }),
  );
});

test('a comment’s picture closes neither its fence nor its fold', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const markdown = renderPlan(plan(), 'markdown', PLAIN, 'plan', {
        ...graphWith(text, 'x'),
        external: 'same',
      });
      expect(markdown.match(/```/g)).toHaveLength(2);
      expect(markdown.match(/<\/details>/g)).toHaveLength(1);
      const picture = /```mermaid\n([\s\S]*?)```/.exec(markdown)?.[1] ?? '';
      expect(picture.replaceAll('<br/>', '')).not.toMatch(/[`<@]/);
    }),
  );
});
