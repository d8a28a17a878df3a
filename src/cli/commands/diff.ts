import type { Command } from 'commander';
import { RevisionError } from '../../model/index.ts';
import { hasDifferences, renderDiff } from '../../report/index.ts';
import { EXIT } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { checkProject, hasInvalidInput } from '../project.ts';

interface Flags extends OutputFlags {
  readonly base: string;
  readonly head?: string;
  readonly prune?: boolean;
  readonly detailedExitcode?: boolean;
}

export function addDiff(program: Command, invoke: Invoke): void {
  addOutputOptions(
    program
      .command('diff')
      .description('Compare the topology of two git revisions, without a broker')
      .requiredOption('--base <ref>', 'git revision to compare with, such as origin/main')
      .option('--head <ref>', 'git revision to compare (default: the working tree)')
      .option('--prune', 'count owned resources that are no longer declared as deleted')
      .option('--detailed-exitcode', 'exit 2 if there are differences'),
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs(context, flags, 'diff', async (publish) => {
        const { changesGraph, diffRevisions } = await import('../../workflow/index.ts');
        const { config, env } = context.flags;
        context.busy('reading both revisions');
        const diff = await diffRevisions({
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
        await publish((format, style) =>
          renderDiff(diff, format, style, format === 'markdown' ? changesGraph(diff) : undefined),
        );
        // Only what the head brings counts: mistakes that were there before are no reason to refuse it.
        const { new: news } = diff.findings;
        if (await hasInvalidInput(news)) return { refused: EXIT.input };
        return {
          policy: diff.blockers.length > 0 || news.some(({ severity }) => severity === 'error'),
          differs: flags.detailedExitcode === true && hasDifferences(diff),
        };
      }),
    ),
  );
}
