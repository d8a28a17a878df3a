import {
  canonicalJson,
  equalJson,
  isExactInt,
  isObject,
  type Json,
  type JsonObject,
} from '../model/index.ts';

export type Keyword =
  | ('type' | 'maximum' | 'minimum' | 'exclusiveMinimum' | 'minLength' | 'pattern')
  | ('$ref' | 'const' | 'enum' | 'anyOf')
  | ('minItems' | 'items' | 'uniqueItems')
  | ('minProperties' | 'required' | 'additionalProperties' | 'properties');

/** One keyword of a JSON Schema that a value breaks. */
export interface Violation {
  readonly keyword: Keyword;
  /** From the root of the checked value. */
  readonly path: readonly string[];
  readonly value: Json;
  /** The schema that has the keyword. */
  readonly schema: JsonObject;
  /** `required`: the missing key; `additionalProperties`: the unknown key. */
  readonly key?: string;
  /** `uniqueItems`: the indexes of two equal items, in ascending order. */
  readonly pair?: readonly [number, number];
  /** `anyOf`: what the value breaks of each form. */
  readonly forms?: readonly (readonly Violation[])[];
}

/** Adds what a value breaks. @param path of the value; restored at the end */
export type Check = (value: Json, path: string[], found: Violation[]) => void;

export interface Rule {
  /** The type of value that the keyword is about; values of other types are not its business. */
  readonly type: 'number' | 'string' | 'any' | 'array' | 'object';
  readonly check: (schema: JsonObject, compile: (schema: Json | undefined) => Check) => Check;
}

/**
 * What the schemas are made of, in the order of checking. Ajv understands all of JSON Schema, but has to compile code
 * from it at every start, which takes longer than all else that `validate` does; this makes a closure for each keyword.
 * The tests compare both.
 */
export const RULES: Readonly<Record<Exclude<Keyword, 'type'>, Rule>> = {
  maximum: limit('maximum', 'number', (value, most) => value <= most),
  minimum: limit('minimum', 'number', (value, least) => value >= least),
  exclusiveMinimum: limit('exclusiveMinimum', 'number', (value, least) => value > least),
  minLength: limit('minLength', 'string', (value, least) => [...value].length >= least),
  pattern: {
    type: 'string',
    check(schema) {
      const pattern = new RegExp(String(schema.pattern), 'u');
      return single('pattern', schema, (value) => pattern.test(String(value)));
    },
  },
  $ref: { type: 'any', check: (schema, compile) => compile(schema.$ref) },
  const: {
    type: 'any',
    check: (schema) => single('const', schema, (value) => equalJson(value, schema.const)),
  },
  enum: {
    type: 'any',
    check(schema) {
      const allowed = schema.enum as readonly Json[];
      return single('enum', schema, (value) => allowed.some((one) => equalJson(one, value)));
    },
  },
  anyOf: {
    type: 'any',
    check(schema, compile) {
      const checks = (schema.anyOf as readonly Json[]).map(compile);
      return (value, path, found) => {
        const forms: Violation[][] = [];
        for (const check of checks) {
          const broken: Violation[] = [];
          check(value, path, broken);
          if (broken.length === 0) return;
          forms.push(broken);
        }
        found.push({ keyword: 'anyOf', path: [...path], value, schema, forms });
      };
    },
  },
  minItems: limit('minItems', 'array', (value, least) => value.length >= least),
  items: {
    type: 'array',
    check(schema, compile) {
      const check = compile(schema.items);
      return (value, path, found) => {
        if (!Array.isArray(value)) return;
        value.forEach((item, i) => {
          inside(path, String(i), () => check(item, path, found));
        });
      };
    },
  },
  uniqueItems: {
    type: 'array',
    check(schema) {
      // An item of the wrong type is one mistake, not two.
      const isSound = isObject(schema.items) ? typeTest(schema.items) : undefined;
      return (value, path, found) => {
        const pair = Array.isArray(value) ? equalPair(value, isSound) : undefined;
        if (pair) found.push({ keyword: 'uniqueItems', path: [...path], value, schema, pair });
      };
    },
  },
  minProperties: limit('minProperties', 'object', (value, least) => Object.keys(value).length >= least),
  required: {
    type: 'object',
    check(schema) {
      const keys = schema.required as readonly string[];
      return (value, path, found) => {
        for (const key of keys) {
          if (!Object.hasOwn(value as object, key))
            found.push({ keyword: 'required', path: [...path], value, schema, key });
        }
      };
    },
  },
  additionalProperties: {
    type: 'object',
    check(schema, compile) {
      const known = isObject(schema.properties) ? schema.properties : {};
      const check = schema.additionalProperties === false ? undefined : compile(schema.additionalProperties);
      return (value, path, found) => {
        if (!isObject(value)) return;
        for (const key of Object.keys(value)) {
          if (Object.hasOwn(known, key)) continue;
          if (check) inside(path, key, () => check(value[key] ?? null, path, found));
          else found.push({ keyword: 'additionalProperties', path: [...path], value, schema, key });
        }
      };
    },
  },
  properties: {
    type: 'object',
    check(schema, compile) {
      const checks = Object.entries(schema.properties as JsonObject).map(
        ([key, own]) => [key, compile(own)] as const,
      );
      return (value, path, found) => {
        if (!isObject(value)) return;
        for (const [key, check] of checks) {
          if (Object.hasOwn(value, key)) inside(path, key, () => check(value[key] ?? null, path, found));
        }
      };
    },
  },
};

export function typeOf(value: Json): string {
  if (value === null) return 'null';
  if (isExactInt(value)) return 'number';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** Tells whether a value has the type, or one of those, that a schema wants; undefined where any will do. */
export function typeTest({ type }: JsonObject): ((value: Json) => boolean) | undefined {
  if (type === undefined) return undefined;
  const types = [type].flat() as readonly string[];
  return (value) => {
    const own = typeOf(value);
    if (types.includes(own)) return true;
    return types.includes('integer') && (isExactInt(value) || Number.isInteger(value));
  };
}

/** A keyword that a value breaks as a whole. */
function single(keyword: Keyword, schema: JsonObject, holds: (value: Json) => boolean): Check {
  return (value, path, found) => {
    if (!holds(value)) found.push({ keyword, path: [...path], value, schema });
  };
}

interface ValueOf {
  readonly number: number;
  readonly string: string;
  readonly array: readonly Json[];
  readonly object: JsonObject;
}

/** A keyword that holds a number. */
function limit<T extends keyof ValueOf>(
  keyword: Keyword,
  type: T,
  holds: (value: ValueOf[T], limit: number) => boolean,
): Rule {
  const check = (schema: JsonObject) =>
    single(keyword, schema, (value) => holds(value as ValueOf[T], Number(schema[keyword])));
  return { type, check };
}

function inside(path: string[], key: string, check: () => void): void {
  path.push(key);
  check();
  path.pop();
}

/** Two equal items, the ones nearest to the end. */
function equalPair(
  items: readonly Json[],
  isSound?: (item: Json) => boolean,
): readonly [number, number] | undefined {
  const seen = new Map<string, number>();
  for (let i = items.length - 1; i >= 0; i--) {
    const item = items[i] ?? null;
    if (isSound?.(item) === false) continue;
    const text = canonicalJson(item);
    const other = seen.get(text);
    if (other !== undefined) return [i, other];
    seen.set(text, i);
  }
  return undefined;
}
