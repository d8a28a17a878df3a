import type { Json } from '../model/index.ts';
import { CompiledSchema } from './compiled-schema.ts';
import type { Problem } from './problems.ts';
import {
  configCore,
  connectionSchema,
  patternSchema,
  type SchemaSource,
  sectionSchema,
  testSchema,
} from './schemas.ts';

// Kept as long as the process runs: a schema costs more to compile than to check with.
const bySource = new WeakMap<SchemaSource, ReadonlyMap<string, CompiledSchema>>();
const byList = new WeakMap<readonly SchemaSource[], Validators>();

/** The validators of these providers. */
export function validatorsOf(providers: readonly SchemaSource[]): Validators {
  const validators = byList.get(providers) ?? new Validators(providers);
  byList.set(providers, validators);
  return validators;
}

function schemasOf(provider: SchemaSource): ReadonlyMap<string, CompiledSchema> {
  const known = bySource.get(provider);
  if (known) return known;
  const schemas = new Map([
    [provider.name, new CompiledSchema(sectionSchema(provider))],
    [`${provider.name}-broker`, new CompiledSchema(connectionSchema(provider))],
  ]);
  const test = testSchema(provider);
  if (test) schemas.set(`${provider.name}-test`, new CompiledSchema(test));
  const pattern = patternSchema(provider);
  if (pattern) schemas.set(`${provider.name}-pattern`, new CompiledSchema(pattern));
  bySource.set(provider, schemas);
  return schemas;
}

/** The schemas of these providers and of a configuration with them; those of a provider once they are needed. */
export class Validators {
  private readonly config: CompiledSchema;
  private readonly providers: readonly SchemaSource[];

  constructor(providers: readonly SchemaSource[]) {
    this.providers = providers;
    this.config = new CompiledSchema(configCore(providers));
  }

  has(name: string, kind: string): boolean {
    return this.schema(name)?.has(kind) ?? false;
  }

  /** What is wrong with a value, each mistake once. @param name `config`, `rabbitmq`, `rabbitmq-broker`, `rabbitmq-test`, `rabbitmq-pattern` */
  check(name: string, value: Json, kind?: string): Problem[] {
    const schema = this.schema(name);
    if (!schema) throw new Error(`no schema ${name}`);
    return schema.check(value, kind);
  }

  private schema(name: string): CompiledSchema | undefined {
    if (name === 'config') return this.config;
    const [type] = name.split('-', 1);
    const provider = this.providers.find((one) => one.name === type);
    return provider && schemasOf(provider).get(name);
  }
}
