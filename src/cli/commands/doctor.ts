import type { Command } from 'commander';
import { renderChecks } from '../../render/index.ts';
import { invoke } from '../invoke.ts';
import { waitOption } from '../plan-flags.ts';
import { connecting, loadProject } from '../project.ts';

interface Flags {
  readonly wait: number;
}

export function addDoctor(program: Command): void {
  program
    .command('doctor')
    .description('Examine the brokers: reachable, version, rights, clock.')
    .addOption(waitOption())
    .action(
      invoke<Flags>(async (context, flags) => {
        const { doctor } = await import('../../pipeline/index.ts');
        const checked = await loadProject(context);
        context.progress.show('examining the brokers');
        const examined = await doctor(checked, connecting(context, flags.wait));
        context.print(renderChecks(examined, context.out));
        return { failed: examined.some(({ checks }) => checks.some(({ ok }) => !ok)) };
      }),
    );
}
