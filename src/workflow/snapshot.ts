import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import {
  InvalidPlanFile,
  isObject,
  locateJsonError,
  type Provider,
  parseJson,
  type Snapshot,
} from '../model/index.ts';

const SNAPSHOT_VERSION = 2;

/** The file that `import --format snapshot` writes: live state, to plan against without a broker. */
export function writeSnapshot(snapshots: readonly Snapshot[]): string {
  const brokers = snapshots.map(({ broker, resources }) => ({ broker, resources }));
  return `${JSON.stringify({ brokerform: 'snapshot', version: SNAPSHOT_VERSION, brokers }, null, 1)}\n`;
}

/**
 * Reads a snapshot, or a broker's own export that one of the providers knows.
 * @param name the configured broker that an export, which names none, stands for.
 * @param directory where a relative path starts; by default the working directory
 * @throws InvalidPlanFile when it is neither; the file system's error when it cannot be read.
 */
export async function readSnapshot(
  file: string,
  name: string,
  provider: Provider,
  directory = '',
): Promise<Snapshot | undefined> {
  const data = parse(file, await readFile(resolve(directory, file), 'utf8'));
  if (isObject(data) && data.brokerform === 'snapshot') {
    if (data.version !== SNAPSHOT_VERSION)
      throw new InvalidPlanFile(
        `${file} is a snapshot in format ${JSON.stringify(data.version)}, and this program reads format ${SNAPSHOT_VERSION}`,
        { hint: 'run brokerform import --format snapshot again' },
      );
    const brokers = data.brokers as unknown as readonly Snapshot[];
    const found = brokers.find(({ broker }) => broker.name === name && broker.type === provider.name);
    return (
      found && { ...found, broker: { ...found.broker, facts: { ...found.broker.facts, fromFile: true } } }
    );
  }
  return provider.parseExport?.(data, name);
}

/** Whether a file is a snapshot, or an export that one of the providers knows. @throws the file system's error */
export async function isExport(
  file: string,
  providers: readonly Provider[],
  directory = '',
): Promise<boolean> {
  const text = await readFile(resolve(directory, file), 'utf8');
  if (!/^\uFEFF?\s*\{/.test(text)) return false;
  try {
    const data = parse(file, text);
    return (
      (isObject(data) && data.brokerform === 'snapshot') ||
      providers.some((provider) => provider.parseExport?.(data, provider.name) !== undefined)
    );
  } catch (error) {
    if (error instanceof InvalidPlanFile) return false;
    throw error;
  }
}

function parse(file: string, text: string) {
  const json = text.replace(/^\uFEFF/, '');
  try {
    return parseJson(json);
  } catch (error) {
    const { line, col } = locateJsonError(json);
    throw new InvalidPlanFile(`${file}:${line}:${col} is not JSON: ${(error as Error).message}`);
  }
}
