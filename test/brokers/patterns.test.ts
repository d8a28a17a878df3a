import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import {
  type Diagnostic,
  isObject,
  type Json,
  type JsonObject,
  type Provider,
} from '../../src/model/index.ts';
import { check, expandPatterns } from '../../src/workflow/index.ts';
import { runs } from '../setup/runs.ts';

/*
 * What holds for the patterns of every broker.
 */

const kinds = providers.flatMap((provider) =>
  Object.entries(provider.patterns ?? {}).flatMap(([name, kind]) =>
    'absent' in kind ? [] : [{ title: `${provider.name} ${name}`, provider, name, kind }],
  ),
);

/** Those that the tests run on, and none: then what comes out must suit all of them. */
const VERSIONS: Readonly<Record<string, readonly (string | undefined)[]>> = {
  rabbitmq: [undefined, '3.10', '4.3'],
  kafka: [undefined, '3.7', '4.3'],
  nats: [undefined, '2.9.10', '2.10.27', '2.15.1'],
};

const directory = mkdtempSync(join(tmpdir(), 'brokerform-patterns-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('brokers explain the kinds that they lack', () => {
  const names = new Set(providers.flatMap(({ patterns = {} }) => Object.keys(patterns)));
  for (const { patterns } of providers) {
    if (patterns) expect(new Set(Object.keys(patterns))).toEqual(names);
  }
});

describe.each(kinds)('$title', ({ provider, name, kind }) => {
  const bodies = arbitraryOf({ type: 'object', ...kind.schema }, []) as fc.Arbitrary<JsonObject>;
  const names = fc.constantFrom('email', 'order-events', 'shop.email', 'a_b');
  const versions = fc.constantFrom(...(VERSIONS[provider.name] ?? [undefined]));

  test('every key has a description, and its schema has no other words than a section may have', () => {
    expect(undescribed(kind.schema, name)).toEqual([]);
  });

  test('whatever its options, it expands to a section without errors and findings, the same each time', () => {
    const findings = (pattern: string, body: JsonObject, version: string | undefined) => {
      const broker = provider.assume('main', version);
      const expand = () => kind.expand({ name: pattern, body, broker, targeted: version !== undefined });
      const section = expand();
      expect(expand()).toEqual(section);
      const intended = Object.keys(kind.intended ?? {});
      const found = checkSection(provider, section, version);
      return { found: found.filter(({ code }) => !intended.includes(code)), section };
    };
    fc.assert(
      fc.property(names, bodies, versions, (pattern, body, version) => {
        const { found, section } = findings(pattern, body, version);
        expect({ section, found: found.map(({ code, message }) => `${code} ${message}`) }).toEqual({
          section,
          found: [],
        });
      }),
      { numRuns: runs(60) },
    );
  });

  test('expand prints what it stands for: pasted in its place, it declares the same', () => {
    fc.assert(
      fc.property(names, bodies, versions, (pattern, body, version) => {
        const patterns = { [pattern]: { kind: name, on: 'main', ...body } };
        const checked = checkTopology(provider, JSON.stringify({ patterns }), version);
        expect(checked.diagnostics).toEqual([]);
        const [expansion] = expandPatterns(checked);
        expect(declared(checked).length).toBeGreaterThan(0);
        for (const text of [expansion?.yaml ?? '', JSON.stringify(expansion?.topology)]) {
          expect(declared(checkTopology(provider, text, version))).toEqual(declared(checked));
        }
      }),
      { numRuns: runs(8) },
    );
  });

  test('all that it stands for says which pattern it is from', () => {
    const [body = {}] = fc.sample(bodies, { numRuns: 1, seed: 1 });
    const text = JSON.stringify({ patterns: { shop: { kind: name, on: 'main', ...body } } });
    const resources = [...checkTopology(provider, text, undefined).brokers.values()].flatMap(
      ({ desired }) => desired,
    );
    for (const { at, places = {} } of resources) {
      for (const place of [at, ...Object.values(places)]) expect(place?.pattern).toBe('shop');
    }
  });

  test('rules whose findings it intends have findings', () => {
    const broker = provider.assume('main');
    const [body = {}] = fc.sample(bodies, { numRuns: 1, seed: 1 });
    const section = kind.expand({ name: 'shop', body, broker, targeted: false });
    const codes = checkSection(provider, section, undefined).map(({ code }) => code);
    expect(codes).toEqual(expect.arrayContaining(Object.keys(kind.intended ?? {})));
  });
});

