import { resolve } from 'node:path';
import { isObject, type Json } from '../model/index.ts';
import { findConfig } from './files.ts';
import { readText } from './read-file.ts';
import { readYaml } from './yaml.ts';

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
