import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { UsageError } from './exit.ts';
import type { Host } from './host.ts';
import { folderInRepository } from './repository.ts';

/** By system: each file of `examples/ci`, and where it belongs in a repository. */
const PIPELINES = {
  github: {
    'github/topology-pull-request.yml': '.github/workflows/topology-pull-request.yml',
    'github/topology-apply.yml': '.github/workflows/topology-apply.yml',
    'github/topology-drift.yml': '.github/workflows/topology-drift.yml',
  },
  gitlab: {
    'gitlab/.gitlab-ci.yml': '.gitlab-ci.yml',
    'gitlab/merge-request-note.mjs': 'ci/merge-request-note.mjs',
  },
  jenkins: { 'jenkins/Jenkinsfile': 'Jenkinsfile' },
} as const;

export type CiSystem = keyof typeof PIPELINES;
export const CI_SYSTEMS = Object.keys(PIPELINES) as CiSystem[];

/** The environment that the pipelines plan and apply with. */
export const CI_ENVIRONMENT = 'production';

/** The pipelines of the package for this system, by their paths in a repository. */
export async function ciFiles(system: CiSystem): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [source, path] of Object.entries(PIPELINES[system])) {
    files.set(path, await readFile(new URL(`../../examples/ci/${source}`, import.meta.url), 'utf8'));
  }
  return files;
}

/** CI systems read their files in the root of a repository, and these run there. @throws UsageError */
export function checkRoot(directory: string, env: Host['env']): void {
  const folder = folderInRepository(directory, env);
  if (folder === '' || existsSync(`${directory}/.git`)) return;
  throw new UsageError(
    `--ci: pipelines belong to the root of the repository, and this is its folder ${folder}`,
    'run init in the root, or without --ci and copy a pipeline of examples/ci',
  );
}
