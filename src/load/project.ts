import { basename, dirname, join, resolve } from 'node:path';
import {
  append,
  type Baseline,
  compareDiagnostics,
  type DeclaredTest,
  type Diagnostic,
  type ExpandedPattern,
  groupBy,
  type Section,
  type Suppression,
} from '../model/index.ts';
import { ADDRESS_HINT, type AddressScope, addressProblem } from './addresses.ts';
import { baselineFile, loadBaseline } from './baseline.ts';
import { readConfig } from './config.ts';
import { BrokerConfig } from './connection.ts';
import { type BrokerGlob, type Config, type LintSettings, type Placed, readLocal } from './environments.ts';
import { displayPath, findConfig, findFiles, isFolder, yamlFilesIn } from './files.ts';
import { Overlay } from './overlay.ts';
import { loadError } from './problems.ts';
import { readText } from './read-file.ts';
import type { SchemaSource } from './schemas.ts';
import { Overrides } from './section.ts';
import { SourceMap } from './source-map.ts';
import { Substitution } from './substitution.ts';
import type { Variables } from './template.ts';
import { type Retired, type Topologies, TopologyReader } from './topologies.ts';
import { type Validators, validatorsOf } from './validators.ts';
import { readYaml } from './yaml.ts';

export interface LoadOptions {
  /** The working directory: files are named relative to it, and the configuration is looked for from here. */
  readonly directory: string;
  /** Instead of looking for brokerform.yaml. */
  readonly configFile?: string;
  /** `--env` */
  readonly environment?: string;
  /** Topology files or folders, instead of those that the configuration names. */
  readonly paths?: readonly string[];
  /** Accepted findings, or a file of them from the working directory, instead of the configured one; false: none at all. */
  readonly baseline?: string | Baseline | false;
  readonly variables: Variables;
  readonly providers: readonly SchemaSource[];
}

/** Everything that the user's files say, checked against the schemas. */
export interface Project {
  readonly name: string;
  readonly environment: string | undefined;
  /** Where the configuration is, or the working directory without one. Absolute. */
  readonly directory: string;
  /** The configuration, as messages name it; absent without one. */
  readonly configFile?: string;
  /** By name. Where none is configured, one for each type that the topologies use, named after it. */
  readonly brokers: ReadonlyMap<string, BrokerConfig>;
  /** By broker; what is wrong in them is left out. */
  readonly sections: ReadonlyMap<string, readonly Section[]>;
  /** What patterns expand to; it is in `sections` too. */
  readonly patterns: readonly ExpandedPattern[];
  readonly retired: readonly Retired[];
  readonly tests: readonly DeclaredTest[];
  /** By broker: globs of whole addresses, the broker included. */
  readonly owns: ReadonlyMap<string, readonly string[]>;
  /** By broker: globs of whole addresses that are left alone. */
  readonly ignore: ReadonlyMap<string, readonly string[]>;
  /** Those globs with their places. */
  readonly ignored: readonly Placed<string>[];
  /** Globs of whole addresses. */
  readonly protect: readonly string[];
  readonly limits: { readonly deletes?: number };
  readonly lint: LintSettings;
  readonly baseline: Baseline | undefined;
  /** Where the baseline of the configuration is, or would be. Absolute. */
  readonly baselineFile: string;
  readonly suppressions: readonly Suppression[];
  /** Files of whose sections only a part was sound: what a rule says of the rest may be untrue of the whole. */
  readonly unsound: ReadonlySet<string>;
  /** The topology files that were read, as messages name them. */
  readonly files: readonly string[];
  /**
   * What can only be told once all sections are declared: missing variables outside of secrets, overrides that
   * match nothing or break a resource.
   */
  lateDiagnostics(): Diagnostic[];
}

