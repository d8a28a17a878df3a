import type { Command } from 'commander';
import { InvalidProject } from '../../model/index.ts';
import { renderChecks } from '../../render/index.ts';
import { invoke } from '../invoke.ts';
import { waitOption } from '../plan-flags.ts';
import { checkProject, connecting, unlessInterrupted } from '../project.ts';

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
        const checked = await checkProject(context);
        const errors = checked.diagnostics.filter(({ severity }) => severity === 'error');
        // What is wrong in topologies is no reason to leave the brokers unexamined.
        if (errors.length > 0 && checked.configured.size === 0) throw new InvalidProject(checked.diagnostics);
        if (errors.length > 0) context.note('The files have errors; to see them: brokerform validate');
        context.busy('examining the brokers');
        const examined = await unlessInterrupted(context, doctor(checked, connecting(context, flags.wait)));
        context.print(renderChecks(examined, context.out));
        return { failed: examined.some(({ checks }) => checks.some(({ ok }) => !ok)) };
      }),
    );
}
