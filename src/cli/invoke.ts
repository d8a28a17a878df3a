import type { Command } from 'commander';
import { failureText } from '../report/index.ts';
import { type Handler, openContext } from './context.ts';
import { exitCode } from './exit.ts';
import { explainFailure } from './failure.ts';
import type { GlobalFlags } from './options.ts';
import { UsageError } from './usage.ts';

/**
 * Makes a commander action of a handler: changes the directory, runs it, tells what went wrong and sets the exit
 * code. The process then ends as soon as all output has arrived.
 */
export function invoke<Flags extends object>(
  handler: Handler<Flags>,
): (this: Command, ...parsed: readonly unknown[]) => Promise<void> {
  return async function (this: Command) {
    const flags = this.optsWithGlobals<GlobalFlags & Flags>();
    const { context, interrupts } = openContext(flags);
    try {
      changeDirectory(flags.chdir);
      const ending = await handler(context, flags, this.args);
      process.exitCode = exitCode({ ...ending, signal: interrupts()?.received() ?? ending.signal });
    } catch (error) {
      context.progress.clear();
      const { failure, ending } = explainFailure(error, interrupts()?.received());
      process.exitCode = exitCode(ending);
      context.tell(failureText(failure, context.err));
      if (failure.kind === 'bug' && (flags.verbose || process.env.BROKERFORM_DEBUG)) {
        process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
      }
    }
    interrupts()?.stop();
    await endNow();
  };
}

function changeDirectory(directory: string | undefined): void {
  if (directory === undefined) return;
  try {
    process.chdir(directory);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`cannot change to directory ${directory}: ${code ?? String(error)}`);
  }
}

/** No process outlives its result: what a client library still waits for on a connection must not hold it. */
async function endNow(): Promise<void> {
  await Promise.all([process.stdout, process.stderr].map(flushed));
  process.exit();
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed) resolve();
    else stream.write('', () => resolve());
  });
}