/** Finds, reads and checks all files. Nothing that is in them makes this throw: mistakes are in `diagnostics`. */
export function loadProject(options: LoadOptions): { project: Project; diagnostics: Diagnostic[] } {
  const validators = validatorsOf(options.providers);
  const substitution = new Substitution(options.variables);
  const diagnostics: Diagnostic[] = [];
  const path = configPath(options, diagnostics);
  const directory = path === undefined ? resolve(options.directory) : dirname(path);
  const config =
    path === undefined ? undefined : loadConfig(path, options, validators, substitution, diagnostics);
  if (path === undefined && options.environment !== undefined) diagnostics.push(noEnvironments(options));
  const brokersKnown = config?.sound ?? diagnostics.length === 0;
  const overlay = config?.overlay ?? new Overlay(new SourceMap('', ''));
  const overrides = new Overrides(config?.overrides ?? [], overlay, validators, substitution);
  const configured = configuredBrokers(config, validators);
  const types = new Map([...configured].map(([name, { type }]) => [name, type]));
  const scope = { providers: options.providers, brokers: types };
  const targets = new Map([...configured].map(([name, { targetVersion }]) => [name, targetVersion]));
  const reader = new TopologyReader({ ...scope, targets, brokersKnown, validators, substitution, overrides });
  // A pattern such as **/*.yaml finds the configuration too.
  const files = topologyFiles(options, config, directory, diagnostics).filter((file) => file !== path);
  for (const file of files) {
    const name = displayPath(file, options.directory);
    const text = readText(file, name);
    if ('diagnostic' in text) diagnostics.push(text.diagnostic);
    else reader.add(readYaml(text.text, name));
  }
  const topologies = reader.result();
  append(diagnostics, topologies.diagnostics);
  if (config) append(diagnostics, checkGlobs(config, scope, brokersKnown));
  const project: Project = {
    name: config?.project ?? basename(directory),
    environment: options.environment,
    directory,
    ...(path !== undefined && { configFile: displayPath(path, options.directory) }),
    brokers: types.size > 0 ? configured : impliedBrokers(topologies, overlay, validators),
    sections: groupBy(topologies.sections, ({ broker }) => broker),
    patterns: topologies.patterns,
    retired: topologies.retired,
    tests: topologies.tests,
    owns: globsByBroker(config?.owns ?? []),
    ignore: globsByBroker(config?.ignore ?? []),
    ignored: (config?.ignore ?? []).map(({ broker, glob, at }) => ({ value: `${broker}/${glob}`, at })),
    protect: (config?.protect ?? []).map(({ value }) => value),
    limits: config?.limits ?? {},
    lint: config?.lint ?? { rules: {}, places: {}, custom: [] },
    baseline: loadBaseline(options, config?.lint.baseline, directory, diagnostics),
    baselineFile: baselineFile(config?.lint.baseline, directory),
    suppressions: topologies.suppressions,
    unsound: topologies.unsound,
    files: files.map((file) => displayPath(file, options.directory)),
    lateDiagnostics: () =>
      [...substitution.diagnostics(), ...overrides.diagnostics()].sort(compareDiagnostics),
  };
  return { project, diagnostics: diagnostics.sort(compareDiagnostics) };
}

function configPath({ directory, configFile }: LoadOptions, diagnostics: Diagnostic[]): string | undefined {
  if (configFile === undefined) return findConfig(directory);
  const path = resolve(directory, configFile);
  if (!isFolder(path)) return path;
  const found = findConfig(path);
  if (found === undefined) {
    const message = `the folder ${displayPath(path, directory)} holds no brokerform.yaml`;
    diagnostics.push(loadError('missing-file', message, undefined, 'name the file with --config'));
  }
  return found;
}

function loadConfig(
  path: string,
  options: LoadOptions,
  validators: Validators,
  substitution: Substitution,
  diagnostics: Diagnostic[],
): Config | undefined {
  const file = displayPath(path, options.directory);
  const text = readText(path, file);
  if ('diagnostic' in text) {
    diagnostics.push(text.diagnostic);
    return undefined;
  }
  const config = readConfig({
    yaml: readYaml(text.text, file),
    environment: options.environment,
    validators,
    substitution,
    providers: options.providers.map(({ name }) => name),
    local: readLocal(dirname(path), options.environment),
  });
  append(diagnostics, config.diagnostics);
  return config;
}

