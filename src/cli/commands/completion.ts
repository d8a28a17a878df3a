import { Argument, type Command } from 'commander';
import { completionScript, NAMES, type NameKind, SHELLS, type Shell } from '../completion.ts';
import type { Folder } from '../files.ts';
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

/** Asked by completion scripts only. */
export function addComplete(program: Command, invoke: Invoke): void {
  program
    .command('__complete', { hidden: true })
    .addArgument(new Argument('<what>').choices(NAMES))
    .argument('[words...]', 'the words on the command line so far')
    .action(
      invoke(async (context, _flags, [what, ...words]) => {
        const names = await namesOf(context.folder, what as NameKind, words);
        // A shell expands what it is given to choose from: what is no plain word could be a command.
        context.print(
          names
            .filter((name) => /^[\w./-]+$/.test(name))
            .map((name) => `${name}\n`)
            .join(''),
        );
        return {};
      }),
    );
}

async function namesOf(folder: Folder, what: NameKind, words: readonly string[]): Promise<readonly string[]> {
  const { configNames, explainedPages } = await import('../../workflow/index.ts');
  if (what === 'rules') return explainedPages().flatMap(({ code }) => (code.includes('*') ? [] : [code]));
  const directory = optionIn(words, '-C', '--chdir');
  return configNames(folder.at(directory ?? '.'), optionIn(words, '--config'))[what];
}

/** The value of an option in words that are not complete, and may not be right, yet. */
function optionIn(words: readonly string[], ...names: readonly string[]): string | undefined {
  const position = words.findIndex((word) => names.includes(word));
  if (position >= 0) return words[position + 1];
  const joined = words.find((word) => names.some((name) => word.startsWith(`${name}=`)));
  return joined?.slice(joined.indexOf('=') + 1);
}
