import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLAIN, renderDiagnostics } from '../../src/report/index.ts';
import { runs } from '../setup/runs.ts';
import { DOCUMENTS } from './documents.ts';
import { findingsWith, hostile } from './hostile.ts';
import { elementsOf, junitProblems } from './junit.ts';
import { parseXml } from './xml.ts';

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
