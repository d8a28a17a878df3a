import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLAIN, renderDiagnostics } from '../../src/report/index.ts';
import { runs } from '../setup/runs.ts';
import { DOCUMENTS } from './documents.ts';
import { findingsWith, hostile } from './hostile.ts';

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
