import type { Command } from 'commander';
import { unifiedDiff } from '../../report/index.ts';
import type { Invoke } from '../invoke.ts';
import { projectOptions, readableProject } from '../project.ts';

interface Flags {
  readonly check?: boolean;
  readonly diff?: boolean;
}

export function addFmt(program: Command, invoke: Invoke): void {
  program
    .command('fmt')
    .description(
      'Format topology files and the configuration: indentation, order of keys, durations and sizes',
    )
    .argument('[paths...]', 'topology files or folders (default: those of the configuration)')
    .option('--check', 'write nothing; exit 2 if a file is not formatted')
    .option('--diff', 'also show what changes')
    .action(
      invoke<Flags>(async (context, { check, diff }, paths) => {
        const { formatProject } = await import('../../workflow/index.ts');
        const checked = await readableProject(context, { paths });
        const files = formatProject(checked, projectOptions(context, { paths }));
        for (const { name, before, after } of files) {
          if (check !== true) await context.folder.write(name, after);
          const patch = diff ? unifiedDiff({ name, text: before }, { name, text: after }, context.out) : '';
          context.print(`${name}\n${patch}`);
        }
        if (files.length === 0) context.note('All files are formatted.');
        return { differs: check === true && files.length > 0 };
      }),
    );
}
