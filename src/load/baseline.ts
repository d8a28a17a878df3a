import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Baseline,
  type BaselineEntry,
  type Diagnostic,
  isObject,
  type Json,
  type JsonObject,
  parseJson,
} from '../model/index.ts';
import { displayPath } from './files.ts';
import { loadError } from './problems.ts';
import { readText } from './read-file.ts';

/** Where a configuration has its baseline. Absolute. @param directory of the configuration */
export function baselineFile(configured: string | undefined, directory: string): string {
  return resolve(directory, configured ?? 'lint-baseline.json');
}

interface Choice {
  /** The working directory. */
  readonly directory: string;
  /** Instead of that of the configuration. */
  readonly baseline?: string | Baseline | false;
}

/** The baseline that counts. @param directory of the configuration */
export function loadBaseline(
  choice: Choice,
  configured: string | undefined,
  directory: string,
  diagnostics: Diagnostic[],
): Baseline | undefined {
  if (typeof choice.baseline === 'object') return choice.baseline;
  const usual = baselineFile(configured, directory);
  const isThere = configured !== undefined || existsSync(usual);
  const file = choice.baseline ?? (isThere && usual);
  if (file === false) return undefined;
  const read = readBaseline(file, choice.directory);
  if ('baseline' in read) return read.baseline;
  diagnostics.push(read.diagnostic);
  return undefined;
}

/** Reads a baseline as `validate --write-baseline` writes it. */
function readBaseline(
  file: string,
  directory: string,
): { readonly baseline: Baseline } | { readonly diagnostic: Diagnostic } {
  const path = resolve(directory, file);
  const name = displayPath(path, directory);
  const at = { file: name, line: 1, col: 1 };
  const read = readText(path, name);
  const hint = `write it with brokerform validate --write-baseline ${name}`;
  if ('diagnostic' in read) return { diagnostic: { ...read.diagnostic, hint } };
  const entries = entriesOf(read.text);
  if (entries) return { baseline: { entries, at } };
  const message = `${name} is no baseline of version 1`;
  return { diagnostic: loadError('baseline', message, at, hint) };
}

function entriesOf(text: string): BaselineEntry[] | undefined {
  let data: Json;
  try {
    data = parseJson(text);
  } catch {
    return undefined;
  }
  if (!isObject(data) || data.brokerform !== 'baseline' || data.version !== 1) return undefined;
  const { findings } = data;
  if (!Array.isArray(findings) || !findings.every(isEntry)) return undefined;
  return findings.map(({ code, address, path, count = 1 }) => ({
    code: String(code),
    ...(typeof address === 'string' && { address }),
    ...(typeof path === 'string' && { path }),
    count: Number(count),
  }));
}

function isEntry(value: Json): value is JsonObject {
  if (!isObject(value)) return false;
  const { code, address, path, count = 1 } = value;
  const isText = (one: Json | undefined) => one === undefined || typeof one === 'string';
  return (
    typeof code === 'string' &&
    isText(address) &&
    isText(path) &&
    typeof count === 'number' &&
    Number.isSafeInteger(count) &&
    count > 0
  );
}

export function writeBaseline(entries: readonly BaselineEntry[]): string {
  const findings = entries.map(({ count, ...entry }) => (count > 1 ? { ...entry, count } : entry));
  return `${JSON.stringify({ brokerform: 'baseline', version: 1, findings }, null, 1)}\n`;
}
