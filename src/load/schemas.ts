import { isObject, type Json, type JsonObject, type Provider } from '../model/index.ts';
import { GLOBS, LINT } from './lint-schema.ts';

/** What the loader needs of a provider. */
export type SchemaSource = Pick<
  Provider,
  'name' | 'schema' | 'connectionSchema' | 'kinds' | 'routing' | 'patterns' | 'declare' | 'assume'
>;

const DRAFT = 'http://json-schema.org/draft-07/schema#';

/** The section of a provider, with the key that names its broker. */
export function sectionSchema(provider: SchemaSource): JsonObject {
  return withProperties(provider.schema, {
    broker: {
      type: 'string',
      description: `The name of the broker in brokerform.yaml. Not needed where there is only one of type ${provider.name}.`,
    },
  });
}

/** A `brokers.<name>` entry of a provider's type, with the keys that all types have. */
export function connectionSchema(provider: SchemaSource): JsonObject {
  return withProperties(provider.connectionSchema, {
    type: { const: provider.name, description: 'The kind of broker.' },
    'target-version': {
      type: 'string',
      pattern: '^\\d+(\\.\\d+){0,2}$',
      title: 'a version',
      description: 'The version that offline checks assume, and the one you are moving to: "4.3".',
      examples: ['4.3'],
    },
  });
}

/** A test of a provider's broker, with the keys that all tests have; undefined where it has no tests. */
export function testSchema({ name, routing }: SchemaSource): JsonObject | undefined {
  if (!routing) return undefined;
  const { required = [], ...schema } = routing.testSchema;
  return withProperties(
    { ...schema, required: ['name', ...(Array.isArray(required) ? required : [])] },
    {
      name: { type: 'string', minLength: 1, description: 'What the test shows, as reports name it.' },
      broker: {
        type: 'string',
        description: `The name of the broker in brokerform.yaml. Not needed where there is only one of type ${name}.`,
      },
    },
  );
}

/** An entry of `patterns`, by kind in `$defs`; undefined where a provider has no patterns. */
export function patternSchema({ patterns = {} }: SchemaSource): JsonObject | undefined {
  const kinds = Object.entries(patterns).flatMap(([name, kind]) =>
    'absent' in kind ? [] : [{ name, kind }],
  );
  if (kinds.length === 0) return undefined;
  const $defs = kinds.map(({ name, kind: { summary, schema } }): [string, JsonObject] => {
    const { required = [] } = schema;
    const body = { type: 'object', additionalProperties: false, description: summary, ...schema };
    const properties = { kind: { const: name, description: summary }, on: ON, with: WITH };
    const needed = ['kind', ...(Array.isArray(required) ? required : [])];
    return [name, withProperties({ ...body, required: needed }, properties)];
  });
  return { anyOf: kinds.map(({ name }) => ({ $ref: `#/$defs/${name}` })), $defs: Object.fromEntries($defs) };
}

/** The published schema of a topology file. */
export function topologySchema(providers: readonly SchemaSource[]): JsonObject {
  const definitions: Record<string, Json> = {};
  const properties: Record<string, Json> = {};
  for (const provider of providers) {
    hoist(sectionSchema(provider), provider.name, definitions);
    properties[provider.name] = { $ref: `#/definitions/${provider.name}` };
    const test = testSchema(provider);
    if (test) hoist(test, `${provider.name}-test`, definitions);
    const pattern = patternSchema(provider);
    if (pattern) hoist(pattern, `${provider.name}-pattern`, definitions);
  }
  const named = (ending: string) =>
    Object.keys(definitions)
      .filter((name) => name.endsWith(ending))
      .map((name) => ({ $ref: `#/definitions/${name}` }));
  const [tests, patterns] = [named('-test'), named('-pattern')];
  return {
    $schema: DRAFT,
    title: 'brokerform topology',
    description:
      'What should be on the message brokers. Several files, and several documents in one, add up.',
    type: 'object',
    additionalProperties: false,
    properties: {
      ...properties,
      retired: RETIRED,
      ...(tests.length > 0 && {
        tests: { ...TESTS, items: { anyOf: tests } },
      }),
      ...(patterns.length > 0 && { patterns: { ...PATTERNS, additionalProperties: { anyOf: patterns } } }),
    },
    definitions,
  };
}

/** The published schema of brokerform.yaml. */
export function configSchema(providers: readonly SchemaSource[]): JsonObject {
  const definitions: Record<string, Json> = {};
  for (const provider of providers) {
    const schema = connectionSchema(provider);
    hoist(schema, `${provider.name}-broker`, definitions);
    // An environment only changes some keys of a broker, and need not give those that are required.
    const { required, anyOf, oneOf, allOf, ...change } = schema;
    hoist(change, `${provider.name}-broker-change`, definitions);
  }
  const broker: JsonObject = {
    type: 'object',
    required: ['type'],
    properties: { type: { enum: providers.map(({ name }) => name) } },
    allOf: providers.map(({ name }) => ({
      if: { properties: { type: { const: name } } },
      // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
      then: { $ref: `#/definitions/${name}-broker` },
    })),
  };
  const change = { anyOf: providers.map(({ name }) => ({ $ref: `#/definitions/${name}-broker-change` })) };
  return { $schema: DRAFT, ...configShape(broker, change), definitions };
}

