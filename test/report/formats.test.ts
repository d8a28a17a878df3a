import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parsePatch } from 'diff';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type About,
  FORMATS,
  type Format,
  PLAIN,
  type RunFailure,
  renderDiagnostics,
  renderDiff,
  renderFailure,
  renderPatch,
  renderPlan,
} from '../../src/report/index.ts';
import { runs } from '../setup/runs.ts';
import { diffWith, findingsWith, hostile, planWith } from './hostile.ts';
import { elementsOf, junitProblems } from './junit.ts';
import { parseXml, type XmlElement } from './xml.ts';

/** Everything that is rendered, with one text wherever there is room for one. */
const DOCUMENTS: Readonly<Record<string, (text: string, format: Format) => string>> = {
  plan: (text, format) => renderPlan(planWith(text), format, PLAIN),
  drift: (text, format) => renderPlan(planWith(text), format, PLAIN, 'drift'),
  diff: (text, format) => renderDiff(diffWith(text), format, PLAIN),
  findings: (text, format) => renderDiagnostics(findingsWith(text), format, PLAIN, aboutOf(text)),
  failure: (text, format) => renderFailure(failureWith(text), format, PLAIN, aboutOf(text)),
};

function aboutOf(text: string): About {
  return { command: 'validate', project: text, environment: text };
}

function failureWith(text: string): RunFailure {
  return {
    kind: 'connection',
    message: text,
    hint: text,
    broker: text,
    differences: [{ subject: text, message: text }],
    diagnostics: findingsWith(text),
  };
}

/** What is left of a text once names and values are taken out must be the same for any of them. */
function keepsShape(format: Format, shapeOf: (text: string) => unknown): void {
  for (const render of Object.values(DOCUMENTS)) {
    const benign = shapeOf(render('name', format));
    fc.assert(
      fc.property(hostile, (name) => {
        // A name that is empty in parts, or equal to another text, may leave a line out: it is kept from being so.
        expect(shapeOf(render(`n${name}`, format))).toEqual(benign);
      }),
      { numRuns: runs(60) },
    );
  }
}

function shapeOfJson(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOfJson);
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOfJson(item)]));
}

function shapeOfXml({ name, attributes, children }: XmlElement): unknown {
  return [
    name,
    Object.keys(attributes),
    children.map((one) => (typeof one === 'string' ? '' : shapeOfXml(one))),
  ];
}

