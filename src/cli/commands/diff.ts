import type { Command } from 'commander';
import { type Diff, RevisionError } from '../../model/index.ts';
import { hasDifferences, renderDiff, renderEnvironments } from '../../report/index.ts';
import type { CommandContext } from '../context.ts';
import { type Ending, EXIT, UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, type Rendering, withOutputs } from '../outputs.ts';
import { checkProject, hasInvalidInput, readableProject } from '../project.ts';

interface Flags extends OutputFlags {
  readonly base?: string;
  readonly head?: string;
  readonly toEnv?: string;
  readonly prune?: boolean;
  readonly detailedExitcode?: boolean;
}

export function addDiff(program: Command, invoke: Invoke): void {
  addOutputOptions(
    program
      .command('diff')
      .description('Compare the topology of two git revisions, or of two environments, without a broker')
      .option('--base <ref>', 'git revision to compare with, such as origin/main')
      .option('--head <ref>', 'git revision to compare (default: the working tree)')
      .option(
        '--to-env <environment>',
        'compare --env with this environment; with --base, also what is promoted to it',
      )
      .option('--prune', 'count owned resources that are no longer declared as deleted')
      .option('--detailed-exitcode', 'exit 2 if there are differences'),
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs(context, flags, 'diff', async (publish) => {
        if (flags.toEnv !== undefined) return await environments(context, flags, flags.toEnv, publish);
        const { changesGraph } = await import('../../workflow/index.ts');
        const diff = await revisions(context, flags, context.flags.env);
        await publish((format, style) =>
          renderDiff(diff, format, style, format === 'markdown' ? changesGraph(diff) : undefined),
        );
        return await ending(diff, flags.detailedExitcode === true && hasDifferences(diff));
      }),
    ),
  );
}

/** @param env the environment in which both revisions are read */
async function revisions(context: CommandContext, flags: Flags, env: string | undefined): Promise<Diff> {
  if (flags.base === undefined) throw new UsageError('diff needs --base <ref>, or --env and --to-env');
  const { diffRevisions } = await import('../../workflow/index.ts');
  const { config } = context.flags;
  context.busy('reading both revisions');
  return await diffRevisions({
    directory: context.folder.path,
    base: flags.base,
    ...(flags.head !== undefined && { head: flags.head }),
    ...(config !== undefined && { configFile: config }),
    ...(env !== undefined && { environment: env }),
    prune: flags.prune === true,
    env: context.host.env,
  }).catch(async (error: unknown) => {
    // A comment that tells of the failure takes the place of that project's comment.
    if (error instanceof RevisionError) await checkProject(context);
    throw error;
  });
}

/** Only what the head brings counts: mistakes that were there before are no reason to refuse it. */
async function ending({ findings, blockers }: Diff, differs: boolean): Promise<Ending> {
  const { new: news } = findings;
  if (await hasInvalidInput(news)) return { refused: EXIT.input };
  return {
    policy: blockers.length > 0 || news.some(({ severity }) => severity === 'error'),
    differs,
  };
}

async function environments(
  context: CommandContext,
  flags: Flags,
  toEnv: string,
  publish: (render: Rendering) => Promise<void>,
): Promise<Ending> {
  if (context.flags.env === undefined)
    throw new UsageError('--to-env needs --env: the environment to compare with');
  if (flags.head !== undefined) throw new UsageError('--head and --to-env exclude each other');
  const { compareEnvironments } = await import('../../workflow/index.ts');
  const from = await readableProject(context);
  const to = await readableProject(context, { environment: toEnv });
  const promoted = flags.base === undefined ? undefined : await revisions(context, flags, toEnv);
  const diff = compareEnvironments(from, to, promoted);
  await publish((format, style) => renderEnvironments(diff, format, style));
  const isDifferent = diff.differences.length > 0 || (promoted !== undefined && hasDifferences(promoted));
  const differs = flags.detailedExitcode === true && isDifferent;
  return promoted ? await ending(promoted, differs) : { differs };
}
