import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Diagnostic, Plan } from '../../src/model/index.ts';
import {
  escapeMarkdown,
  escapeXml,
  markdownCode,
  markdownFence,
  printableJson,
  quoteForShell,
} from '../../src/render/escape.ts';
import { PLAIN, renderDiagnostics, renderPlan, renderReport } from '../../src/render/index.ts';
import { plan, resource, step } from './example.ts';

const nasty = [
  '\u001b[2J\u001b]0;title\u0007',
  '\r\n::error::owned',
  '\u009b31m',
  '\u202egnp.exe\u2066',
  '\u2028\u2029\u0085\u007f\u0000',
  '| a | b |\n|---|',
  '``` `` `',
  '</details><script>alert(1)</script>',
  '@everyone #1 [x](javascript:a) ![i](http://evil) www.evil.example',
  ']]><!-- --><![CDATA[ &amp; " \' ',
  '\ud800 \udfff \ufffe \uffff \ufeff',
  "'; rm -rf / '",
  '%0A%0D::',
];
const hostile = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .tuple(fc.constantFrom(...nasty), fc.string({ unit: 'binary', maxLength: 10 }))
    .map((parts) => parts.join('')),
);

/** A plan, findings and a report with the same hostile text wherever a file or a broker can put one. */
function planWith(name: string): Plan {
  const at = { file: name, line: 1, col: 1 };
  const risk = { class: 'destructive', code: name, message: name, hint: name } as const;
  const address = 'main/queue/x';
  const one = step({
    address,
    action: 'replace',
    title: name,
    detail: name,
    change: { action: 'replace', before: resource(address), after: resource(address, {}, at), fields: [] },
    fields: [
      { name, before: name, after: name, fixed: name },
      { name, after: name },
    ],
    risks: [risk, { class: 'disruptive', code: name, message: `x${name}`, hint: name }],
    stake: { text: name, values: {}, readAt: name },
    dependants: [{ address: 'main/binding/y', title: name, detail: name, outcome: 'recreated', calls: [] }],
    calls: [{ op: name, target: address }],
  });
  const safe = step({ address: 'main/queue/z', title: name, detail: name });
  return plan({
    project: name,
    environment: name,
    brokers: [{ name, type: name, id: name, version: name, facts: {} }],
    waves: [[one, safe]],
    blockers: [{ address, risk, allow: `destructive:${name}` }],
    unmanaged: [name],
  });
}

function findingsWith(text: string): Diagnostic[] {
  const at = { file: text, line: 1, col: 1 };
  return [
    { code: text, severity: 'error', message: text, hint: text, at, related: [at] },
    { code: text, severity: 'warning', message: text, hint: text },
  ];
}

function reportWith(text: string) {
  return {
    version: 1,
    project: text,
    startedAt: text,
    finishedAt: text,
    interrupted: text,
    steps: [
      {
        address: text,
        title: text,
        detail: text,
        action: text,
        status: 'failed',
        failure: { op: text, status: text, message: text, hint: text },
        stake: { text, values: {}, readAt: text },
      },
    ],
  } as const;
}

/** Everything that moves a cursor, hides or reorders text, but for the newlines that end our own lines. */
const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

test('no raw control character in any text, markdown, annotation, XML or JSON', () => {
  const verbose = { ...PLAIN, verbose: true };
  fc.assert(
    fc.property(hostile, (text) => {
      for (const format of ['text', 'markdown', 'json'] as const) {
        expect(renderPlan(planWith(text), format, verbose)).not.toMatch(RAW);
        expect(renderReport(reportWith(text), format, verbose)).not.toMatch(RAW);
      }
      for (const format of ['text', 'json', 'github', 'sarif', 'junit'] as const) {
        expect(renderDiagnostics(findingsWith(text), format, verbose)).not.toMatch(RAW);
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
    fc.property(fc.string({ unit: 'binary' }), hostile, (a, b) => {
      expect(JSON.parse(printableJson({ [b]: [a] }))).toEqual({ [b]: [a] });
    }),
  );
});

test('a quoted argument is one word for a shell', () => {
  fc.assert(
    fc.property(hostile, (text) => {
      const quoted = quoteForShell(text);
      expect(quoted.replaceAll("'\\''", '').slice(1, -1)).not.toContain("'");
    }),
  );
});