function noEnvironments({ environment, directory }: LoadOptions): Diagnostic {
  const message = `there is no environment ${JSON.stringify(environment)}: no brokerform.yaml was found`;
  const hint = `looked in ${resolve(directory)} and its parents up to the root of the git repository; name the file with --config`;
  return loadError('unknown-environment', message, undefined, hint);
}

function topologyFiles(
  options: LoadOptions,
  config: Config | undefined,
  directory: string,
  diagnostics: Diagnostic[],
): string[] {
  const files = new Set<string>();
  const take = (found: readonly string[], message: string, hint: string, at?: Placed<string>['at']) => {
    for (const file of found) files.add(file);
    if (found.length > 0) return;
    diagnostics.push(loadError('no-files', message, at, hint));
  };
  if (options.paths && options.paths.length > 0) {
    for (const path of options.paths) {
      const absolute = resolve(options.directory, path);
      if (!isFolder(absolute)) files.add(absolute);
      else
        take(yamlFilesIn(absolute), `the folder ${path} holds no YAML file`, 'name a file or another folder');
    }
  } else if (config) {
    for (const { value, at } of config.topologies) {
      const message = `no file matches the topology pattern ${JSON.stringify(value)}`;
      take(findFiles(directory, value), message, 'patterns are relative to the configuration file', at);
    }
  } else if (diagnostics.length === 0) {
    const hint = 'run brokerform init, or name topology files';
    take(
      yamlFilesIn(join(directory, 'topologies')),
      'there is no brokerform.yaml here, and no topologies folder',
      hint,
    );
  }
  return [...files];
}

function configuredBrokers(config: Config | undefined, validators: Validators): Map<string, BrokerConfig> {
  const brokers = new Map<string, BrokerConfig>();
  for (const [name, { value: settings, at }] of config?.brokers ?? []) {
    if (!config || typeof settings.type !== 'string') continue;
    brokers.set(
      name,
      new BrokerConfig({ name, type: settings.type, settings, at }, config.overlay, validators),
    );
  }
  return brokers;
}

/** Without any configured broker, a topology can still be validated: each type is a broker of that name. */
function impliedBrokers(
  { sections }: Topologies,
  overlay: Overlay,
  validators: Validators,
): Map<string, BrokerConfig> {
  return new Map(
    sections.map(({ broker: name, type }) => [
      name,
      new BrokerConfig({ name, type, settings: { type } }, overlay, validators),
    ]),
  );
}

/** `owns`, `ignore`, `protect` and `overrides` must name brokers and kinds that there are: a misspelt one protects nothing. */
function checkGlobs(config: Config, scope: AddressScope, brokersKnown: boolean): Diagnostic[] {
  const globs = [
    ...[...config.owns, ...config.ignore].map(({ broker, glob, at }) => ({ glob: `${broker}/${glob}`, at })),
    ...config.protect.map(({ value, at }) => ({ glob: value, at })),
    ...config.overrides,
    ...config.lint.custom.flatMap(({ match, at }) => match.map((glob) => ({ glob, at }))),
  ];
  return globs.flatMap(({ glob, at }): Diagnostic[] => {
    const problem = addressProblem(glob, scope, brokersKnown);
    if (!problem) return [];
    const { message, hint = ADDRESS_HINT } = problem;
    return [loadError('bad-address', `${JSON.stringify(glob)} ${message}`, at, hint)];
  });
}

function globsByBroker(globs: readonly BrokerGlob[]): Map<string, string[]> {
  const groups = groupBy(globs, ({ broker }) => broker);
  return new Map(
    Array.from(groups, ([broker, ofBroker]) => [broker, ofBroker.map(({ glob }) => `${broker}/${glob}`)]),
  );
}
