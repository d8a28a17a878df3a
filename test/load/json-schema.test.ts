import { Ajv, type ErrorObject } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import { JsonSchema } from '../../src/load/json-schema.ts';
import type { Violation } from '../../src/load/schema-rules.ts';
import { configCore, connectionSchema, sectionSchema } from '../../src/load/schemas.ts';
import { isObject, type Json, type JsonObject } from '../../src/model/index.ts';
import { runs } from '../setup/runs.ts';
import { boxes } from './folder.ts';

const SCHEMAS: Readonly<Record<string, JsonObject>> = {
  config: configCore(providers),
  ...Object.fromEntries(
    [...providers, boxes].flatMap((provider) => [
      [provider.name, sectionSchema(provider)],
      [`${provider.name}-broker`, connectionSchema(provider)],
    ]),
  ),
};

/** What no schema has in mind. */
const stray = fc.oneof(
  fc.constantFrom<Json>(null, true, 0, -1, 1.5, 2 ** 60, '', 'x', '7d', '😀', [], {}, [1, 1], { a: 1 }),
  fc.string({ maxLength: 3 }),
);

/** Values that are nearly what a schema wants: every level may have something else, too little or too much. */
function near(schema: Json | undefined, root: JsonObject, depth = 0): fc.Arbitrary<Json> {
  if (!isObject(schema) || depth > 7) return stray;
  const { $ref, anyOf, enum: words, const: word, type, items, properties, additionalProperties } = schema;
  const inner = (one: Json | undefined) => near(one, root, depth + 1);
  const ways: fc.Arbitrary<Json>[] = [];
  if (typeof $ref === 'string') {
    const definitions = isObject(root.$defs) ? root.$defs : {};
    ways.push(inner($ref === '#' ? root : definitions[$ref.replace('#/$defs/', '')]));
  }
  if (Array.isArray(anyOf)) ways.push(...anyOf.map(inner));
  if (Array.isArray(words)) ways.push(fc.constantFrom(...(words as Json[])));
  if (word !== undefined) ways.push(fc.constant(word));
  const limits = [schema.minimum, schema.maximum, schema.exclusiveMinimum].flatMap((one) =>
    typeof one === 'number' ? [one - 1, one, one + 1] : [],
  );
  if (limits.length > 0) ways.push(fc.constantFrom(...limits));
  for (const one of [type].flat()) {
    if (one === 'boolean') ways.push(fc.boolean());
    if (one === 'string') ways.push(fc.string({ maxLength: 4 }));
    if (one === 'integer') ways.push(fc.oneof(fc.integer({ min: -2, max: 5 }), fc.maxSafeInteger()));
    if (one === 'number') ways.push(fc.double({ noNaN: true, noDefaultInfinity: true }));
    if (one === 'array') ways.push(fc.array(inner(items), { maxLength: 3 }) as fc.Arbitrary<Json>);
    if (one === 'object') ways.push(nearObject(properties, additionalProperties, inner));
  }
  const wanted = ways.length === 0 ? stray : fc.oneof(...ways);
  return fc.oneof({ weight: 15, arbitrary: wanted }, { weight: 1, arbitrary: stray });
}

function nearObject(
  properties: Json | undefined,
  additional: Json | undefined,
  inner: (schema: Json | undefined) => fc.Arbitrary<Json>,
): fc.Arbitrary<Json> {
  const names = isObject(properties) ? Object.keys(properties) : [];
  const own = (name: string) => (isObject(properties) ? properties[name] : undefined);
  const known = fc.subarray(names, { maxLength: Math.min(6, names.length) });
  return known.chain((chosen) =>
    fc
      .tuple(
        fc.record(Object.fromEntries(chosen.map((name) => [name, inner(own(name))]))),
        fc.dictionary(fc.constantFrom('a', 'b/c', '~', 'constructor'), inner(additional), { maxKeys: 1 }),
      )
      .map(([some, more]) => ({ ...some, ...more }) as Json),
  );
}

/** One line for each violation, as both validators would say it. Of several equal items, each chooses its own pair. */
function ours(violations: readonly Violation[]): string[] {
  return violations.flatMap((one) => {
    const { keyword, path, value, schema, key, pair: [i = 0, j = 0] = [], forms = [] } = one;
    if (keyword === 'uniqueItems') expect((value as Json[])[i]).toEqual((value as Json[])[j]);
    return [...forms.flatMap(ours), JSON.stringify([keyword, path, value, schema, key ?? null])];
  });
}

function theirs(errors: readonly ErrorObject[]): string[] {
  return errors.map(({ keyword, instancePath, data, parentSchema, params }) => {
    const path = instancePath.split('/').slice(1);
    const names = path.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~'));
    const { missingProperty, additionalProperty } = params;
    return JSON.stringify([
      keyword,
      names,
      data,
      parentSchema,
      missingProperty ?? additionalProperty ?? null,
    ]);
  });
}

test.each(Object.keys(SCHEMAS))(
  '%s: the same is wrong as Ajv finds, with the same schema and key',
  (name) => {
    const schema = SCHEMAS[name] ?? {};
    const ajv = new Ajv({
      ...{ allErrors: true, verbose: true, strict: false, inlineRefs: false, ownProperties: true },
    });
    ajv.addSchema(schema, name);
    const own = new JsonSchema(schema);
    const parts = [undefined, ...Object.keys(isObject(schema.$defs) ? schema.$defs : {})];
    const seen = new Set<string>();
    for (const part of parts) {
      const validate = ajv.getSchema(
        part === undefined ? name : `${name}#/$defs/${encodeURIComponent(part)}`,
      );
      if (!validate) throw new Error(`no part ${part}`);
      const start = near(part === undefined ? schema : { $ref: `#/$defs/${part}` }, schema);
      fc.assert(
        fc.property(start, (value) => {
          const found = own.violations(value, part);
          for (const { keyword } of found) seen.add(keyword);
          validate(value);
          // The order of several mistakes in one value is each validator's own.
          expect(ours(found).sort()).toEqual(theirs(validate.errors ?? []).sort());
        }),
        { numRuns: runs(60) },
      );
    }
    expect(seen.size).toBeGreaterThan(2);
  },
);

test('integers beyond 2^53 have a type and a range too', () => {
  const schema = new JsonSchema({ type: 'integer', maximum: 2 ** 63 });
  expect(schema.violations({ $int: '9007199254740993' })).toEqual([]);
  expect(schema.violations({ $int: '99999999999999999999' })).toMatchObject([{ keyword: 'maximum' }]);
});

test('a keyword that is not supported is an error, not an omission', () => {
  const unsupported = [{ patternProperties: {} }, { properties: { a: { maxLength: 1 } } }, { items: false }];
  for (const schema of unsupported) {
    expect(() => new JsonSchema(schema).violations({})).toThrow(/supported/);
  }
});

test('a definition may lead back to itself', () => {
  const list = {
    type: 'object',
    properties: { next: { $ref: '#/$defs/list' } },
    additionalProperties: false,
  };
  const schema = new JsonSchema({ $ref: '#/$defs/list', $defs: { list } });
  expect(schema.violations({ next: { next: { nxt: 1 } } })).toMatchObject([
    { keyword: 'additionalProperties', path: ['next', 'next'], key: 'nxt' },
  ]);
});
