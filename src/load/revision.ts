import { execFile, spawn } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { RevisionError } from '../model/index.ts';

const run = promisify(execFile);

/** A commit of the repository that a folder is in. */
export interface Revision {
  readonly commit: string;
  /** The root of the repository. */
  readonly root: string;
  /** The folder, from there; empty for the root itself. */
  readonly prefix: string;
}

/** Finds the commit that a name stands for. @throws RevisionError */
export async function findRevision(directory: string, ref: string): Promise<Revision> {
  if (ref === '' || ref.startsWith('-')) {
    throw new RevisionError(`${JSON.stringify(ref)} is no revision`, 'name a branch, a tag or a commit');
  }
  const top = await git(directory, ['rev-parse', '--show-toplevel', '--show-prefix']);
  const [root = '', prefix = ''] = top.split('\n');
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`];
  const commit = await git(directory, args).catch(async (error: RevisionError) => {
    throw error.message === '' ? await unknownRevision(directory, ref) : error;
  });
  return { commit: commit.trim(), root, prefix };
}

async function unknownRevision(directory: string, ref: string): Promise<RevisionError> {
  const isShallow = (await git(directory, ['rev-parse', '--is-shallow-repository'])).trim() === 'true';
  const fetch = `git fetch ${isShallow ? '--unshallow ' : ''}origin`;
  return new RevisionError(
    `the repository has no revision ${JSON.stringify(ref)}${isShallow ? ': it is a shallow clone' : ''}`,
    isShallow
      ? `fetch it first: ${fetch}, or fetch-depth: 0 where actions/checkout made the clone`
      : `is it a branch of the remote, as in origin/${ref}? Else fetch it first: ${fetch}`,
  );
}

/** Beside YAML, what a topology may be written in. */
const READABLE = /\.(?:ya?ml|json)$/i;
const SYMLINK = '120000';

/**
 * Writes the YAML files of a commit into a folder, which then looks like a repository to the loader. Links are made
 * only where they stay inside.
 */
export async function checkOut({ commit, root }: Revision, folder: string): Promise<void> {
  await mkdir(join(folder, '.git'), { recursive: true });
  const listing = await git(root, ['ls-tree', '-r', '-z', '--full-tree', commit]);
  const entries = listing.split('\0').flatMap((line) => {
    const parts = /^(\d+) blob ([0-9a-f]+)\t(.+)$/s.exec(line);
    if (!parts) return [];
    const [, mode = '', id = '', path = ''] = parts;
    return isInside(path) && (READABLE.test(path) || mode === SYMLINK) ? [{ mode, id, path }] : [];
  });
  const blobs = await readBlobs(
    root,
    entries.map(({ id }) => id),
  );
  const folders = new Set(entries.map(({ path }) => dirname(path)));
  for (const one of folders) await mkdir(join(folder, one), { recursive: true });
  const links = new Map<string, string>();
  for (const [i, { mode, path }] of entries.entries()) {
    const blob = blobs[i] ?? Buffer.alloc(0);
    if (mode === SYMLINK) links.set(path, blob.toString());
    else await writeFile(join(folder, path), blob);
  }
  // At the end, so that nothing is ever written through one.
  for (const [path, target] of links) {
    if (!target.startsWith('/') && isInside(join(dirname(path), target)))
      await symlink(target, join(folder, path));
  }
}

/** A relative path that does not lead out, and not into git's own folder. */
function isInside(path: string): boolean {
  const segments = normalize(path).split(sep);
  return segments[0] !== '..' && !segments.includes('.git');
}

/** The contents of objects, in their order. */
async function readBlobs(root: string, ids: readonly string[]): Promise<Buffer[]> {
  const child = spawn('git', ['cat-file', '--batch'], { cwd: root, stdio: ['pipe', 'pipe', 'pipe'] });
  // A process that ends early breaks the pipe; how it ended says why.
  child.stdin.on('error', () => {});
  child.stdin.end(ids.map((id) => `${id}\n`).join(''));
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk);
  const [code, problem] = await Promise.all([ended, text(child.stderr)]);
  if (code !== 0) throw new RevisionError(`git cat-file failed: ${problem.trim()}`);
  return splitBatch(Buffer.concat(chunks));
}

/** `<id> blob <size>`, a line break, the content, a line break; over and over. */
function splitBatch(output: Buffer): Buffer[] {
  const blobs: Buffer[] = [];
  for (let at = 0; at < output.length; ) {
    const end = output.indexOf('\n', at);
    const header = output.toString('latin1', at, end);
    const size = / blob (\d+)$/.exec(header)?.[1];
    if (size === undefined) throw new RevisionError(`git cannot read an object: ${header}`);
    const start = end + 1;
    blobs.push(output.subarray(start, start + Number(size)));
    at = start + Number(size) + 1;
  }
  return blobs;
}

/** The output of git. @throws RevisionError with git's own words, which are empty where it was told to be quiet */
async function git(directory: string, args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('git', args, { cwd: directory, maxBuffer: 2 ** 30 });
    return stdout;
  } catch (error) {
    const { code, stderr = '' } = error as { code?: string | number; stderr?: string };
    if (code === 'ENOENT')
      throw new RevisionError('git is not installed', 'diff reads revisions through git');
    const words = stderr.trim().replace(/^fatal: /, '');
    if (/not a git repository/.test(words)) {
      throw new RevisionError(`${directory} is in no git repository`, 'diff compares revisions of one');
    }
    if (words.startsWith('detected dubious ownership')) {
      const [line = ''] = words.split('\n');
      throw new RevisionError(line, `git config --global --add safe.directory ${directory}`);
    }
    throw new RevisionError(words);
  }
}
