import { canonicalJson, equalJson, isObject, type Json, type JsonObject } from '../model/index.ts';

export type Check = (value: Json) => boolean;
type Compile = (schema: Json) => Check;
/** Makes the check of a keyword; undefined for a form of it that is not known here. */
type Keyword = (argument: Json, compile: Compile, schema: JsonObject) => Check | undefined;

/** Say nothing of what is valid. */
export const ANNOTATIONS: ReadonlySet<string> = new Set([
  ...['$schema', '$id', '$comment', '$defs', 'definitions', 'title', 'description'],
  ...['default', 'examples', 'writeOnly', 'readOnly', 'deprecated', 'format'],
]);

/** The keywords of the providers' schemas, with what Ajv makes of them; a test compares the answers. */
export const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type: (argument) => {
    const checks = list(argument).map((name) => TYPES.get(String(name)));
    return known(checks, (types) => (value) => types.some((type) => type(value)));
  },
  enum: (argument) => {
    const values = new Set(list(argument).map(canonicalJson));
    return (value) => values.has(canonicalJson(value));
  },
  const: (argument) => (value) => equalJson(argument, value),

  minimum: bound((value, limit) => value >= limit),
  maximum: bound((value, limit) => value <= limit),
  exclusiveMinimum: bound((value, limit) => value > limit),
  exclusiveMaximum: bound((value, limit) => value < limit),

  minLength: size(characters, (length, limit) => length >= limit),
  maxLength: size(characters, (length, limit) => length <= limit),
  pattern: (argument) => {
    const pattern = new RegExp(String(argument), 'u');
    return (value) => typeof value !== 'string' || pattern.test(value);
  },

  minItems: size(items, (length, limit) => length >= limit),
  maxItems: size(items, (length, limit) => length <= limit),
  uniqueItems: (argument) => (value) =>
    argument !== true || !Array.isArray(value) || new Set(value.map(canonicalJson)).size === value.length,
  items: (argument, compile) => {
    if (Array.isArray(argument)) return undefined;
    const check = compile(argument);
    return (value) => !Array.isArray(value) || value.every(check);
  },

  minProperties: size(keys, (length, limit) => length >= limit),
  maxProperties: size(keys, (length, limit) => length <= limit),
  required: (argument) => ofObjects((value) => hasAll(value, list(argument))),
  properties: (argument, compile) => {
    const checks = compiled(argument, compile);
    return ofObjects((value) => checks.every(([key, check]) => passes(value[key], check)));
  },
  additionalProperties: (argument, compile, schema) => {
    if (schema.patternProperties !== undefined) return undefined;
    const check = compile(argument);
    const own = new Set(isObject(schema.properties) ? Object.keys(schema.properties) : []);
    return ofObjects((value) => Object.keys(value).every((key) => own.has(key) || passes(value[key], check)));
  },
  propertyNames: (argument, compile) => {
    const check = compile(argument);
    return ofObjects((value) => Object.keys(value).every(check));
  },
  dependencies: (argument, compile) => {
    const checks = compiled(argument, (needed) =>
      Array.isArray(needed) ? ofObjects((value) => hasAll(value, needed)) : compile(needed),
    );
    return ofObjects((value) => checks.every(([key, check]) => value[key] === undefined || check(value)));
  },

  allOf: (argument, compile) => {
    const checks = list(argument).map(compile);
    return (value) => checks.every((check) => check(value));
  },
  anyOf: (argument, compile) => {
    const checks = list(argument).map(compile);
    return (value) => checks.some((check) => check(value));
  },
  oneOf: (argument, compile) => {
    const checks = list(argument).map(compile);
    return (value) => checks.filter((check) => check(value)).length === 1;
  },
};

const TYPES: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['null', (value) => value === null],
  ['boolean', (value) => typeof value === 'boolean'],
  ['number', (value) => typeof value === 'number'],
  ['integer', (value) => typeof value === 'number' && Number.isInteger(value)],
  ['string', (value) => typeof value === 'string'],
  ['array', Array.isArray],
  ['object', isObject],
]);

function bound(holds: (value: number, limit: number) => boolean): Keyword {
  return (limit) => (value) => typeof value !== 'number' || holds(value, Number(limit));
}

function size(
  sizeOf: (value: Json) => number | undefined,
  holds: (size: number, limit: number) => boolean,
): Keyword {
  return (limit) => (value) => {
    const length = sizeOf(value);
    return length === undefined || holds(length, Number(limit));
  };
}

/** In code points, not in the halves of a pair. */
function characters(value: Json): number | undefined {
  if (typeof value !== 'string') return undefined;
  let count = 0;
  for (const _ of value) count++;
  return count;
}

function items(value: Json): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

function keys(value: Json): number | undefined {
  return isObject(value) ? Object.keys(value).length : undefined;
}

function ofObjects(check: (value: JsonObject) => boolean): Check {
  return (value) => !isObject(value) || check(value);
}

function hasAll(value: JsonObject, names: readonly Json[]): boolean {
  return names.every((name) => value[String(name)] !== undefined);
}

function passes(value: Json | undefined, check: Check): boolean {
  return value === undefined || check(value);
}

function compiled(schemas: Json, compile: Compile): [key: string, check: Check][] {
  return Object.entries(isObject(schemas) ? schemas : {}).map(([key, schema]) => [key, compile(schema)]);
}

function list(argument: Json): readonly Json[] {
  return Array.isArray(argument) ? argument : [argument];
}

function known<T>(
  parts: readonly (T | undefined)[],
  make: (parts: readonly T[]) => Check,
): Check | undefined {
  const all = parts.filter((part) => part !== undefined);
  return all.length === parts.length ? make(all) : undefined;
}
