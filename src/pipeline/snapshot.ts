import { readFile } from 'node:fs/promises';
import { DamagedPlan, isObject, type Provider, parseJson, type Snapshot } from '../model/index.ts';

/** The file that `import --format snapshot` writes: live state, to plan against without a broker. */
export function writeSnapshot(snapshots: readonly Snapshot[]): string {
  return `${JSON.stringify({ brokerform: 'snapshot', version: 1, brokers: snapshots }, null, 1)}\n`;
}

/**
 * Reads a snapshot, or a broker's own export that one of the providers knows.
 * @param name the configured broker that an export, which names none, stands for.
 * @throws DamagedPlan when it is neither; the file system's error when it cannot be read.
 */
export async function readSnapshot(
  file: string,
  name: string,
  provider: Provider,
): Promise<Snapshot | undefined> {
  const data = parse(file, await readFile(file, 'utf8'));
  if (isObject(data) && data.brokerform === 'snapshot') {
    if (data.version !== 1)
      throw new DamagedPlan(`${file} is a snapshot of version ${JSON.stringify(data.version)}, not 1`);
    const brokers = data.brokers as unknown as readonly Snapshot[];
    return brokers.find(({ broker }) => broker.name === name && broker.type === provider.name);
  }
  return provider.parseExport?.(data, name);
}

function parse(file: string, text: string) {
  try {
    return parseJson(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DamagedPlan(`${file} is not JSON: ${(error as Error).message}`);
  }
}
