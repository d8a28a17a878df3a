import { CommanderError } from 'commander';
import { EXIT } from './exit.ts';
import type { Host } from './host.ts';
import { invokeOn } from './invoke.ts';
import { createProgram } from './program.ts';

/** Runs one command line to its end. @returns the exit code */
export async function run(args: readonly string[], host: Host): Promise<number> {
  let code: number = EXIT.ok;
  const invoke = invokeOn(host, (ended) => {
    code = ended;
  });
  try {
    await createProgram(host, invoke, args[0]).parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version arrive this way too; everything else that commander throws is wrong usage.
    return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
  return code;
}
