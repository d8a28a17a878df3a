import type { Command } from 'commander';
import { schemaFiles, snapshotFiles, topologyFiles } from '../import-files.ts';
import { importSnapshot } from '../import-source.ts';
import { invoke } from '../invoke.ts';
import { writeNewFiles } from '../new-files.ts';
import { choiceOption } from '../options.ts';
import { waitOption } from '../plan-flags.ts';

interface Flags {
  readonly from?: string;
  readonly broker?: string;
  readonly out?: string;
  readonly format: 'yaml' | 'snapshot';
  readonly wait: number;
}

export function addImport(program: Command): void {
  program
    .command('import')
    .description('Write what a broker holds as YAML; planning that is empty.')
    .option('--from <file>', 'a definitions file or a snapshot, in the place of the live broker')
    .option('--broker <name>', 'which broker of the configuration, where there are several')
    .option('--out <dir>', 'write files into this directory; without it, print')
    .addOption(
      choiceOption('--format <format>', 'topology files, or a snapshot for plan --against', [
        'yaml',
        'snapshot',
      ]),
    )
    .addOption(waitOption())
    .action(
      invoke<Flags>(async (context, flags) => {
        const source = await importSnapshot(context, flags);
        const isYaml = flags.format === 'yaml';
        const files = await (isYaml ? topologyFiles : snapshotFiles)(source, flags.out);
        if (flags.out === undefined) {
          context.print([...files.values()].join('---\n'));
          return {};
        }
        await writeNewFiles(isYaml ? new Map([...files, ...(await schemaFiles())]) : files);
        context.print([...files.keys()].map((file) => `wrote ${file}\n`).join(''));
        return {};
      }),
    );
}
