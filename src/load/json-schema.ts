import { isExactInt, isObject, type Json, type JsonObject } from '../model/index.ts';
import { type Check, RULES, type Rule, typeOf, typeTest, type Violation } from './schema-rules.ts';

const KEYWORDS = Object.keys(RULES) as (keyof typeof RULES)[];
const TYPES = ['number', 'string', 'any', 'array', 'object'] as const;

/** Say something to people and editors only. */
const ANNOTATIONS = ['title', 'description', 'default', 'examples', 'writeOnly'];
const OF_THE_ROOT = ['$schema', '$id', '$defs'];

/** A JSON Schema that values can be checked against. */
export class JsonSchema {
  readonly #root: JsonObject;
  readonly #definitions = new Map<string, Check>();

  constructor(root: JsonObject) {
    this.#root = root;
  }

  has(definition: string): boolean {
    return isObject(this.#root.$defs) && Object.hasOwn(this.#root.$defs, definition);
  }

  /** What a value breaks, in the order of the schema. @param definition of `$defs`, instead of the whole schema */
  violations(value: Json, definition?: string): Violation[] {
    const found: Violation[] = [];
    this.#reference(definition)(value, [], found);
    return found;
  }

  /** A schema with what its `$ref` leads to. */
  resolved(schema: JsonObject): JsonObject {
    const { $ref, ...own } = schema;
    if (typeof $ref !== 'string') return schema;
    return { ...this.resolved(this.#definition(definitionOf($ref))), ...own };
  }

  #definition(name: string | undefined): JsonObject {
    const { $defs } = this.#root;
    const found = name === undefined ? this.#root : isObject($defs) ? $defs[name] : undefined;
    if (!isObject(found)) throw new Error(`the JSON Schema has no definition ${name}`);
    return found;
  }

  /** Made when it is first needed: definitions may lead back to themselves. */
  #reference(name: string | undefined): Check {
    const made = this.#definitions.get(name ?? '') ?? this.#compile(this.#definition(name));
    this.#definitions.set(name ?? '', made);
    return made;
  }

  readonly #compile = (schema: Json | undefined): Check => {
    if (typeof schema === 'string') {
      const name = definitionOf(schema);
      return (value, path, found) => this.#reference(name)(value, path, found);
    }
    if (schema === true) return () => {};
    if (!isObject(schema)) throw new Error(`no JSON Schema that is supported: ${JSON.stringify(schema)}`);
    const known = [...KEYWORDS, ...ANNOTATIONS, ...(schema === this.#root ? OF_THE_ROOT : []), 'type'];
    const unknown = Object.keys(schema).find((key) => !known.includes(key));
    if (unknown !== undefined) throw new Error(`the keyword ${unknown} of JSON Schema is not supported`);
    return withTypes(
      schema,
      TYPES.map((type) => {
        const own = KEYWORDS.filter((key) => RULES[key].type === type && Object.hasOwn(schema, key));
        return { type, checks: own.map((key) => RULES[key].check(schema, this.#compile)) };
      }).filter(({ checks }) => checks.length > 0),
    );
  };
}

function definitionOf(reference: string): string | undefined {
  return reference === '#' ? undefined : reference.replace(/^#\/\$defs\//, '');
}

/** Runs the checks for the type of a value. Nothing else is wrong with a value of the wrong type. */
function withTypes(
  schema: JsonObject,
  groups: readonly { readonly type: Rule['type']; readonly checks: readonly Check[] }[],
): Check {
  const isOfType = typeTest(schema);
  return (given, path, found) => {
    // A double is near enough to check a type and a range.
    const value = isExactInt(given) ? Number(given.$int) : given;
    if (isOfType?.(value) === false) found.push({ keyword: 'type', path: [...path], value, schema });
    const own = typeOf(value);
    for (const group of groups) {
      if (group.type !== 'any' && group.type !== own) continue;
      for (const check of group.checks) check(value, path, found);
    }
  };
}
