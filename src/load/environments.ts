import {
  append,
  type Diagnostic,
  isObject,
  type Json,
  type JsonObject,
  nearestWord,
  type Source,
} from '../model/index.ts';
import type { BrokerGlob, Config, Placed, RuleSetting } from './config-model.ts';
import { readCustomRules } from './custom-rules.ts';
import { LOCAL } from './local-environment.ts';
import type { Overlay } from './overlay.ts';
import type { Override } from './overrides.ts';
import type { SourceMap } from './source-map.ts';

const DEFAULT_TOPOLOGIES = 'topologies/**/*.yaml';

type Merged = Omit<Config, 'overlay' | 'diagnostics' | 'sound'>;

/**
 * The configuration with one environment on top: brokers are merged key by key, `protect` adds up, an entry of
 * `owns` or `ignore` replaces that of the same broker, limits and lint rules replace those of the same name.
 *
 * @param usable the parts of the configuration that are as they should be
 * @param root all of it
 */
export function environmentOf(
  usable: JsonObject,
  root: JsonObject,
  name: string | undefined,
  overlay: Overlay,
  places: SourceMap,
): { config: Merged; diagnostics: Diagnostic[] } {
  const environments = objectAt(root, 'environments');
  const diagnostics: Diagnostic[] = [];
  if (name !== undefined && !Object.hasOwn(environments, name)) {
    diagnostics.push(unknownEnvironment(name, Object.keys(environments), overlay, root, places));
  }
  const chosen = name === undefined ? {} : objectAt(objectAt(usable, 'environments'), name);
  const at = (container: object, key?: string | number): Source =>
    overlay.at(container, key) ?? places.source(0);
  const layers = [usable, chosen];
  const brokers = overlay.merge(objectAt(usable, 'brokers'), objectAt(chosen, 'brokers'));
  const globsOf = (key: string): BrokerGlob[] =>
    Object.entries(overlay.merge(objectAt(usable, key), objectAt(chosen, key))).flatMap(([broker, globs]) =>
      textsOf(globs, at).map(({ value: glob, at: place }) => ({ broker, glob, at: place })),
    );
  const rules = overlay.merge(rulesOf(usable), rulesOf(chosen));
  const custom = readCustomRules(
    overlay.merge(customOf(usable), customOf(chosen)),
    overlay,
    places.source(0),
  );
  append(diagnostics, custom.diagnostics);
  const limits = overlay.merge(objectAt(usable, 'limits'), objectAt(chosen, 'limits'));
  const overrides = objectAt(chosen, 'overrides');
  const topologies = Object.hasOwn(root, 'topologies') ? textsOf(usable.topologies, at) : undefined;
  const config: Merged = {
    project: typeof usable.project === 'string' ? usable.project : undefined,
    topologies: topologies ?? [{ value: DEFAULT_TOPOLOGIES, at: places.source(0) }],
    brokers: new Map(
      Object.entries(brokers).flatMap(([key, value]): [string, Placed<JsonObject>][] =>
        isObject(value) ? [[key, { value, at: at(brokers, key) }]] : [],
      ),
    ),
    owns: globsOf('owns'),
    ignore: globsOf('ignore'),
    protect: layers.flatMap((layer) => textsOf(layer.protect, at)),
    limits: typeof limits.deletes === 'number' ? { deletes: limits.deletes } : {},
    lint: {
      rules: rules as Readonly<Record<string, RuleSetting>>,
      places: Object.fromEntries(Object.keys(rules).map((code) => [code, at(rules, code)])),
      custom: custom.rules,
      ...baselineOf(layers),
    },
    overrides: Object.entries(overrides).flatMap(([glob, body]): Override[] =>
      isObject(body) ? [{ glob, body, at: at(overrides, glob) }] : [],
    ),
  };
  return { config, diagnostics };
}

function baselineOf(layers: readonly JsonObject[]): { baseline?: string } {
  const baseline = layers
    .map((layer) => objectAt(layer, 'lint').baseline)
    .findLast((one) => typeof one === 'string');
  return typeof baseline === 'string' ? { baseline } : {};
}

function rulesOf(layer: JsonObject): JsonObject {
  return objectAt(objectAt(layer, 'lint'), 'rules');
}

function customOf(layer: JsonObject): JsonObject {
  return objectAt(objectAt(layer, 'lint'), 'custom');
}

function objectAt(value: JsonObject, key: string): JsonObject {
  const item = Object.hasOwn(value, key) ? value[key] : undefined;
  return isObject(item) ? item : {};
}

function textsOf(value: Json | undefined, at: (container: object, key: number) => Source): Placed<string>[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: Json, i) =>
    typeof item === 'string' ? [{ value: item, at: at(value, i) }] : [],
  );
}

function unknownEnvironment(
  name: string,
  known: readonly string[],
  overlay: Overlay,
  root: JsonObject,
  places: SourceMap,
): Diagnostic {
  const near = nearestWord(name, known);
  const listed =
    known.length > 0 ? `known environments: ${known.join(', ')}` : 'the configuration has no environments';
  return {
    code: 'load/unknown-environment',
    severity: 'error',
    message: `there is no environment ${JSON.stringify(name)}`,
    at: overlay.at(root, 'environments') ?? places.source(0),
    hint:
      name === LOCAL
        ? 'brokerform up starts brokers in containers and makes it'
        : near === undefined
          ? listed
          : `did you mean ${near}? ${listed}`,
  };
}
