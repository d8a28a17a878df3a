import {
  type Diagnostic,
  isObject,
  type Json,
  type JsonObject,
  nearestWord,
  type Source,
} from '../model/index.ts';

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

/** What is read of an error of Ajv, whose own types users of the library do not have. */
export interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
  readonly propertyName?: string;
  readonly parentSchema?: unknown;
  readonly data?: unknown;
}

/** Says in words what one error of the validator means. */
export function explainError(error: SchemaError, suggests = true): Problem {
  const schema: JsonObject = isObject(error.parentSchema) ? (error.parentSchema as JsonObject) : {};
  const base = { path: segments(error.instancePath), secret: schema.writeOnly === true };
  const { params } = error;
  if (error.propertyName !== undefined) {
    const said = explainError({ ...error, propertyName: undefined } as unknown as SchemaError);
    return {
      ...base,
      key: error.propertyName,
      say: () => `key ${quoted(error.propertyName ?? '')}: ${said.say(quoted(error.propertyName ?? ''))}`,
    };
  }
  switch (error.keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties':
      return unknownKey(
        base,
        String(params.additionalProperty ?? params.unevaluatedProperty),
        schema,
        suggests,
      );
    case 'required': {
      const missing = String(params.missingProperty);
      return {
        ...base,
        missing,
        say: () => `missing required key ${quoted(missing)}`,
        hint: `add ${missing}`,
      };
    }
    case 'dependencies':
    case 'dependentRequired': {
      const { property, missingProperty: missing } = params;
      const say = () => `${quoted(String(property))} requires ${quoted(String(missing))}`;
      return { ...base, say, hint: `add ${missing}` };
    }
    case 'type':
      return wrongType(base, error, schema);
    case 'enum':
      return notListed(base, error.data as Json, params.allowedValues as Json[]);
    case 'const':
      return { ...base, say: (shown) => `expected ${JSON.stringify(params.allowedValue)}, got ${shown}` };
    case 'pattern':
    case 'format':
      return wrongForm(base, schema);
    case 'false schema':
    case 'not':
      return { ...base, say: () => 'not allowed here', ...hintOf(schema) };
    case 'minimum':
      return {
        ...base,
        say: (shown) => `expected at least ${params.limit}, got ${shown}`,
        ...hintOf(schema),
      };
    case 'maximum':
      return { ...base, say: (shown) => `expected at most ${params.limit}, got ${shown}`, ...hintOf(schema) };
    case 'minLength':
      return {
        ...base,
        say: () => (params.limit === 1 ? 'empty value' : `expected at least ${params.limit} characters`),
      };
    case 'minItems':
    case 'minProperties':
      return {
        ...base,
        say: () => (params.limit === 1 ? 'no entries' : `expected at least ${params.limit} entries`),
      };
    case 'uniqueItems': {
      const [first, second] = [params.i, params.j].map(Number).sort((a, b) => a - b);
      return {
        ...base,
        say: () => `same value at [${first}] and [${second}]`,
        hint: 'remove one of the two',
      };
    }
    default:
      return { ...base, say: () => error.message ?? `breaks "${error.keyword}"`, ...hintOf(schema) };
  }
}

/** None of the forms that the schema lists is near to the value. */
export function unexpectedForm(error: SchemaError, forms: readonly JsonObject[]): Problem {
  const parent: JsonObject = isObject(error.parentSchema) ? (error.parentSchema as JsonObject) : {};
  const words = forms.flatMap((form) => (Array.isArray(form.enum) ? form.enum.map(String) : []));
  const nouns = [...new Set(forms.flatMap(nounsOf))];
  const secret = [parent, ...forms].some((schema) => schema.writeOnly === true);
  const near =
    typeof error.data === 'string' && words.length > 0 ? nearestWord(error.data, words) : undefined;
  return {
    path: segments(error.instancePath),
    secret,
    say: (shown) => `expected ${alternatives(nouns)}, got ${shown}`,
    ...(near === undefined ? hintOf(parent, ...forms) : { hint: `did you mean ${near}?` }),
  };
}

export interface Discriminator {
  /** JSON pointer from the value that has forms. */
  readonly path: string;
  readonly data: unknown;
  readonly words: readonly Json[];
}

/** A key that tells several forms apart says none of them. */
export function wrongWord(error: SchemaError, { path, data, words }: Discriminator): Problem {
  return notListed({ path: segments(error.instancePath + path), secret: false }, data as Json, words);
}

/** At least one of several keys has to be there. */
export function missingOneOf(error: SchemaError, keys: readonly string[]): Problem {
  const missing = alternatives([...new Set(keys)]);
  return {
    path: segments(error.instancePath),
    secret: false,
    missing,
    say: () => `missing ${missing}`,
    hint: `add ${missing}`,
  };
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

function wrongType(base: Base, error: SchemaError, schema: JsonObject): Problem {
  const nouns = nounsOf(schema);
  const wantsText = schema.type === 'string';
  const isScalar = typeof error.data === 'number' || typeof error.data === 'boolean';
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
  const pattern = String(schema.pattern ?? schema.format);
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

/** The keys and indexes of a JSON pointer. */
export function segments(instancePath: string): string[] {
  return instancePath
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** An error in what the user's files say. @param code without `load/` */
export function loadError(code: string, message: string, at: Source | undefined, hint: string): Diagnostic {
  return { code: `load/${code}`, severity: 'error', message, ...(at && { at }), hint };
}

/** A name of the user's within a message. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 77)}…` : name);
}