/** Markdown without its marker, its fenced blocks and what is in `<code>`. */
function shapeOfMarkdown(text: string): string {
  return text
    .replace(
      /^<!-- brokerform:[a-z]+( project=[\w.~%!'()*-]*)?( environment=[\w.~%!'()*-]*)? -->\n/,
      'MARKER\n',
    )
    .replace(/^(`{3,})text\n[\s\S]*?^\1$/gm, 'FENCE')
    .replace(/<code>[^<>]*<\/code>/g, 'CODE');
}

describe('whatever a name is', () => {
  test('JSON stays what it is', () => {
    keepsShape('json', (text) => shapeOfJson(JSON.parse(text)));
  });

  test('Markdown keeps its marker, its headings, tables and folds', () => {
    keepsShape('markdown', shapeOfMarkdown);
  });

  test('an annotation is one line with one command', () => {
    keepsShape('github', (text) =>
      text
        .trimEnd()
        .split('\n')
        .map((line) => {
          const [, level, properties = ''] = /^::(error|warning|notice) ([^:]*)::/.exec(line) ?? [];
          return [level, properties.split(',').map((property) => property.split('=')[0])];
        }),
    );
  });

  test('SARIF and Code Quality keep their results', () => {
    const sorted = (items: readonly unknown[]) =>
      items.map((item) => JSON.stringify(shapeOfJson(item))).sort();
    keepsShape('gitlab', (text) => sorted(JSON.parse(text)));
    keepsShape('sarif', (text) => {
      const { runs, ...log } = JSON.parse(text);
      const [{ results, ...run }] = runs;
      return [shapeOfJson(log), shapeOfJson(run), sorted(results), runs.length];
    });
  });

  test('JUnit keeps its cases', () => {
    keepsShape('junit', (text) => shapeOfXml(parseXml(text)));
  });
});

describe('a plan as a unified diff', () => {
  const RAW = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

  test('is lines of a patch and comments, whatever names and values are', () => {
    fc.assert(
      fc.property(hostile, hostile, (name, value) => {
        const resources = [
          { address: 'main/queue/x', live: `a: ${value}\nb: 1\n`, desired: `a: ${value}\nb: ${name}\n` },
          { address: 'main/queue/z', desired: `${name}\n` },
        ];
        const patch = renderPatch(planWith(name), resources, PLAIN);
        expect(patch).not.toMatch(RAW);
        const lines = patch.trimEnd().split('\n');
        for (const line of lines) expect(line).toMatch(/^(?:# |--- |\+\+\+ |@@ |[ +-]|\\ No newline)/);
        // A name ends no file early, and begins none.
        expect(lines.filter((line) => line.startsWith('# '))).toHaveLength(2);
        expect(() => parsePatch(patch.replace(/^# .*\n/gm, ''))).not.toThrow();
      }),
    );
  });

  test('is comments alone where the command failed', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const patch = renderFailure(failureWith(text), 'diff', PLAIN, aboutOf(text));
        expect(patch).toMatch(/^(?:# .*\n)+$/);
        expect(patch).not.toMatch(RAW);
      }),
    );
  });

  test('of too many changes shows both sides whole, in bounded time', () => {
    const text = (sign: string) => Array.from({ length: 5000 }, (_, i) => `${sign}${i}\n`).join('');
    const resources = [{ address: 'main/queue/x', live: text('a'), desired: text('b') }];
    const patch = renderPatch(planWith('n'), resources, PLAIN);
    expect(patch).toContain('\n@@ -1,5000 +1,5000 @@\n-a0\n');
    expect(patch.match(/^[+-]\w/gm)).toHaveLength(10_000);
  });
});

test('JSON of plans, drifts, diffs and failures fits the published schema', () => {
  const path = new URL('../../src/report/plan.schema.json', import.meta.url);
  const validate = new Ajv({ strict: true, allErrors: true }).compile(JSON.parse(readFileSync(path, 'utf8')));
  for (const name of ['plan', 'drift', 'diff', 'failure'] as const) {
    fc.assert(
      fc.property(hostile, (text) => {
        const data = JSON.parse(DOCUMENTS[name]?.(text, 'json') ?? '');
        // No address holds a raw name; the others here are texts.
        validate({ ...data, ...(data.unmanaged && { unmanaged: [], abandonedMoves: [] }) });
        expect([name, validate.errors]).toEqual([name, null]);
      }),
      { numRuns: runs(40) },
    );
  }
});

describe('SARIF', () => {
  // Draft 4 calls its identifier "id"; nothing else in it differs from draft 7.
  const {
    $schema: _,
    id: __,
    ...schema
  } = JSON.parse(readFileSync(new URL('./schemas/sarif-schema-2.1.0.json', import.meta.url), 'utf8'));
  const formats = {
    uri: /^[a-z]+:/,
    'uri-reference': /^(?:[\w\-.~!$&'()*+,;=:@/?#[\]]|%[0-9A-F]{2})*$/,
    'date-time': /^\d{4}-/,
  };
  const validate = new Ajv({ strict: false, allErrors: true, formats }).compile(schema);

  test('is valid by the official schema', () => {
    for (const render of Object.values(DOCUMENTS)) {
      fc.assert(
        fc.property(hostile, (text) => {
          validate(JSON.parse(render(text, 'sarif')));
          expect(validate.errors).toBeNull();
        }),
        { numRuns: runs(50) },
      );
    }
    validate(JSON.parse(renderDiagnostics([], 'sarif', PLAIN)));
    expect(validate.errors).toBeNull();
  });

  test('the schema refuses what is no SARIF', () => {
    const log = JSON.parse(renderDiagnostics(findingsWith('a'), 'sarif', PLAIN));
    log.runs[0].results[0].level = 'fatal';
    expect(validate(log)).toBe(false);
  });

  test('has a place for each result, and no name becomes a link', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const { results } = JSON.parse(renderDiagnostics(findingsWith(text), 'sarif', PLAIN)).runs[0];
        for (const { locations, message } of results) {
          expect(locations).toHaveLength(1);
          expect(message.text).not.toContain('](');
        }
      }),
    );
  });
});

describe('JUnit', () => {
  test('is what its readers document, and counts right', () => {
    for (const render of Object.values(DOCUMENTS)) {
      fc.assert(
        fc.property(hostile, (text) => {
          expect(junitProblems(parseXml(render(text, 'junit')))).toEqual([]);
        }),
        { numRuns: runs(50) },
      );
    }
    expect(junitProblems(parseXml(renderDiagnostics([], 'junit', PLAIN)))).toEqual([]);
  });

  test('a case fails where the finding is an error', () => {
    const root = parseXml(renderDiagnostics(findingsWith('a'), 'junit', PLAIN));
    expect(elementsOf(root, 'testcase')).toHaveLength(2);
    expect(elementsOf(root, 'failure').map(({ attributes }) => attributes.message)).toEqual(['a']);
  });

  test('the parser and the checks see what is wrong', () => {
    const start = '<?xml version="1.0" encoding="UTF-8"?>\n';
    for (const bad of [
      '<a b="1" b="2"/>',
      '<a>&x;</a>',
      '<a><b></a>',
      '<a/><b/>',
      '<a><!-- x --></a>',
      '<a>\u0001</a>',
    ]) {
      expect(() => parseXml(start + bad), bad).toThrow();
    }
    const report = '<testsuites tests="2" failures="0"><testcase name="x"/></testsuites>';
    expect(junitProblems(parseXml(start + report))).toHaveLength(2);
  });
});

describe('Code Quality', () => {
  type Issue = {
    readonly description: string;
    readonly check_name: string;
    readonly fingerprint: string;
    readonly severity: string;
    readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
  };
  const issues = (line: number, message = 'm'): Issue[] => {
    const at = { file: 'a.yaml', line, col: 1 };
    const one = { code: 'a/b', severity: 'warning', message, at } as const;
    return JSON.parse(renderDiagnostics([one, { ...one, at: { ...at, line: line + 1 } }], 'gitlab', PLAIN));
  };

  test('has what GitLab wants of each issue', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const found: Issue[] = JSON.parse(renderDiagnostics(findingsWith(text), 'gitlab', PLAIN));
        expect(found).toHaveLength(2);
        for (const { description, check_name, fingerprint, severity, location } of found) {
          expect(typeof description + typeof check_name).toBe('stringstring');
          expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
          expect(['info', 'minor', 'major', 'critical', 'blocker']).toContain(severity);
          expect(location.lines.begin).toBe(1);
          expect(location.path).not.toBe('');
        }
        expect(new Set(found.map(({ fingerprint }) => fingerprint)).size).toBe(2);
      }),
    );
  });

  test('an issue keeps its fingerprint on another line, and the same one twice has two', () => {
    const fingerprints = (found: Issue[]) => found.map(({ fingerprint }) => fingerprint);
    expect(fingerprints(issues(7))).toEqual(fingerprints(issues(90)));
    expect(new Set(fingerprints(issues(7))).size).toBe(2);
    expect(fingerprints(issues(7))).not.toEqual(fingerprints(issues(7, 'another')));
  });
});

test('every format ends in one newline, and is the same for the same', () => {
  for (const render of Object.values(DOCUMENTS)) {
    for (const format of FORMATS) {
      const text = render('name', format);
      expect(text).toMatch(/[^\n]\n$/);
      expect(render('name', format)).toBe(text);
    }
  }
});
