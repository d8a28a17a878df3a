import type { Command } from 'commander';
import { renderTests } from '../../report/index.ts';
import { UsageError } from '../exit.ts';
import type { Invoke } from '../invoke.ts';
import { listOption } from '../options.ts';
import { addOutputOptions, type OutputFlags, withOutputs } from '../outputs.ts';
import { waitOption } from '../plan-flags.ts';
import { connecting, readableProject } from '../project.ts';

interface Flags extends OutputFlags {
  readonly name: readonly string[];
  readonly live?: boolean;
  readonly wait: number;
}

export function addTest(program: Command, invoke: Invoke): void {
  addOutputOptions(
    program
      .command('test')
      .description('Run the tests of the topology files, offline or on the brokers')
      .addOption(listOption('--name <glob>', 'only tests with matching names; repeatable'))
      .option('--live', 'publish the messages on the brokers, in a copy that is removed again')
      .addOption(waitOption()),
  ).action(
    invoke<Flags>((context, flags) =>
      withOutputs(context, flags, 'test', async (publish) => {
        const checked = await readableProject(context);
        const { runTests } = await import('../../workflow/index.ts');
        const live = flags.live && { live: connecting(context, flags.wait) };
        if (live) context.busy('running tests on the brokers');
        // An interrupt is waited for: the copies must be removed.
        const report = await runTests(checked, { names: flags.name, ...live });
        context.progress.clear();
        // A run that tests nothing must not look as if all were well.
        if (report.results.length === 0) throw nothingToRun(checked.project.tests.length);
        await publish((format, style) => renderTests(report, format, style));
        return { policy: report.results.some(({ status }) => status === 'failed') };
      }),
    ),
  );
}

function nothingToRun(declared: number): UsageError {
  return declared === 0
    ? new UsageError('the topology files have no tests', 'add them under tests: in a topology file')
    : new UsageError('no test has a name that matches --name', '* stands for any characters');
}
