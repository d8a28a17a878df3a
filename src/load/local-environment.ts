import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '../model/index.ts';
import { readText } from './read-file.ts';
import { readYaml, type YamlFile } from './yaml.ts';

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
