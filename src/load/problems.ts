import { isObject, type Json, type JsonObject, nearestWord } from '../model/index.ts';
import type { Violation } from './schema-rules.ts';

/** One mistake against a JSON Schema. */
export interface Problem {
  /** From the root of the checked value to the value, or to the mapping that holds the key. */
  readonly path: readonly string[];
  /** Set where the key itself is wrong. */
  readonly key?: string;
  /** What is wrong, after the name of the place. @param shown the value as it may be shown */
  readonly say: (shown: string) => string;
  readonly hint?: string;
  /** The known key that an unknown one is near to. */
  readonly meant?: string;
  /** The required key that is not there. */
  readonly missing?: string;
  /** The value may hold a secret (`writeOnly` in the schema): it is not shown. */
  readonly secret: boolean;
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: 'a string',
  integer: 'an integer',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  null: 'null',
};

const MAX_LISTED = 12;

/** Says in words what one violation means. */
export function explainViolation(violation: Violation, suggests = true): Problem {
  const { keyword, value, schema, key = '' } = violation;
  const base = baseOf(violation);
  const limit = schema[keyword];
  switch (keyword) {
    case 'additionalProperties':
      return unknownKey(base, key, schema, suggests);
    case 'required':
      return {
        ...base,
        missing: key,
        say: () => `missing required key ${quoted(key)}`,
        hint: `add ${key}`,
      };
    case 'type':
      return wrongType(base, value, schema);
    case 'enum':
      return notListed(base, value, schema.enum as Json[]);
    case 'const':
      return { ...base, say: (shown) => `expected ${JSON.stringify(limit)}, got ${shown}` };
    case 'pattern':
      return wrongForm(base, schema);
    case 'minimum':
      return { ...base, say: (shown) => `expected at least ${limit}, got ${shown}`, ...hintOf(schema) };
    case 'maximum':
      return { ...base, say: (shown) => `expected at most ${limit}, got ${shown}`, ...hintOf(schema) };
    case 'exclusiveMinimum':
      return { ...base, say: () => `must be > ${limit}`, ...hintOf(schema) };
    case 'minLength':
      return {
        ...base,
        say: () => (limit === 1 ? 'empty value' : `expected at least ${limit} characters`),
      };
    case 'minItems':
    case 'minProperties':
      return { ...base, say: () => (limit === 1 ? 'no entries' : `expected at least ${limit} entries`) };
    case 'uniqueItems': {
      const [first, second] = violation.pair ?? [];
      return {
        ...base,
        say: () => `same value at [${first}] and [${second}]`,
        hint: 'remove one of the two',
      };
    }
    default:
      // The keywords that hold other schemas: what is wrong is told by those.
      throw new Error(`no words for the keyword ${keyword}`);
  }
}

/** None of the forms that the schema lists is near to the value. */
export function unexpectedForm(violation: Violation, forms: readonly JsonObject[]): Problem {
  const { value, schema } = violation;
  const words = forms.flatMap((form) => (Array.isArray(form.enum) ? form.enum.map(String) : []));
  const nouns = [...new Set(forms.flatMap(nounsOf))];
  const secret = [schema, ...forms].some(({ writeOnly }) => writeOnly === true);
  const near = typeof value === 'string' && words.length > 0 ? nearestWord(value, words) : undefined;
  return {
    ...baseOf(violation),
    secret,
    say: (shown) => `expected ${alternatives(nouns)}, got ${shown}`,
    ...(near === undefined ? hintOf(schema, ...forms) : { hint: `did you mean ${near}?` }),
  };
}

/** A key that tells several forms apart says none of them. @param violations of `const`, one a form */
export function wrongWord(violations: readonly [Violation, ...Violation[]]): Problem {
  const [{ path, value }] = violations;
  const words = violations.map(({ schema }) => schema.const ?? null);
  return notListed({ path, secret: false }, value, words);
}

/** At least one of several keys has to be there. */
export function missingOneOf({ path }: Violation, keys: readonly string[]): Problem {
  const missing = alternatives([...new Set(keys)]);
  return { path, secret: false, missing, say: () => `missing ${missing}`, hint: `add ${missing}` };
}

function baseOf({ path, schema }: Violation): Base {
  return { path, secret: schema.writeOnly === true };
}

type Base = Pick<Problem, 'path' | 'secret'>;

function unknownKey(base: Base, key: string, schema: JsonObject, suggests: boolean): Problem {
  const known = isObject(schema.properties) ? Object.keys(schema.properties) : [];
  const meant = suggests ? nearestWord(key, known) : undefined;
  const listed = known.slice(0, MAX_LISTED).join(', ') + (known.length > MAX_LISTED ? ', …' : '');
  const hint = meant === undefined ? `known keys: ${listed}` : `did you mean ${meant}?`;
  return {
    ...base,
    key,
    say: () => `unknown key ${quoted(key)}`,
    ...(meant === undefined ? {} : { meant }),
    ...(known.length > 0 ? { hint } : { hint: 'remove it' }),
  };
}

function wrongType(base: Base, value: Json, schema: JsonObject): Problem {
  const nouns = nounsOf(schema);
  const wantsText = schema.type === 'string';
  const isScalar = typeof value === 'number' || typeof value === 'boolean';
  const hint = wantsText && isScalar ? { hint: 'put it in quotes' } : hintOf(schema);
  return { ...base, say: (shown) => `expected ${alternatives(nouns)}, got ${shown}`, ...hint };
}

function notListed(base: Base, data: Json, allowed: readonly Json[]): Problem {
  // A word may be listed as text and as what YAML makes of it: true.
  const words = [
    ...new Set(allowed.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))),
  ];
  const near = typeof data === 'string' ? nearestWord(data, words) : undefined;
  return {
    ...base,
    say: (shown) => `expected ${alternatives(words)}, got ${shown}`,
    ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
  };
}

function wrongForm(base: Base, schema: JsonObject): Problem {
  const noun = typeof schema.title === 'string' ? schema.title : undefined;
  const pattern = String(schema.pattern);
  const wanted = noun === undefined ? `a match of ${pattern}` : noun;
  return { ...base, say: (shown) => `expected ${wanted}, got ${shown}`, ...hintOf(schema) };
}

/** What a value of a schema is called: its title, the values that it lists, or its types. */
function nounsOf(schema: JsonObject): string[] {
  if (typeof schema.title === 'string') return [schema.title];
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => String(value));
  if ('const' in schema) return [JSON.stringify(schema.const)];
  const types = Array.isArray(schema.type) ? schema.type : schema.type === undefined ? [] : [schema.type];
  return types.map((type) => TYPE_NAMES[String(type)] ?? String(type));
}

function alternatives(words: readonly string[]): string {
  if (words.length === 0) return 'a different form';
  const last = words[words.length - 1] ?? '';
  return words.length === 1 ? last : `${words.slice(0, -1).join(', ')} or ${last}`;
}

function hintOf(...schemas: readonly JsonObject[]): { hint?: string } {
  for (const { examples } of schemas) {
    if (!Array.isArray(examples) || examples.length === 0) continue;
    return {
      hint: `for example ${examples.map((example) => (typeof example === 'string' ? example : JSON.stringify(example))).join(', ')}`,
    };
  }
  const described = schemas.find((schema) => typeof schema.description === 'string');
  return described ? { hint: String(described.description) } : {};
}

/** A name of the user's within a message. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}…` : name);
}
