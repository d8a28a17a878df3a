import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identify, isAlive } from './processes.ts';

const prefix = 'brokerform-';
const ours = new Set<string>();
let watching = false;

/** A new temporary folder for one broker. It says which process owns it, and goes with it at the latest. */
export function makeFolder(broker: string): string {
  removeAbandonedFolders();
  if (!watching) process.once('exit', () => [...ours].forEach(removeFolder));
  watching = true;
  const folder = mkdtempSync(join(tmpdir(), `${prefix}${broker}-`));
  writeFileSync(join(folder, 'owner'), identify(process.pid) ?? '');
  ours.add(folder);
  return folder;
}

/** Kills what was started in the folder and still runs, by the pid files in it, and removes the folder. */
export function removeFolder(folder: string): void {
  ours.delete(folder);
  for (const file of list(folder).filter((name) => name.endsWith('.pid'))) {
    const identity = read(join(folder, file));
    if (isAlive(identity)) process.kill(Number(identity.split(' ')[0]), 'SIGKILL');
  }
  // A killed process may still be writing its last file.
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
}

// A run that was killed leaves its folders; the next run removes them.
function removeAbandonedFolders(): void {
  for (const name of list(tmpdir()).filter((entry) => entry.startsWith(prefix))) {
    const folder = join(tmpdir(), name);
    const owner = read(join(folder, 'owner'));
    if (owner && !isAlive(owner) && isMine(folder)) removeFolder(folder);
  }
}

// Anyone may write to the temporary folder: never follow another user's pid files.
function isMine(folder: string): boolean {
  try {
    return statSync(folder).uid === process.getuid?.();
  } catch {
    return false;
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
