import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLAIN, renderDiagnostics } from '../../src/report/index.ts';
import { findingsWith, hostile } from './hostile.ts';

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
