import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { allRules } from '../../src/workflow/index.ts';
import { runs } from '../setup/runs.ts';
import { declaredIn, readFiles } from './read.ts';
import { SAMPLES, sampleOf } from './samples.ts';

const RULES = new Set(allRules().map(({ code }) => code));

/** Keys and values that the formats are made of, and names that break things. */
const words = [
  ...new Set(
    Object.values(SAMPLES)
      .join(' ')
      .match(/[\w$./#-]+/g),
  ),
];
const word = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(
    '$ref',
    '#/channels/a',
    '#',
    '#/',
    'other.yaml#/x',
    '__proto__',
    '$int',
    '',
    '${X}',
    'a b',
    '<<',
    '{x}',
  ),
);
const anything = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 6, depthSize: 'large' },
    word,
    fc.constantFrom(null, true, 0, -1, 1.5, 1e300, 9007199254740993n),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(word, tie('any'), { maxKeys: 4, noNullPrototype: true }),
  ),
})).any;

/** A place in a document: at each step, which of the entries that are there. */
const steps = fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 8 });

function replaced(root: unknown, [step = 0, ...rest]: readonly number[], value: unknown): unknown {
  if (typeof root !== 'object' || root === null) return value;
  const keys = Object.keys(root);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return value;
  const copy = (Array.isArray(root) ? [...root] : { ...root }) as Record<string, unknown>;
  copy[key] = rest.length === 0 ? value : replaced(copy[key], rest, value);
  return copy;
}

async function survives(text: string): Promise<void> {
  const { yaml, errorDiagnostics, resources } = await readFiles(text);
  for (const { at, message, code } of errorDiagnostics)
    expect([code, message, at !== undefined]).toEqual([code, message, true]);
  if (errorDiagnostics.length > 0 || resources.length === 0) return;
  // Whether a topology is wise is another question than whether it is one.
  const broken = declaredIn(yaml).errors.filter(({ code }) => !RULES.has(code));
  expect(broken.map(({ message }) => `${message}\n${text}\n${yaml}`)).toEqual([]);
}

test.each(Object.keys(SAMPLES))(
  '%s: any value anywhere gives mistakes with places, or a topology',
  async (format) => {
    const documents = parseAllDocuments(sampleOf(format)).map((document) => document.toJS() as unknown);
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: documents.length - 1 }), steps, anything, async (index, path, value) => {
        const changed = documents.map((document, i) =>
          i === index ? replaced(document, path, value) : document,
        );
        await survives(changed.map((document) => stringify(document)).join('---\n'));
      }),
      { numRuns: runs(30) },
    );
  },
  120_000,
);

test('any documents at all', async () => {
  const heads = fc.constantFrom(
    {},
    { asyncapi: '3.0.0' },
    { asyncapi: '2.0.0' },
    { apiVersion: 'rabbitmq.com/v1beta1', kind: 'Queue' },
    { apiVersion: 'kafka.strimzi.io/v1', kind: 'KafkaUser' },
    { topics: {} },
    { meta: {}, spec: {} },
    { kind: 'List', items: [] },
  );
  await fc.assert(
    fc.asyncProperty(heads, anything, async (head, body) => {
      const isMapping = typeof body === 'object' && body !== null && !Array.isArray(body);
      await survives(
        stringify(isMapping ? { ...head, ...body } : { ...head, channels: body, spec: body, items: body }),
      );
    }),
    { numRuns: runs(60) },
  );
}, 120_000);

test('an alias bomb, a hundred levels and a file that is too large end with a mistake, and soon', async () => {
  const bomb = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let i = 1; i < 9; i++)
    bomb.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(', ')}]`);
  const bombed = await readFiles(`asyncapi: 3.0.0\n${bomb.join('\n')}\n`);
  expect(bombed.errors.join()).toContain('aliases');
  const deep = await readFiles(`{"asyncapi": "3.0.0", "channels": ${'['.repeat(500)}${']'.repeat(500)}}`);
  expect(deep.errors.join()).toContain('nested more than');
  const large = await readFiles(`asyncapi: 3.0.0\nx: ${'x'.repeat(17 * 1024 * 1024)}\n`);
  expect(large.errors.join()).toContain('are read');
});

test('references that lead in a circle, out of the file and nowhere', async () => {
  const { errors } = await readFiles(`asyncapi: 3.0.0
channels:
  circle: { $ref: "#/components/channels/one" }
  itself: { $ref: "#/channels/itself" }
  nowhere: { $ref: "#/components/channels/none" }
  text: { $ref: "#/asyncapi" }
components:
  channels:
    one: { $ref: "#/components/channels/two" }
    two: { $ref: "#/components/channels/one" }
`);
  expect(errors).toEqual([
    'f.yaml:3:13 this reference leads back to itself, by way of f.yaml:9:12',
    'f.yaml:4:13 this reference leads back to itself, by way of f.yaml:4:13',
    'f.yaml:5:14 "#/components/channels/none" leads to no mapping in this file',
    'f.yaml:6:11 "#/asyncapi" leads to no mapping in this file',
  ]);
});
