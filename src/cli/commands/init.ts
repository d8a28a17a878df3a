import { basename, join } from 'node:path';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { writeNewFiles } from '../files.ts';
import { type Files, topologyFiles } from '../import-files.ts';
import { importWith } from '../import-source.ts';
import { invoke } from '../invoke.ts';
import { waitOption } from '../plan-flags.ts';
import { readSchema } from '../schema-files.ts';
import { configText, EXAMPLE_TOPOLOGY, liveTypes, SCHEMA_FILES, withModeline } from '../starter.ts';

interface Flags {
  readonly fromLive?: boolean;
  readonly wait: number;
}

export function addInit(program: Command): void {
  program
    .command('init')
    .description('Write a configuration and a first topology.')
    .option(
      '--from-live',
      'take the topology from the brokers that $RABBITMQ_URL, $KAFKA_BOOTSTRAP and $NATS_URL name',
    )
    .addOption(waitOption())
    .action(
      invoke<Flags>(async (context, flags) => {
        const config = withModeline(
          SCHEMA_FILES.config,
          configText(basename(process.cwd()), flags.fromLive ? liveTypes(process.env) : ['rabbitmq']),
        );
        const files: Files = new Map([
          ['brokerform.yaml', config],
          ...(await firstTopology(context, flags, config)),
          [SCHEMA_FILES.config, await readSchema('config')],
          [SCHEMA_FILES.topology, await readSchema('topology')],
        ]);
        await writeNewFiles(files);
        context.print([...files.keys()].map((file) => `wrote ${file}\n`).join(''));
        context.note('Next: brokerform validate, then brokerform plan.');
        return {};
      }),
    );
}

async function firstTopology(context: CommandContext, flags: Flags, config: string): Promise<Files> {
  if (flags.fromLive) {
    return topologyFiles({ sources: await importWith(context, config, flags.wait) }, 'topologies');
  }
  const schema = join('..', SCHEMA_FILES.topology);
  return new Map([['topologies/example.yaml', withModeline(schema, EXAMPLE_TOPOLOGY)]]);
}
