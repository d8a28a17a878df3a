import { join } from 'node:path';
import {
  append,
  type CustomRule,
  type Diagnostic,
  isObject,
  type Json,
  type JsonObject,
  nearestWord,
  type RuleConfig,
  type Source,
} from '../model/index.ts';
import { readCustomRules } from './custom-rules.ts';
import type { Overlay } from './overlay.ts';
import { readText } from './read-file.ts';
import type { Override } from './section.ts';
import type { SourceMap } from './source-map.ts';
import { readYaml, type YamlFile } from './yaml.ts';

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
      rules: rules as Readonly<Record<string, RuleConfig>>,
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

export interface LintSettings {
  /** By rule code. */
  readonly rules: Readonly<Record<string, RuleConfig>>;
  /** Where each code stands in the configuration. */
  readonly places: Readonly<Record<string, Source>>;
  readonly custom: readonly CustomRule[];
  /** A file of accepted findings, relative to the configuration. */
  readonly baseline?: string;
}

/** A list or mapping entry of the configuration, with its place. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Source;
}

/** A glob of addresses of one broker, without its name. */
export interface BrokerGlob {
  readonly broker: string;
  readonly glob: string;
  readonly at: Source;
}

/** brokerform.yaml with the chosen environment merged in. */
export interface Config {
  readonly project: string | undefined;
  readonly topologies: readonly Placed<string>[];
  /** By name; texts with `${…}` as written. */
  readonly brokers: ReadonlyMap<string, Placed<JsonObject>>;
  readonly owns: readonly BrokerGlob[];
  readonly ignore: readonly BrokerGlob[];
  readonly protect: readonly Placed<string>[];
  readonly limits: { readonly deletes?: number };
  readonly lint: LintSettings;
  readonly overrides: readonly Override[];
  /** The source map of everything above. */
  readonly overlay: Overlay;
  readonly diagnostics: readonly Diagnostic[];
  /** False where so much is wrong that what follows from it would be noise. */
  readonly sound: boolean;
}

/** The environment that `up` works with. */
export const LOCAL = 'local';

/** Where `up` writes that environment for a project that declares none; relative to the configuration. */
const LOCAL_FILE = '.brokerform/local.yaml';

/** The environment that `up` wrote, if it is the chosen one; undefined where there is no such file. */
export function readLocal(directory: string, environment: string | undefined): YamlFile | undefined {
  if (environment !== LOCAL) return undefined;
  const read = readText(join(directory, LOCAL_FILE), LOCAL_FILE);
  return 'text' in read ? readYaml(read.text, LOCAL_FILE) : undefined;
}

/**
 * Adds what `up` wrote to the environments of a configuration. One that the configuration declares itself stays.
 * @returns whether it was added
 */
export function addLocal(root: JsonObject, local: YamlFile | undefined): boolean {
  const body = local?.documents[0]?.value;
  if (!isObject(body)) return false;
  const own = root as Record<string, Json>;
  if (!Object.hasOwn(own, 'environments')) own.environments = {};
  const environments = own.environments;
  if (!isObject(environments) || Object.hasOwn(environments, LOCAL)) return false;
  (environments as Record<string, Json>)[LOCAL] = body;
  return true;
}
