import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

export interface PackageSize {
  /** All files of the package and of the dependencies that users get. */
  readonly bytes: number;
  /** Files in the package that only its developers need. */
  readonly strays: readonly string[];
}

/** Packs the package, which must be built, and installs it as a user would; from npm's cache, as far as it goes. */
export function measurePackage(): PackageSize {
  const folder = mkdtempSync(join(tmpdir(), 'brokerform-package-'));
  try {
    const packed = npm(ROOT, 'pack', '--json', '--ignore-scripts', '--pack-destination', folder);
    const [tarball] = JSON.parse(packed) as { filename: string; files: { path: string }[] }[];
    if (!tarball) throw new Error('npm packed nothing');
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    npm(folder, 'install', '--omit=dev', '--prefer-offline', `./${tarball.filename}`);
    const paths = tarball.files.map(({ path }) => path);
    return { bytes: sizeOf(join(folder, 'node_modules')), strays: paths.filter(isStray) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function npm(cwd: string, ...args: string[]): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

function isStray(path: string): boolean {
  // A folder of the sources may have such a name, too: containers of a broker are in its folder "local".
  const isOfDevelopers = /^(test|bench|local|scripts)\/|\.test\./.test(path);
  return isOfDevelopers || /(?<!\.d)\.ts$/.test(path);
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
