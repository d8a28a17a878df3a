import { Argument, type Command } from 'commander';
import { completionScript, SHELLS, type Shell } from '../completion.ts';
import type { Invoke } from '../invoke.ts';

export function addCompletion(program: Command, invoke: Invoke): void {
  program
    .command('completion')
    .description('Print a shell completion script')
    .addArgument(new Argument('<shell>', 'the shell').choices(SHELLS))
    .addHelpText('after', '\nAdd to ~/.bashrc: source <(brokerform completion bash)')
    .action(
      invoke(async (context, _flags, [shell]) => {
        context.print(completionScript(program, shell as Shell));
        return {};
      }),
    );
}
