import { type Dirent, existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { ACROSS, ONE, wildcardMatcher } from '../model/text-matching.ts';

const CONFIG_NAMES = ['brokerform.yaml', 'brokerform.yml'];
/** Matched by no wildcard: what is in there was written by tools. */
const SKIPPED = new Set(['node_modules', '.git']);

/**
 * The configuration of a folder: in it, or in the nearest parent up to the root of its git repository. Outside of
 * a repository only the folder itself counts, so that a stray file in a home folder configures nothing.
 */
export function findConfig(directory: string): string | undefined {
  const folders = [resolve(directory)];
  for (let folder = resolve(directory); !existsSync(join(folder, '.git')); ) {
    const parent = dirname(folder);
    if (parent === folder) {
      folders.length = 1;
      break;
    }
    folders.push(parent);
    folder = parent;
  }
  return folders
    .flatMap((folder) => CONFIG_NAMES.map((name) => join(folder, name)))
    .find((path) => isFile(path));
}

/**
 * The files that a glob matches, sorted. `*` and `?` match within a name, `**` any folders; a name that begins with
 * a dot is matched only where the pattern has the dot. Links to folders are followed, but never in a circle.
 */
export function findFiles(directory: string, pattern: string): string[] {
  const root = isAbsolute(pattern) ? sep : directory;
  const segments = pattern.split('/').filter((segment) => segment !== '' && segment !== '.');
  const found = new Set<string>();
  walk(resolve(root), segments, found, []);
  return [...found].sort();
}

/** Every YAML file below a folder. */
export function yamlFilesIn(folder: string): string[] {
  return [...findFiles(folder, '**/*.yaml'), ...findFiles(folder, '**/*.yml')].sort();
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** How messages name a file: from the working directory, with slashes. */
export function displayPath(path: string, directory: string): string {
  return relative(directory, path).split(sep).join('/') || '.';
}

function walk(
  folder: string,
  segments: readonly string[],
  found: Set<string>,
  above: readonly string[],
): void {
  const [segment, ...rest] = segments;
  if (segment === undefined) return;
  if (segment === '**') {
    const real = realPath(folder);
    if (real === undefined || above.includes(real)) return;
    walk(folder, rest, found, []);
    for (const entry of entries(folder)) {
      if (entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue;
      const path = join(folder, entry.name);
      if (entry.isDirectory() || (entry.isSymbolicLink() && isFolder(path)))
        walk(path, segments, found, [...above, real]);
    }
    return;
  }
  const names = /[*?]/.test(segment) ? matching(folder, segment) : [segment];
  for (const name of names) {
    const path = join(folder, name);
    if (rest.length > 0) walk(path, rest, found, []);
    else if (isFile(path)) found.add(path);
  }
}

function matching(folder: string, segment: string): string[] {
  const matches = wildcardMatcher(
    Array.from(segment, (char) => (char === '*' ? ACROSS : char === '?' ? ONE : char)),
  );
  return entries(folder)
    .map((entry) => entry.name)
    .filter(
      (name) =>
        matches([...name]) && (segment.startsWith('.') || !name.startsWith('.')) && !SKIPPED.has(name),
    );
}

function entries(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    // Not a folder, or not ours to read: it holds nothing that could be loaded.
    return [];
  }
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}
