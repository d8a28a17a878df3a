import { dirname } from 'node:path';
import type { Command } from 'commander';
import { compose } from '../engine.ts';
import type { Invoke } from '../invoke.ts';
import { composeArguments } from '../local-compose.ts';
import { LOCAL_NAME, readRecord, removeRecord, removeTool } from '../tool-folder.ts';

interface Flags {
  readonly volumes?: boolean;
}

export function addDown(program: Command, invoke: Invoke): void {
  program
    .command('down')
    .description('Stop the brokers that up started')
    .option('--volumes', 'also delete their data')
    .action(
      invoke<Flags>(async (context, { volumes }) => {
        const { findConfig } = await import('../../workflow/index.ts');
        const { config } = context.flags;
        const file = config === undefined ? findConfig(context.folder.path) : context.folder.at(config);
        const directory = file === undefined ? context.folder.path : dirname(file);
        const record = await readRecord(directory);
        if (record === undefined) {
          context.note('Nothing to stop: brokerform up has started no brokers here');
          return {};
        }
        const { engine, services } = record;
        // Of somebody's own file, only what `up` started; its other services go on.
        const words = services
          ? ['rm', '--stop', '--force', ...(volumes ? ['--volumes'] : []), ...services]
          : ['down', '--remove-orphans', ...(volumes ? ['--volumes'] : [])];
        context.busy('stopping containers');
        await compose({ command: engine }, [...composeArguments(record), ...words], {
          ...{ directory, env: context.host.env, signal: context.interrupts().drain },
          onLine: (line) => context.busy(line),
        });
        await removeTool(directory, LOCAL_NAME);
        if (volumes) await removeRecord(directory);
        context.note(
          volumes ? 'Stopped; their data is deleted' : 'Stopped; their data is kept until down --volumes',
        );
        return {};
      }),
    );
}
