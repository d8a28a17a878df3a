import { resolve } from 'node:path';
import {
  append,
  type Diagnostic,
  isMapping,
  isObject,
  type Json,
  type JsonObject,
  type Source,
} from '../model/index.ts';
import { checkValues, locate, placeName } from './diagnose.ts';
import { addLocal, type Config, environmentOf } from './environments.ts';
import { findConfig } from './files.ts';
import { Overlay } from './overlay.ts';
import { loadError, type Problem } from './problems.ts';
import { readText } from './read-file.ts';
import type { Origin, SourceMap } from './source-map.ts';
import type { Substitution } from './substitution.ts';
import type { Validators } from './validators.ts';
import { readYaml, type YamlFile } from './yaml.ts';

export interface ConfigInput {
  readonly yaml: YamlFile;
  readonly environment: string | undefined;
  readonly validators: Validators;
  readonly substitution: Substitution;
  readonly providers: readonly string[];
  /** The environment `local` of a configuration that declares none. */
  readonly local?: YamlFile | undefined;
}

/** Checks and reads a configuration file. Whatever is wrong with it, what is right is still returned. */
export function readConfig(input: ConfigInput): Config {
  const { yaml, validators, substitution } = input;
  const { places } = yaml;
  const start = places.source(0);
  const diagnostics: Diagnostic[] = [...yaml.diagnostics];
  const [first, second] = yaml.documents;
  const fail = (message: string, hint: string, at = start) =>
    diagnostics.push(loadError('config', message, at, hint));
  if (second)
    fail('a configuration is one document, and this file holds several', 'remove the other documents');
  const value = first?.value ?? {};
  const root = isMapping(value) ? value : {};
  if (root !== value && first) fail('a configuration is a mapping', 'begin with project: a-name');
  const isLocal = addLocal(root, input.local);
  substitute(root, input, places);
  const checked = { root, origin: places, name: '', at: start };
  const check = () =>
    validators.check('config', root).filter((problem) => !isOpen(problem, root, places, substitution));
  const result = checkValues(checked, check, substitution);
  const wrong = new Set(result.diagnostics.length > 0 ? check().map(topKey) : []);
  append(diagnostics, result.diagnostics);
  const usable = Object.fromEntries(Object.entries(root).filter(([key]) => !wrong.has(key)));
  const overlay = new Overlay(places, ...(isLocal && input.local ? [input.local.places] : []));
  const merged = environmentOf(usable, root, input.environment, overlay, places);
  append(diagnostics, merged.diagnostics, checkBrokers(input, usable, overlay));
  const sound = diagnostics.every(({ severity }) => severity !== 'error');
  return { ...merged.config, overlay, diagnostics, sound };
}

function topKey({ path }: { readonly path: readonly string[] }): string {
  return path[0] ?? '';
}

/** Variables of connections are kept for later, and those of other environments do not matter now. */
function substitute(root: JsonObject, { environment, substitution }: ConfigInput, places: SourceMap): void {
  const skipped = new Set<object>();
  const skip = (value: Json | undefined) => {
    if (typeof value !== 'object' || value === null || skipped.has(value)) return;
    skipped.add(value);
    for (const item of Object.values(value)) skip(item);
  };
  skip(root.brokers);
  const environments = isObject(root.environments) ? root.environments : {};
  for (const [name, body] of Object.entries(environments)) {
    if (name !== environment) skip(body);
    else if (isObject(body)) skip(body.brokers);
  }
  for (const template of places.templates) {
    if (!skipped.has(template.container)) substitution.apply(template, places);
  }
}

/** Every environment's brokers, chosen or not, so that a mistake shows before it hurts. */
function checkBrokers(input: ConfigInput, usable: JsonObject, overlay: Overlay): Diagnostic[] {
  const { validators, substitution, providers } = input;
  const base = isObject(usable.brokers) ? usable.brokers : {};
  const environments = isObject(usable.environments) ? Object.entries(usable.environments) : [];
  const variants = [base, ...environments.map(([, body]) => mergedBrokers(base, body, overlay))];
  const found = new Map<string, Diagnostic>();
  for (const brokers of variants) {
    for (const [name, body] of Object.entries(brokers)) {
      const at = overlay.at(brokers, name);
      if (!isObject(body)) {
        // Text with a variable in it, which the schema leaves for later; any other text was refused by it.
        if (body !== null) found.set(name, textualBroker(name, at));
        continue;
      }
      const type = typeof body.type === 'string' ? body.type : undefined;
      const diagnostics =
        type === undefined || !providers.includes(type)
          ? [untypedBroker(name, providers, at)]
          : checkConnection(validators, substitution, { name, type, body, origin: overlay });
      for (const one of diagnostics) found.set(`${one.message} ${JSON.stringify(one.at)}`, one);
    }
  }
  return [...found.values()];
}

/** Checks a `brokers` entry against what its provider expects. A value is never shown: an URL may hold a password. */
export function checkConnection(
  validators: Validators,
  substitution: Substitution,
  broker: { name: string; type: string; body: JsonObject; origin: Origin },
): Diagnostic[] {
  const { name, type, body, origin } = broker;
  const checked = { root: body, origin, name: placeName('brokers', [name]) };
  const check = () =>
    validators
      .check(`${type}-broker`, body)
      .map((problem) => ({ ...problem, secret: !SHOWN.has(problem.path[0] ?? '') }))
      .filter((problem) => !isOpen(problem, body, origin, substitution));
  return checkValues(checked, check, substitution).diagnostics;
}

const SHOWN = new Set(['type', 'target-version']);

/** A variable that is not replaced yet: of a connection, or of an environment that was not chosen. */
function isOpen(problem: Problem, root: JsonObject, origin: Origin, substitution: Substitution): boolean {
  const { holder } = locate(root, problem.path);
  if (problem.key !== undefined || !holder) return false;
  const template = origin.template(holder.container, holder.key);
  return template !== undefined && !substitution.knows(template);
}

function mergedBrokers(base: JsonObject, environment: Json, overlay: Overlay): JsonObject {
  const own = isObject(environment) && isObject(environment.brokers) ? environment.brokers : {};
  return overlay.merge(base, own);
}

function textualBroker(name: string, at: Source | undefined): Diagnostic {
  const message = `${placeName('brokers', [name])}: expected a mapping, got a string`;
  const hint = 'begin with type: rabbitmq, kafka or nats; variables may stand in the values of its keys';
  return loadError('wrong-value', message, at, hint);
}

function untypedBroker(name: string, providers: readonly string[], at: Source | undefined): Diagnostic {
  const message = `broker ${JSON.stringify(name)} has no type`;
  return loadError('missing-key', message, at, `add type: ${providers.join(' or ')}`);
}

export interface ConfigNames {
  readonly environments: readonly string[];
  readonly brokers: readonly string[];
}

/** What a configuration calls its environments and brokers, unchecked. None where it cannot be read. */
export function configNames(directory: string, configFile?: string): ConfigNames {
  const path = configFile === undefined ? findConfig(directory) : resolve(directory, configFile);
  const read = path === undefined ? undefined : readText(path, path);
  const root = read && 'text' in read ? readYaml(read.text, '').documents[0]?.value : undefined;
  const keysOf = (value: Json | undefined) => (isObject(value) ? Object.keys(value) : []);
  if (!isObject(root)) return { environments: [], brokers: [] };
  return { environments: keysOf(root.environments), brokers: keysOf(root.brokers) };
}
