import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { providers } from '../../src/brokers/index.ts';
import { QuickCheck } from '../../src/load/quick-check.ts';
import { configCore, connectionSchema, sectionSchema, testSchema } from '../../src/load/schemas.ts';
import { isObject, type Json, type JsonObject } from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';
import { boxes } from './folder.ts';
import { likeSchema } from './like-schema.ts';

const schemas = new Map<string, JsonObject>([
  ['config', configCore(providers)],
  ...[...providers, boxes].flatMap((provider): [string, JsonObject][] => [
    [provider.name, sectionSchema(provider)],
    [`${provider.name}-broker`, connectionSchema(provider)],
    [`${provider.name}-test`, testSchema(provider) ?? {}],
  ]),
]);

/** Both judges of a schema. */
function judges({ $schema, $id, ...schema }: JsonObject) {
  const quick = new QuickCheck(schema);
  const ajv = new Ajv({ strict: false, validateFormats: false, meta: false, validateSchema: false });
  ajv.addSchema(schema, 'schema');
  return (value: Json, reference = '#') => ({
    quick: quick.accepts(value, reference),
    ajv: ajv.getSchema(`schema${reference}`)?.(value),
  });
}

const judgesOf = new Map<string, ReturnType<typeof judges>>();

/** The judges of one of the schemas; Ajv compiles it once. */
function judgesBy(name: string): ReturnType<typeof judges> | undefined {
  const schema = schemas.get(name);
  if (schema && !judgesOf.has(name)) judgesOf.set(name, judges(schema));
  return judgesOf.get(name);
}

test.each([...schemas])('the quick check of %s and Ajv agree on random values', (name, schema) => {
  const judge = judgesBy(name);
  const { $defs } = schema;
  const names = isObject($defs) ? Object.keys($defs) : [];
  const references = ['#', ...names.map((name) => `#/$defs/${encodeURIComponent(name)}`)];
  for (const reference of references) {
    fc.assert(
      fc.property(likeSchema(schema, reference), (value) => {
        const both = judge?.(value, reference);
        expect(both?.quick).toBe(both?.ajv);
      }),
      { numRuns: runs(400) },
    );
  }
});

test('the quick check and Ajv agree on all examples and golden cases', () => {
  const root = join(import.meta.dirname, '..', '..');
  const files = ['topologies', 'examples', 'test/cases'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(yaml|txt)$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const accepted = new Set<string>();
  for (const file of files) {
    for (const text of readFileSync(file, 'utf8').split(/^=== .*$/m)) {
      for (const document of parseAllDocuments(text)) {
        for (const [name, part] of document.errors.length > 0 ? [] : partsOf(document.toJS() as Json)) {
          const both = judgesBy(name)?.(part);
          expect(both?.quick, `${file}: ${name}`).toBe(both?.ajv);
          if (both?.quick) accepted.add(name);
        }
      }
    }
  }
  const real = [...schemas.keys()].filter((name) => !name.startsWith('boxes'));
  expect(real.filter((name) => !accepted.has(name))).toEqual([]);
});

/** What of a document is checked by itself, with the names of the schemas. */
function partsOf(document: Json): [schema: string, value: Json][] {
  if (!isObject(document)) return [];
  const brokers = Object.values(isObject(document.brokers) ? document.brokers : {}).filter(isObject);
  const tests = Array.isArray(document.tests) ? (document.tests as Json[]) : [];
  return [
    ['config', document],
    ...Object.entries(document),
    ...brokers.map((broker): [string, Json] => [`${String(broker.type)}-broker`, broker]),
    ...providers.flatMap(({ name }) => tests.map((one): [string, Json] => [`${name}-test`, one])),
  ];
}

test.each<[what: string, schema: JsonObject, value: Json, accepted: boolean]>([
  [
    'a definition that refers to itself',
    { $ref: '#/$defs/a', $defs: { a: { items: { $ref: '#/$defs/a' } } } },
    [[]],
    true,
  ],
  ['a letter of two code units', { maxLength: 1 }, '😀', true],
  ['numbers beyond all integers', { type: 'integer' }, 1e300, true],
  ['a value that is equal in another order', { enum: [{ a: 1, b: [2] }] }, { b: [2], a: 1 }, true],
  [
    'equal items',
    { uniqueItems: true },
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
    false,
  ],
  ['a key that is needed beside another', { dependencies: { a: ['b'] } }, { a: 1 }, false],
  [
    'a schema that is needed beside a key',
    { dependencies: { a: { required: ['b'] } } },
    { a: 1, b: 1 },
    true,
  ],
  ['several of the forms', { oneOf: [true, { type: 'string' }] }, '', false],
  ['names of keys', { propertyNames: { maxLength: 1 } }, { ab: 1 }, false],
])('judges %s as Ajv does', (_what, schema, value, accepted) => {
  expect(judges(schema)(value)).toEqual({ quick: accepted, ajv: accepted });
});

test.each<[what: string, schema: JsonObject]>([
  ['an unknown keyword', { not: { type: 'string' } }],
  ['patterns of keys', { additionalProperties: false, patternProperties: { '^x': true } }],
  ['a list with a schema for each item', { items: [true] }],
  ['a type of a later draft', { type: 'decimal' }],
  ['a reference to another place', { $ref: '#/properties/a' }],
  ['an unknown keyword in a form that fails', { oneOf: [true, { not: {} }] }],
])('accepts nothing by a schema with %s', (_what, schema) => {
  expect(new QuickCheck(schema).accepts({}, '#')).toBe(false);
});
