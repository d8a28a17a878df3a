import { createRequire } from 'node:module';
import type { Ajv, ErrorObject, ValidateFunction } from 'ajv';
import { append, isExactInt, isObject, type Json, type JsonObject } from '../model/index.ts';
import {
  type Discriminator,
  explainError,
  missingOneOf,
  type Problem,
  segments,
  unexpectedForm,
  wrongWord,
} from './problems.ts';
import { QuickCheck } from './quick-check.ts';

const require = createRequire(import.meta.url);

/** To find the word that was meant takes a while; thousands of mistakes are not typing errors. */
const MOST_SUGGESTIONS = 1000;

const NAME = 'schema';

/** Checks values against a JSON Schema; compiles each part of it when there is something to explain. */
export class CompiledSchema {
  private ajv: Ajv | undefined;
  private readonly schema: JsonObject;
  private readonly quick: QuickCheck;
  private readonly pointers = new Map<object, string>();

  constructor({ $schema, $id, ...schema }: JsonObject) {
    this.schema = schema;
    this.quick = new QuickCheck(schema);
  }

  has(kind: string): boolean {
    const { $defs } = this.schema;
    return isObject($defs) && Object.hasOwn($defs, kind);
  }

  /** What is wrong with a value, each mistake once. @param kind the definition to check against, instead of the root */
  check(value: Json, kind?: string): Problem[] {
    const pointer = kind === undefined ? '#' : `#/$defs/${encodeURIComponent(kind)}`;
    const plain = withPlainNumbers(value);
    if (this.quick.accepts(plain, pointer)) return [];
    const validate = this.compiled(pointer);
    return validate(plain) ? [] : distinct(this.explain(validate.errors ?? []));
  }

  private compiled(pointer: string): ValidateFunction {
    if (!this.ajv) {
      this.ajv = makeAjv();
      this.ajv.addSchema(this.schema, NAME);
      notePointers(this.schema, '#', this.pointers);
    }
    const validate = this.ajv.getSchema(`${NAME}${pointer}`);
    if (!validate) throw new Error(`no schema ${pointer}`);
    return validate;
  }

  /** Walks backwards: the errors of the branches of an `anyOf` come right before its own. */
  private explain(errors: readonly ErrorObject[]): Problem[] {
    const problems: Problem[] = [];
    for (let i = errors.length - 1; i >= 0; i--) {
      const error = errors[i];
      if (!error || error.keyword === 'if' || error.keyword === 'propertyNames') continue;
      if (error.keyword !== 'anyOf' && error.keyword !== 'oneOf') {
        problems.push(explainError(error, i < MOST_SUGGESTIONS));
        continue;
      }
      const branches = this.branches(error);
      i -= branches.reduce((count, branch) => count + branch.errors.length, 0);
      append(problems, this.bestBranch(error, branches));
    }
    return problems.reverse();
  }

  private branches(error: ErrorObject): Branch[] {
    const pointer = error.parentSchema && this.pointers.get(error.parentSchema);
    if (pointer === undefined || !Array.isArray(error.schema)) return [];
    return error.schema.map((schema: JsonObject, i) => {
      const validate = this.compiled(`${pointer}/${error.keyword}/${i}`);
      validate(error.data);
      return { schema: this.resolved(schema), errors: [...(validate.errors ?? [])] };
    });
  }

  /** The mistakes in the form that was meant; where that cannot be told, what forms there are. */
  private bestBranch(error: ErrorObject, branches: readonly Branch[]): Problem[] {
    if (branches.length > 0 && branches.every(({ errors }) => errors.every(isMissingAtRoot))) {
      return [
        missingOneOf(
          error,
          branches.flatMap(({ errors }) => errors.map(missingKey)),
        ),
      ];
    }
    const words = discriminator(branches);
    if (words) return [wrongWord(error, words)];
    const sameType = branches.filter(({ errors }) => errors.length > 0 && !errors.some(isTypeAtRoot));
    const ranked = [...sameType].sort((a, b) => cost(a) - cost(b));
    const [best, second] = ranked;
    const clear = best && (!second || cost(best) < cost(second));
    const isContainer = typeof error.data === 'object' && error.data !== null;
    if (!best || !(clear || isContainer))
      return [
        unexpectedForm(
          error,
          branches.map(({ schema }) => schema),
        ),
      ];
    return this.explain(best.errors).map((problem) => ({
      ...problem,
      path: [...segments(error.instancePath), ...problem.path],
    }));
  }

