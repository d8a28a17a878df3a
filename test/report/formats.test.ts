import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMATS, type Format } from '../../src/report/index.ts';
import { runs } from '../setup/runs.ts';
import { DOCUMENTS } from './documents.ts';
import { hostile } from './hostile.ts';
import { parseXml, type XmlElement } from './xml.ts';

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

test('every format ends in one newline, and is the same for the same', () => {
  for (const render of Object.values(DOCUMENTS)) {
    for (const format of FORMATS) {
      const text = render('name', format);
      expect(text).toMatch(/[^\n]\n$/);
      expect(render('name', format)).toBe(text);
    }
  }
});
