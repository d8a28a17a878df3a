import {
  append,
  type DeclaredTest,
  type Diagnostic,
  isMapping,
  isObject,
  type Json,
  type JsonObject,
  type Source,
} from '../model/index.ts';
import { type BrokerScope, brokerFor } from './addresses.ts';
import { checkValues } from './diagnose.ts';
import { loadError, quoted } from './problems.ts';
import type { SchemaSource } from './schemas.ts';
import type { SourceMap } from './source-map.ts';
import type { Substitution } from './substitution.ts';
import type { Validators } from './validators.ts';

export interface TestInput extends BrokerScope {
  readonly validators: Validators;
  readonly substitution: Substitution;
}

/** Reads the `tests` of topology files; one that is wrong is reported and left out. */
export class TestReader {
  readonly tests: DeclaredTest[] = [];
  readonly diagnostics: Diagnostic[] = [];
  private readonly input: TestInput;
  private readonly names = new Map<string, Source>();

  constructor(input: TestInput) {
    this.input = input;
  }

  add(value: Json, places: SourceMap, at: Source): void {
    if (!Array.isArray(value)) {
      this.fail('wrong-value', 'tests: expected a list', at, 'begin each test with - name:');
      return;
    }
    for (const [i, item] of (value as readonly Json[]).entries()) {
      const place = places.at(value, i) ?? at;
      if (isMapping(item)) this.test(item, places, place);
      else this.fail('wrong-value', `tests[${i}]: expected a mapping`, place, 'begin each test with - name:');
    }
  }

  private fail(code: string, message: string, at: Source, hint: string): void {
    this.diagnostics.push(loadError(code, message, at, hint));
  }

  private test(value: JsonObject, places: SourceMap, at: Source): void {
    const provider = this.providerOf(value, at);
    if (!provider) return;
    const { validators, substitution } = this.input;
    const named = typeof value.name === 'string' ? ` ${quoted(value.name)}` : '';
    const checked = { root: value, origin: places, name: `test${named}`, at };
    const { diagnostics } = checkValues(
      checked,
      () => validators.check(`${provider.name}-test`, value),
      substitution,
    );
    append(this.diagnostics, diagnostics);
    if (diagnostics.length > 0) return;
    const { broker, diagnostic } = brokerFor(provider.name, value, this.input, places, at);
    if (diagnostic) this.diagnostics.push(diagnostic);
    if (broker === undefined) return;
    const { name, broker: _, ...body } = value;
    const first = this.names.get(String(name));
    if (first) {
      const message = `two tests have the name ${quoted(String(name))}`;
      const error = loadError('duplicate-test', message, at, 'rename one of the two');
      this.diagnostics.push({ ...error, related: [first] });
      return;
    }
    this.names.set(String(name), at);
    const keys = Object.keys(body).map((key) => [key, places.at(value, key) ?? at] as const);
    this.tests.push({ name: String(name), broker, body, at, places: Object.fromEntries(keys) });
  }

  /** The provider whose broker the test asks: no two have a key of these in common. */
  private providerOf(test: JsonObject, at: Source): SchemaSource | undefined {
    const { providers, brokers } = this.input;
    const asked = (some: readonly SchemaSource[]) =>
      some.filter(({ routing }) => routing?.subjects.some((path) => hasPath(test, path)));
    // Those of no broker of the project need not be loaded for a test that is right.
    const types = new Set(brokers.values());
    const [own, other] = asked(providers.filter(({ name }) => types.has(name)));
    if (own && !other) return own;
    const known = providers.filter(({ routing }) => routing);
    const found = asked(known);
    const [only] = found;
    if (only && found.length === 1) return only;
    const forms = known.map(({ name, routing }) => `${routing?.subjects.join(' or ')} (${name})`).join(', ');
    const message =
      found.length > 1
        ? `a test asks one broker, and this one asks ${found.map(({ name }) => name).join(' and ')}`
        : 'the test does not say what it asks';
    this.fail(found.length > 1 ? 'wrong-value' : 'missing-key', message, at, `give one of: ${forms}`);
    return undefined;
  }
}

function hasPath(value: Json, path: string): boolean {
  const reached = path
    .split('.')
    .reduce<Json | undefined>(
      (item, key) => (isObject(item) && Object.hasOwn(item, key) ? item[key] : undefined),
      value,
    );
  return reached !== undefined;
}
