import fc from 'fast-check';
import { isObject, type Json, type JsonObject } from '../../src/model/index.ts';

const DEEPEST = 6;

const anything: fc.Arbitrary<Json> = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    -1,
    0,
    0.5,
    1e300,
    2 ** 63,
    '',
    'a',
    '1d',
    '😀',
    'a:b',
    'x-a',
    '1.2',
    [],
    {},
  ),
  fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>,
);

/** Values as a part of a schema describes them, with a mistake here and there. @param reference `#` or `#/$defs/name` */
export function likeSchema(root: JsonObject, reference: string): fc.Arbitrary<Json> {
  return like({ $ref: reference }, root, 0);
}

/** What was made of each part of a schema, by its depth: definitions are referred to from many places. */
const made = new WeakMap<JsonObject, fc.Arbitrary<Json>[]>();

function like(schema: Json | undefined, root: JsonObject, depth: number): fc.Arbitrary<Json> {
  if (!isObject(schema) || depth > DEEPEST) return anything;
  const known = made.get(schema) ?? [];
  made.set(schema, known);
  known[depth] ??= fc.oneof(
    { arbitrary: right(schema, root, depth), weight: 30 },
    { arbitrary: anything, weight: 1 },
  );
  return known[depth];
}

function right(schema: JsonObject, root: JsonObject, depth: number): fc.Arbitrary<Json> {
  const one = (schemas: readonly Json[]) => fc.oneof(...schemas.map((form) => like(form, root, depth)));
  if (typeof schema.$ref === 'string') return like(target(schema.$ref, root), root, depth);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as Json[]));
  if (schema.const !== undefined) return fc.constant(schema.const);
  const forms = [schema.anyOf, schema.oneOf].filter(Array.isArray).flat() as Json[];
  // Forms beside properties only say which of these are needed.
  if (forms.length > 0 && !isObject(schema.properties)) return one(forms);
  switch (schema.type) {
    case 'object':
      return objects(schema, root, depth);
    case 'array':
      return fc.array(like(schema.items, root, depth + 1), { maxLength: 3 });
    case 'integer':
    case 'number':
      return numbers(schema);
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'string':
      return strings(schema);
    default:
      return anything;
  }
}

function objects(schema: JsonObject, root: JsonObject, depth: number): fc.Arbitrary<Json> {
  const properties = Object.entries(isObject(schema.properties) ? schema.properties : {});
  const required = Array.isArray(schema.required) ? schema.required : [];
  const own = properties.map(([key, value]) => {
    const member = fc.record({ [key]: like(value, root, depth + 1) }) as fc.Arbitrary<JsonObject>;
    const weight = required.includes(key) ? 30 : 2;
    return fc.oneof({ arbitrary: member, weight }, { arbitrary: fc.constant<JsonObject>({}), weight: 1 });
  });
  const others = schema.additionalProperties;
  const more = isObject(others)
    ? fc.dictionary(fc.constantFrom('a', 'x-b', 'constructor'), like(others, root, depth + 1), { maxKeys: 2 })
    : fc.dictionary(fc.constantFrom('a', 'constructor'), anything, { maxKeys: 1, size: 'xsmall' });
  const extra = fc.oneof(
    { arbitrary: more, weight: isObject(others) ? 9 : 1 },
    { arbitrary: fc.constant({}), weight: 9 },
  );
  return fc
    .tuple(extra, fc.tuple(...own), fc.integer({ min: 0, max: 4 }))
    .map(([rest, members, kept]) =>
      Object.assign({}, rest, ...members.filter((member, i) => keep(member, i, kept, required))),
    );
}

/** Most values have few of the keys: with all of them, one would always be wrong. */
function keep(member: JsonObject, index: number, kept: number, required: readonly Json[]): boolean {
  return Object.keys(member).some((key) => required.includes(key)) || index % 5 === kept;
}

function numbers({ minimum, maximum, exclusiveMinimum }: JsonObject): fc.Arbitrary<Json> {
  const limits = [minimum, maximum, exclusiveMinimum].filter((limit) => typeof limit === 'number');
  return fc.constantFrom(1, 2, 100, ...limits.flatMap((limit) => [limit, limit + 1, limit - 1]));
}

function strings({ pattern, minLength }: JsonObject): fc.Arbitrary<Json> {
  if (typeof pattern === 'string') {
    const matching = fc.stringMatching(new RegExp(pattern));
    return fc.oneof({ arbitrary: matching, weight: 9 }, { arbitrary: fc.string(), weight: 1 });
  }
  return fc.string({ minLength: Number(minLength ?? 0), maxLength: Number(minLength ?? 0) + 2 });
}

function target(reference: string, root: JsonObject): Json | undefined {
  if (reference === '#') return root;
  const { $defs } = root;
  return isObject($defs) ? $defs[decodeURIComponent(reference.replace('#/$defs/', ''))] : undefined;
}
