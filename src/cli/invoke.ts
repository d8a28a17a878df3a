import { accessSync, constants, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import type { Command } from 'commander';
import { failureText } from '../report/index.ts';
import { type Handler, openContext } from './context.ts';
import { exitCode, UsageError } from './exit.ts';
import { explainFailure } from './failure.ts';
import { Folder } from './files.ts';
import type { Host } from './host.ts';
import type { GlobalFlags } from './options.ts';

/** Makes a commander action of a handler. */
export type Invoke = <Flags extends object>(
  handler: Handler<Flags>,
) => (this: Command, ...parsed: readonly unknown[]) => Promise<void>;

/** Actions that run a handler on this host, report what went wrong, and pass on the exit code. */
export function invokeOn(host: Host, end: (code: number) => void): Invoke {
  return <Flags extends object>(handler: Handler<Flags>) =>
    async function (this: Command) {
      const flags = this.optsWithGlobals<GlobalFlags & Flags>();
      const { context, interrupts } = openContext(flags, host);
      try {
        const folder = new Folder(directoryOf(host, flags));
        const ending = await handler({ ...context, folder }, flags, this.args);
        end(exitCode({ ...ending, signal: interrupts()?.received() ?? ending.signal }));
      } catch (error) {
        context.progress.clear();
        const { failure, ending } = explainFailure(error, interrupts()?.received());
        end(exitCode(ending));
        context.tell(failureText(failure, context.err));
        if (failure.kind === 'bug' && (flags.verbose || host.env.BROKERFORM_DEBUG)) {
          host.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
        }
      }
      interrupts()?.stop();
    };
}

/** A real path, as that of a working directory. @throws UsageError where `--chdir` names no directory */
function directoryOf({ directory }: Host, { chdir }: GlobalFlags): string {
  if (chdir === undefined) return directory;
  const path = resolve(directory, chdir);
  try {
    accessSync(chdir === '' ? '' : `${path}${sep}.`, constants.X_OK);
    return realpathSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot change to directory ${chdir}: ${code ?? String(error)}`);
  }
}
