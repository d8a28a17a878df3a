import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { checkOut, findConfig, findRevision, type Revision } from '../load/index.ts';
import type { Baseline, Diff } from '../model/index.ts';
import type { Checked, ProjectOptions } from './check.ts';
import { type CheckedSide, compareSides } from './diff-sides.ts';
import { check } from './known-brokers.ts';
import { brokenTests } from './tests.ts';

export interface DiffOptions extends TreeOptions {
  /** A revision of the git repository that the directory is in. */
  readonly base: string;
  /** Another one; the working tree where absent. */
  readonly head?: string;
  /** Count what the project owns and no longer declares as deleted, as an apply with `--prune` does. */
  readonly prune: boolean;
}

type TreeOptions = Omit<ProjectOptions, 'paths' | 'baseline'>;

/** The files of one side. */
interface Tree {
  /** The root of the repository. */
  readonly root: string;
  /** The working directory of the command, in this tree. */
  readonly directory: string;
  /** The configuration; absent where there is none. */
  readonly config?: string;
}

/**
 * Compares the topologies of two revisions, without any broker. Mistakes in either are findings, and leave out what
 * they are in.
 * @throws RevisionError
 */
export async function diffRevisions(options: DiffOptions): Promise<Diff> {
  const { directory, base, head, prune } = options;
  const folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
  try {
    const baseRevision = await findRevision(directory, base);
    const headRevision = head === undefined ? undefined : await findRevision(directory, head);
    const headTree = withConfig(
      headRevision
        ? await treeOf(headRevision, join(folder, 'head'))
        : { root: baseRevision.root, directory: resolve(directory) },
      options,
    );
    const after = {
      ...(head !== undefined && { ref: head }),
      ...(headRevision && { commit: headRevision.commit }),
      checked: checkTree(headTree, options),
    };
    // A finding that the head accepts is none of either side, and one that the base accepted is not new.
    const baseline = after.checked.project.baseline ?? false;
    const before = await checkBase(baseRevision, folder, headTree, options, baseline);
    return compareSides(before, after, prune, await brokenTests(before.checked, after.checked));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Another revision of a project, as {@link diffRevisions} reads its base. @throws RevisionError */
export async function checkRevision(options: Omit<DiffOptions, 'head' | 'prune'>): Promise<CheckedSide> {
  const { directory, base } = options;
  const folder = await mkdtemp(join(tmpdir(), 'brokerform-'));
  try {
    const revision = await findRevision(directory, base);
    const head = withConfig({ root: revision.root, directory: resolve(directory) }, options);
    return await checkBase(revision, folder, head, options, false);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function checkBase(
  revision: Revision,
  folder: string,
  head: Tree,
  options: TreeOptions & { readonly base: string },
  baseline: Baseline | false,
): Promise<CheckedSide> {
  const tree = await likeHead(await treeOf(revision, join(folder, 'base')), head, options);
  return { ref: options.base, commit: revision.commit, checked: checkTree(tree, options, baseline) };
}

/** A revision's files. The folder is named as the repository's, as a project without a name takes that. */
async function treeOf(revision: Revision, folder: string): Promise<Tree> {
  const root = join(folder, basename(revision.root));
  await checkOut(revision, root);
  const directory = join(root, revision.prefix);
  await mkdir(directory, { recursive: true });
  return { root, directory };
}

function withConfig(tree: Tree, { directory, configFile }: TreeOptions): Tree {
  const { root } = tree;
  if (configFile === undefined) {
    const config = findConfig(tree.directory);
    return config === undefined ? tree : { ...tree, config };
  }
  const path = resolve(directory, configFile);
  const inside = relative(resolve(directory), path);
  const config = resolve(tree.directory, inside);
  // A configuration from outside of the repository is the same for all revisions.
  return { ...tree, config: relative(root, config).startsWith('..') ? path : config };
}

/**
 * The base with the configuration at the head's place. Where it has none there, the head's own serves, so that
 * topologies that got a configuration only now are the same topologies.
 */
async function likeHead(tree: Tree, head: Tree, options: TreeOptions): Promise<Tree> {
  if (head.config === undefined) return withConfig(tree, options);
  const inside = relative(head.root, head.config);
  if (inside.startsWith('..')) return { ...tree, config: head.config };
  const config = join(tree.root, inside);
  const found = [config, config.replace(/\.ya?ml$/, '.yaml'), config.replace(/\.ya?ml$/, '.yml')].find(
    (path) => existsSync(path),
  );
  if (found === undefined && existsSync(head.config)) {
    await mkdir(dirname(config), { recursive: true });
    await copyFile(head.config, config);
  }
  return { ...tree, config: found ?? config };
}

function checkTree(
  { directory, config }: Tree,
  { environment, env, providers }: TreeOptions,
  baseline?: Baseline | false,
): Checked {
  return check({
    directory,
    ...(config !== undefined && { configFile: config }),
    ...(environment !== undefined && { environment }),
    ...(providers && { providers }),
    ...(baseline !== undefined && { baseline }),
    env,
  });
}
