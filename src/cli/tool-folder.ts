import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../model/index.ts';

/** Beside the configuration: what commands write for themselves. Git ignores all of it. */
export const TOOL_FOLDER = '.brokerform';

const RECORD = 'up.json';
/** The environment `local` of a project that declares none; `load/` finds it by the same name. */
export const LOCAL_NAME = 'local.yaml';

/** What `up` started, for `down`. */
export interface UpRecord {
  readonly version: 1;
  /** `docker compose` */
  readonly engine: readonly [string, ...string[]];
  /** The compose file, relative to the configuration. */
  readonly file: string;
  /** The name of the compose project; absent for somebody's own file. */
  readonly project?: string;
  /** The services of somebody's own file; all of a generated one. */
  readonly services?: readonly string[];
}

/** @param name within the folder; nobody else reads the file, as it may tell of passwords */
export async function writeTool(directory: string, name: string, text: string): Promise<void> {
  const folder = join(directory, TOOL_FOLDER);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '.gitignore'), '*\n', { flag: 'wx' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  await writeFile(join(folder, name), text, { mode: 0o600 });
}

export async function removeTool(directory: string, name: string): Promise<void> {
  await rm(join(directory, TOOL_FOLDER, name), { force: true });
}

export function writeRecord(directory: string, record: UpRecord): Promise<void> {
  return writeTool(directory, RECORD, `${JSON.stringify(record, null, 2)}\n`);
}

export function removeRecord(directory: string): Promise<void> {
  return removeTool(directory, RECORD);
}

/** Undefined where `up` has not run. @throws InputError for a file that `up` did not write */
export async function readRecord(directory: string): Promise<UpRecord | undefined> {
  const text = await readFile(join(directory, TOOL_FOLDER, RECORD), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const record = JSON.parse(text) as Partial<UpRecord>;
    const texts = [record.file, record.project ?? '', ...(record.services ?? []), ...(record.engine ?? [])];
    const isWhole = record.version === 1 && Boolean(record.engine?.[0]);
    if (isWhole && texts.every((one) => typeof one === 'string')) return record as UpRecord;
  } catch {
    // Told below.
  }
  throw new InputError(
    `${TOOL_FOLDER}/${RECORD} is damaged`,
    'remove it, and end the containers with your engine',
  );
}
