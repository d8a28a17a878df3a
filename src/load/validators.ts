import type { Json, JsonObject } from '../model/index.ts';
import { JsonSchema } from './json-schema.ts';
import { explainViolation, missingOneOf, type Problem, unexpectedForm, wrongWord } from './problems.ts';
import type { Violation } from './schema-rules.ts';
import { configCore, connectionSchema, type SchemaSource, sectionSchema } from './schemas.ts';

const made = new WeakMap<readonly SchemaSource[], Validators>();

/** The validators of these providers, made once a process. */
export function validatorsOf(providers: readonly SchemaSource[]): Validators {
  const validators = made.get(providers) ?? new Validators(providers);
  made.set(providers, validators);
  return validators;
}

/** To find the word that was meant takes a while; thousands of mistakes are not typing errors. */
const MOST_SUGGESTIONS = 1000;

/** The schemas of the configuration and of every provider; says in words what a value breaks. */
export class Validators {
  readonly #schemas = new Map<string, JsonSchema>();

  constructor(providers: readonly SchemaSource[]) {
    this.#schemas.set('config', new JsonSchema(configCore(providers)));
    for (const provider of providers) {
      this.#schemas.set(provider.name, new JsonSchema(sectionSchema(provider)));
      this.#schemas.set(`${provider.name}-broker`, new JsonSchema(connectionSchema(provider)));
    }
  }

  has(name: string, kind: string): boolean {
    return this.#schemas.get(name)?.has(kind) === true;
  }

  /** What is wrong with a value, each mistake once. @param name `config`, `rabbitmq`, `rabbitmq-broker` */
  check(name: string, value: Json, kind?: string): Problem[] {
    const schema = this.#schemas.get(name);
    if (!schema) throw new Error(`no schema ${name}`);
    return distinct(explain(schema, schema.violations(value, kind)));
  }
}

function explain(schema: JsonSchema, violations: readonly Violation[]): Problem[] {
  return violations.flatMap((violation, i) =>
    violation.forms === undefined
      ? [explainViolation(violation, i < MOST_SUGGESTIONS)]
      : bestForm(schema, violation, violation.forms),
  );
}

/** The mistakes in the form that was meant; where that cannot be told, what forms there are. */
function bestForm(
  schema: JsonSchema,
  violation: Violation,
  forms: readonly (readonly Violation[])[],
): Problem[] {
  const all = forms.map(withForms);
  const isAtRoot = ({ path }: Violation) => path.length === violation.path.length;
  if (all.every((form) => form.every((one) => one.keyword === 'required' && isAtRoot(one)))) {
    return [
      missingOneOf(
        violation,
        all.flatMap((form) => form.map(({ key = '' }) => key)),
      ),
    ];
  }
  const words = discriminator(all);
  if (words) return [wrongWord(words)];
  const ranked = forms
    .map((form, i) => ({ form, all: all[i] ?? [] }))
    .filter((one) => !one.all.some((each) => each.keyword === 'type' && isAtRoot(each)))
    .map(({ form, all }) => ({ form, cost: cost(all) }))
    .sort((a, b) => a.cost - b.cost);
  const [best, second] = ranked;
  const isClear = best && (!second || best.cost < second.cost);
  const isContainer = typeof violation.value === 'object' && violation.value !== null;
  if (best && (isClear || isContainer)) return explain(schema, best.form);
  const { anyOf } = violation.schema;
  return [
    unexpectedForm(
      violation,
      (anyOf as readonly JsonObject[]).map((form) => schema.resolved(form)),
    ),
  ];
}

/** Violations, and those of the forms within them. */
function withForms(violations: readonly Violation[]): Violation[] {
  return violations.flatMap((one) => [...(one.forms ?? []).flatMap(withForms), one]);
}

/** Where every form fails because one key should say which form it is: what each wants it to be. */
function discriminator(
  forms: readonly (readonly Violation[])[],
): readonly [Violation, ...Violation[]] | undefined {
  const wrong = forms.map((form) => form.find(({ keyword }) => keyword === 'const'));
  const [first, ...others] = wrong.filter((one) => one !== undefined);
  const path = JSON.stringify(first?.path);
  if (!first || others.length + 1 < forms.length) return undefined;
  return others.every((other) => JSON.stringify(other.path) === path) ? [first, ...others] : undefined;
}

/** A key that tells forms apart and has another value weighs more than any number of other mistakes. */
function cost(violations: readonly Violation[]): number {
  return violations.reduce((sum, { keyword }) => sum + (keyword === 'const' ? 1000 : 1), 0);
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