/** The configuration, but for what only a provider knows of a broker's entry. */
export function configCore(providers: readonly SchemaSource[]): JsonObject {
  const type = { enum: providers.map(({ name }) => name) };
  return configShape({ type: 'object', required: ['type'], properties: { type } }, { type: 'object' });
}

const RETIRED = {
  type: 'array',
  items: { type: 'string', minLength: 1 },
  description: 'Addresses of resources that apply deletes. Exact addresses, no patterns.',
  examples: [['main/queue/%2Forders/old-events']],
};

const TESTS = {
  type: 'array',
  description: 'What must be true of the topology; brokerform test checks it.',
};

const PATTERNS = {
  type: 'object',
  description: 'By name: what stands for several resources; brokerform expand prints them.',
  examples: [{ email: { kind: 'work-queue', retries: ['1s', '10s', '1m'] } }],
};

const ON = {
  type: 'string',
  description: 'The name of the broker in brokerform.yaml. Not needed where only one has this kind.',
};

const WITH = {
  type: 'object',
  additionalProperties: { type: 'object' },
  description:
    'By resource: keys merged into what the pattern gives; null removes one. A resource is named by its address without the broker (* for any characters), or by kind and name: queue/email.dead.',
  examples: [{ 'queue/email.dead': { 'max-length': 1000 } }],
};

const PROTECT = {
  ...GLOBS,
  description:
    'Address globs. What they match is changed, replaced or deleted only where that is safe, or allowed by name.',
};

const LIMITS = {
  type: 'object',
  additionalProperties: false,
  properties: {
    deletes: { type: 'integer', minimum: 0, description: 'A plan that deletes more than this is blocked.' },
  },
};

const OWNS = {
  type: 'object',
  additionalProperties: GLOBS,
  description:
    'By broker: globs of addresses, without the broker, whose undeclared resources are ours and may be pruned.',
  examples: [{ main: ['queue/%2Forders/*'] }],
};

const IGNORE = {
  type: 'object',
  additionalProperties: GLOBS,
  description:
    'By broker: globs of addresses, without the broker, that plan, drift, prune and import leave alone, with what depends on them.',
  examples: [{ main: ['queue/%2F/celeryev.*'] }],
};

function configShape(broker: JsonObject, change: JsonObject): JsonObject {
  return {
    title: 'brokerform configuration',
    description: 'brokerform.yaml: one a repository.',
    type: 'object',
    additionalProperties: false,
    properties: {
      project: {
        type: 'string',
        minLength: 1,
        description: 'Names the project in plans; by default its folder.',
      },
      topologies: {
        ...GLOBS,
        description: 'Globs of topology files, relative to this file; `**` stands for any folders.',
        default: ['topologies/**/*.yaml'],
      },
      brokers: {
        type: 'object',
        description: 'By name: how each broker is reached. ${NAME} stands for an environment variable.',
        additionalProperties: broker,
      },
      owns: OWNS,
      ignore: IGNORE,
      protect: PROTECT,
      limits: LIMITS,
      lint: LINT,
      environments: {
        type: 'object',
        description: 'By name: what differs when --env names it.',
        additionalProperties: {
          type: 'object',
          additionalProperties: false,
          properties: {
            brokers: { type: 'object', additionalProperties: change },
            overrides: {
              type: 'object',
              description: 'By address glob: keys merged into the declaration of each resource that matches.',
              additionalProperties: { type: 'object' },
              examples: [{ 'main/queue/%2Forders/*': { 'max-length': 1000 } }],
            },
            owns: OWNS,
            ignore: IGNORE,
            protect: PROTECT,
            limits: LIMITS,
            lint: LINT,
          },
        },
      },
    },
  };
}

function withProperties(schema: JsonObject, more: JsonObject): JsonObject {
  const own = isObject(schema.properties) ? schema.properties : {};
  return { ...schema, properties: { ...more, ...own } };
}

/** Puts a schema under `definitions`, its own `$defs` and `definitions` beside it, and mends its references. */
function hoist(schema: JsonObject, name: string, definitions: Record<string, Json>): void {
  const { $defs, definitions: older, $schema, $id, ...body } = schema;
  const mend = (value: Json): Json => {
    if (Array.isArray(value)) return value.map(mend);
    if (!isObject(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => {
        if (key !== '$ref' || typeof item !== 'string') return [key, mend(item)];
        if (item === '#') return [key, `#/definitions/${name}`];
        return [key, item.replace(/^#\/(?:\$defs|definitions)\//, `#/definitions/${name}.`)];
      }),
    );
  };
  definitions[name] = mend(body);
  for (const group of [$defs, older]) {
    if (!isObject(group)) continue;
    for (const [key, definition] of Object.entries(group)) definitions[`${name}.${key}`] = mend(definition);
  }
}
