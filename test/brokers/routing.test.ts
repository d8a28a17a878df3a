import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { providers } from '../../src/brokers/index.ts';
import {
  isObject,
  type JsonObject,
  type Provider,
  type Route,
  RouteError,
  type Routing,
} from '../../src/model/index.ts';
import { PLAIN, renderRoute } from '../../src/report/index.ts';
import { check, routeGraph } from '../../src/workflow/index.ts';
import { declaredTopology } from '../../src/workflow/route.ts';
import { runs } from '../setup/runs.ts';

/*
 * What holds for the routes and tests of every broker.
 */

const routed = providers.flatMap((provider) =>
  provider.routing ? [[provider.name, provider, provider.routing] as const] : [],
);

test('every broker has routes and tests, and no test may be of two of them', () => {
  expect(routed.map(([name]) => name)).toEqual(providers.map(({ name }) => name));
  const subjects = routed.flatMap(([, , { subjects }]) => subjects);
  expect(new Set(subjects).size).toBe(subjects.length);
});

describe.each(routed)('%s', (_, provider, routing) => {
  test('arguments and options of route are keys of its tests', () => {
    for (const path of [...routing.subjects, ...routing.positions, ...routing.options]) {
      expect([path, schemaAt(routing, path)]).toEqual([path, expect.anything()]);
    }
  });

  test('whatever is asked, there is a bounded answer, or the reason why there is none', async () => {
    const { load, positions, options } = routing;
    const router = await load();
    const topology = exampleOf(provider);
    const names = topology.resources.flatMap(({ address }) => address.split('/').map(decodeURIComponent));
    const word = fc.oneof(
      fc.constantFrom(...new Set(names), '', '*', '#', '>', 'a.b'),
      fc.string({ unit: 'grapheme' }),
    );
    const texts = [...positions, ...options].filter((path) => typeOf(schemaAt(routing, path)) === 'string');
    const request = fc.record(Object.fromEntries(texts.map((path) => [path, word])), {
      requiredKeys: positions.slice(0, 1),
    });
    let answers = 0;
    const ask = (values: Readonly<Record<string, string | undefined>>) => {
      let route: Route;
      try {
        route = router.route(nested(values), topology);
      } catch (error) {
        expect(error).toBeInstanceOf(RouteError);
        return;
      }
      answers++;
      const ids = new Set(route.nodes.map(({ id }) => id));
      expect(ids.size).toBe(route.nodes.length);
      expect(route.nodes.length).toBeLessThan(2000);
      const ends = route.nodes.flatMap(({ next }) => next.map(({ to }) => to));
      if (route.cut === 0) expect(ends.filter((to) => !ids.has(to))).toEqual([]);
      expect(renderRoute(route, 'text', PLAIN)).toContain('\n');
      expect(routeGraph(route).nodes.length).toBeGreaterThan(0);
    };
    const [first = ''] = positions;
    for (const name of new Set(names)) ask({ [first]: name });
    fc.assert(fc.property(request, ask), { numRuns: runs(300) });
    expect(answers).toBeGreaterThan(0);
  });
});

function exampleOf({ name }: Provider) {
  const { configured, diagnostics } = check({ directory: '.', env: {}, paths: [`topologies/${name}`] });
  const broker = [...configured.values()].find(({ provider }) => provider.name === name);
  if (!broker) throw new Error(`no example of ${name}: ${JSON.stringify(diagnostics)}`);
  return declaredTopology(broker);
}

function schemaAt({ testSchema }: Routing, path: string): JsonObject | undefined {
  let schema: JsonObject | undefined = testSchema;
  for (const key of path.split('.')) {
    const properties: unknown = schema?.properties;
    const next: unknown = isObject(properties as JsonObject) ? (properties as JsonObject)[key] : undefined;
    schema = next === undefined ? undefined : (next as JsonObject);
  }
  return schema;
}

function typeOf(schema: JsonObject | undefined): unknown {
  return schema?.type ?? 'string';
}

/** `{ 'publish.key': 'a' }` → `{ publish: { key: 'a' } }` */
function nested(values: Readonly<Record<string, string | undefined>>): JsonObject {
  const request: Record<string, JsonObject | string> = {};
  for (const [path, value] of Object.entries(values)) {
    if (value === undefined) continue;
    const [first = '', second] = path.split('.');
    if (second === undefined) request[first] = value;
    else request[first] = { ...(request[first] as JsonObject | undefined), [second]: value };
  }
  return request;
}
