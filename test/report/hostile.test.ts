import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteForShell } from '../../src/model/index.ts';
import {
  FORMATS,
  PLAIN,
  renderDiagnostics,
  renderDiff,
  renderMetrics,
  renderPlan,
  renderReport,
} from '../../src/report/index.ts';
import {
  escapeMarkdown,
  escapeText,
  escapeXml,
  markdownCode,
  markdownFence,
  printableJson,
} from '../../src/text/escape.ts';
import { codePoint } from '../setup/code-point.ts';
import { diffWith, findingsWith, hostile, planWith, reportWith } from './hostile.ts';

/** Everything that moves a cursor, hides or reorders text, but for the newlines that end our own lines. */
const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('no raw control character in any text, markdown, annotation, XML or JSON', () => {
  const verbose = { ...PLAIN, verbose: true };
  fc.assert(
    fc.property(hostile, (text) => {
      for (const format of FORMATS) {
        expect(renderPlan(planWith(text), format, verbose)).not.toMatch(RAW);
        expect(renderPlan(planWith(text), format, verbose, 'drift')).not.toMatch(RAW);
        expect(renderDiff(diffWith(text), format, verbose)).not.toMatch(RAW);
        expect(renderDiagnostics(findingsWith(text), format, verbose)).not.toMatch(RAW);
      }
      expect(renderMetrics(planWith(text))).not.toMatch(RAW);
      for (const format of ['text', 'markdown', 'json'] as const) {
        expect(renderReport(reportWith(text), format, verbose)).not.toMatch(RAW);
      }
    }),
  );
});

test('with colour, the only escape sequences are our own', () => {
  const sgr = new RegExp(`${String.fromCharCode(27)}\\[\\d{1,2}m`, 'g');
  fc.assert(
    fc.property(hostile, (text) => {
      const coloured = { ...PLAIN, colour: true, verbose: true };
      expect(renderPlan(planWith(text), 'text', coloured).replace(sgr, '')).not.toMatch(RAW);
    }),
  );
});

test('a name never adds a line to a plan', () => {
  const lines = (text: string) =>
    renderPlan(planWith(text), 'text', { ...PLAIN, verbose: true }).split('\n').length;
  fc.assert(
    fc.property(hostile, (text) => {
      expect(lines(`n${text}`)).toBe(lines('n'));
    }),
  );
});

test('an annotation is one line with one command, whatever is in it', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const lines = renderDiagnostics(findingsWith(text), 'github', PLAIN).trimEnd().split('\n');
      expect(lines).toHaveLength(2);
      // A property ends at a comma, the properties at `::`: neither may stand raw in a value.
      expect(lines[0]).toMatch(/^::error file=[^,:]*,line=1,col=1,title=[^,:]*::/);
      expect(lines[1]).toMatch(/^::warning title=[^,:]*::/);
    }),
  );
});

test('a table row keeps its cells', () => {
  const cells = (text: string) => {
    const row = renderPlan(planWith(text), 'markdown', PLAIN)
      .split('\n')
      .find((line) => line.startsWith('| <code>'));
    return row?.split('|').length;
  };
  fc.assert(
    fc.property(hostile, (text) => {
      expect(cells(text)).toBe(6);
    }),
  );
});

test('markdown text holds no raw syntax and mentions nobody', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      expect(markdownCode(text).slice(6, -7)).not.toMatch(/[<>|`*_[\]@:~$\\]/);
      const prose = escapeMarkdown(text);
      expect(prose).not.toMatch(/[<>|`*_[\]@:~$\\]/);
      expect(decode(prose)).not.toMatch(/[@#][\p{L}\p{N}]/u);
    }),
  );
});

function decode(text: string): string {
  return text.replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)));
}

test('a fence ends only where it ends', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('`', '~', 'a', ' ') })), (lines) => {
      const [open = '', ...rest] = markdownFence(lines).trimEnd().split('\n');
      const fence = /^`+/.exec(open)?.[0] ?? '';
      expect(rest.findIndex((line) => /^ {0,3}`+ *$/.test(line) && line.trim().length >= fence.length)).toBe(
        rest.length - 1,
      );
    }),
  );
});

test('XML text and attributes are well-formed XML 1.0', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const xml = escapeXml(text);
      expect(xml).not.toMatch(/[<>"']/);
      expect(xml.replace(/&(?:amp|lt|gt|quot|apos);/g, '')).not.toContain('&');
      // https://www.w3.org/TR/xml/#charsets
      expect(xml).toMatch(/^[\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]*$/u);
    }),
  );
});

test('JSON reads back as what was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: codePoint }), hostile, (a, b) => {
      expect(JSON.parse(printableJson({ [b]: [a] }))).toEqual({ [b]: [a] });
    }),
  );
});

test('a quoted argument is one word for a shell', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const quoted = escapeText(quoteForShell(text));
      expect(quoted.replaceAll("'\\''", '').slice(1, -1)).not.toContain("'");
    }),
  );
});