  private resolved(schema: JsonObject): JsonObject {
    const { $ref, ...own } = schema;
    if (typeof $ref !== 'string') return schema;
    const target = this.ajv?.getSchema(`${NAME}${$ref}`)?.schema;
    return isObject(target) ? { ...this.resolved(target as JsonObject), ...own } : schema;
  }
}

/** Loaded with the first mistake: a check cannot wait for a promise. */
function makeAjv(): Ajv {
  const ajv = require('ajv') as { Ajv: typeof Ajv };
  return new ajv.Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    validateFormats: false,
    // The schemas are ours, and a test checks them. To compile the schema of schemas would take longer than theirs.
    meta: false,
    validateSchema: false,
    // Errors then carry the path of the definition that they are from; and compiling takes half as long.
    inlineRefs: false,
    code: { optimize: false, process: growErrors },
  });
}

/** The compiled code copies all earlier errors for each value that adds some: quadratic. No other code holds these lists. */
function growErrors(code: string): string {
  return code.replace(/vErrors\.concat\(([\w.]+)\)/g, '($1.forEach((one) => vErrors.push(one)), vErrors)');
}

interface Branch {
  readonly schema: JsonObject;
  readonly errors: readonly ErrorObject[];
}

function isTypeAtRoot(error: ErrorObject): boolean {
  return error.instancePath === '' && error.keyword === 'type';
}

function isMissingAtRoot(error: ErrorObject): boolean {
  return error.instancePath === '' && error.keyword === 'required';
}

/** Where every form fails because one key should say which form it is: that key, and what it may say. */
function discriminator(branches: readonly Branch[]): Discriminator | undefined {
  const wrong = branches.map(({ errors }) => errors.find(({ keyword }) => keyword === 'const'));
  const path = wrong[0]?.instancePath;
  if (path === undefined || wrong.some((error) => error?.instancePath !== path)) return undefined;
  return { path, data: wrong[0]?.data, words: wrong.map((error) => error?.params.allowedValue as Json) };
}

function missingKey(error: ErrorObject): string {
  return String(error.params.missingProperty);
}

/** A key that tells forms apart and has another value weighs more than any number of other mistakes. */
function cost({ errors }: Branch): number {
  return errors.reduce((sum, { keyword }) => sum + (keyword === 'const' ? 1000 : 1), 0);
}

function notePointers(schema: Json, pointer: string, pointers: Map<object, string>): void {
  if (typeof schema !== 'object' || schema === null) return;
  pointers.set(schema, pointer);
  for (const [key, item] of Object.entries(schema)) {
    const segment = encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
    notePointers(item as Json, `${pointer}/${segment}`, pointers);
  }
}

/** Exact integers as doubles, which is near enough to check a type and a range. */
function withPlainNumbers(value: Json): Json {
  if (isExactInt(value)) return Number(value.$int);
  if (Array.isArray(value)) {
    const items = value.map(withPlainNumbers);
    return items.some((item, i) => item !== value[i]) ? items : value;
  }
  if (!isObject(value)) return value;
  let copy: Record<string, Json> | undefined;
  for (const key of Object.keys(value)) {
    const before = value[key] ?? null;
    const after = withPlainNumbers(before);
    if (after === before) continue;
    copy ??= { ...value };
    copy[key] = after;
  }
  return copy ?? value;
}

function distinct(problems: readonly Problem[]): Problem[] {
  const seen = new Set<string>();
  const misspelt = new Set(
    problems.flatMap(({ path, meant }) => (meant ? [JSON.stringify([path, meant])] : [])),
  );
  return problems.filter((problem) => {
    const { path, key, missing } = problem;
    // A required key that is misspelt is one mistake, not two.
    if (missing !== undefined && misspelt.has(JSON.stringify([path, missing]))) return false;
    const identity = JSON.stringify([path, key, problem.say('')]);
    return !seen.has(identity) && seen.add(identity);
  });
}