function checkSection(provider: Provider, section: JsonObject, version: string | undefined) {
  const { diagnostics } = checkTopology(provider, JSON.stringify({ [provider.name]: section }), version);
  return diagnostics as readonly Diagnostic[];
}

/** All that a broker would be made to have, not where it stands. */
function declared({ brokers }: ReturnType<typeof check>) {
  return [...brokers.values()]
    .flatMap(({ desired }) => desired)
    .map(({ at, places, ...resource }) => resource)
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

function checkTopology(provider: Provider, topology: string, version: string | undefined) {
  const settings: JsonObject =
    provider.name === 'rabbitmq'
      ? { url: 'amqp://localhost', management: 'http://localhost' }
      : provider.name === 'kafka'
        ? { bootstrap: ['localhost:9092'] }
        : { servers: ['nats://localhost'] };
  const main = {
    type: provider.name,
    ...settings,
    ...(version !== undefined && { 'target-version': version }),
  };
  const config = { project: 'p', topologies: ['t.yaml'], brokers: { main } };
  writeFileSync(join(directory, 'brokerform.yaml'), JSON.stringify(config));
  writeFileSync(join(directory, 't.yaml'), topology);
  return check({ directory, env: {} });
}

/** Values that a reasonable person would write, by the schema, and by the name of the key where it says too little. */
function arbitraryOf(schema: JsonObject, path: readonly string[]): fc.Arbitrary<Json> {
  const key = path.join('.');
  const usual = USUAL[key] ?? USUAL[path.at(-1) ?? ''];
  if (usual) return fc.constantFrom(...usual);
  if (Array.isArray(schema.enum)) return fc.constantFrom(...(schema.enum as Json[]));
  const [type] = [schema.type].flat();
  switch (type) {
    case 'object': {
      const { properties, required } = schema;
      if (!isObject(properties)) return fc.constant({});
      const members = Object.entries(properties).map(
        ([name, one]) => [name, arbitraryOf(one as JsonObject, [...path, name])] as const,
      );
      return fc.record(Object.fromEntries(members), {
        requiredKeys: Array.isArray(required) ? (required as string[]) : [],
      }) as fc.Arbitrary<Json>;
    }
    case 'array': {
      const items = arbitraryOf(schema.items as JsonObject, [...path, 'items']);
      return fc.array(items, { minLength: Number(schema.minItems ?? 0), maxLength: 4 });
    }
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({
        min: Number(schema.minimum ?? 1),
        max: Math.min(Number(schema.maximum ?? 1000), 1000),
      });
    default:
      if (typeof schema.pattern === 'string') return fc.constantFrom('500ms', '1s', '90s', '1.5h', '3d');
      // Different for each key: two resources with one name are an error.
      return fc.constant(`my-${path.join('-')}`);
  }
}

const USUAL: Readonly<Record<string, readonly Json[]>> = {
  // A rule rightly warns of dead letters that go before the messages that they were.
  keep: ['1h', '7d', '30d'],
  'dead-letters.keep': ['30d', '90d'],
  // One that ends with -dead-letters has a source on Kafka, by its name.
  'names.dead-letters': ['failed'],
  subscribers: [['cache'], ['cache', 'search']],
  subjects: ['orders.*', ['orders.>', 'refunds.*.done']],
  'max-bytes': ['10GiB'],
  // And of a single copy, of which an environment for tests has more than one kind.
  'replication-factor': [2, 3, 5],
  partitions: [1, 12, 48],
};

/** Paths of keys without a description. */
function undescribed(schema: JsonObject, path: string): string[] {
  const { properties, items } = schema;
  return [
    ...(isObject(properties)
      ? Object.entries(properties).flatMap(([key, one]) => {
          const child = one as JsonObject;
          const own = typeof child.description === 'string' ? [] : [`${path}.${key}`];
          return [...own, ...undescribed(child, `${path}.${key}`)];
        })
      : []),
    ...(isObject(items) ? undescribed(items, `${path}[]`) : []),
  ];
}
