import { decideColour, escapeText, type Style } from '../render/index.ts';
import type { Ending } from './exit.ts';
import type { GlobalFlags } from './options.ts';
import { type ProgressLine, progressLine } from './progress.ts';
import { type Interrupts, watchSignals } from './signals.ts';

/** What a command gets besides its own flags and arguments. */
export interface CommandContext {
  readonly flags: GlobalFlags;
  /** For the standard output, where results go. */
  readonly out: Style;
  /** For the standard error, where everything else goes. */
  readonly err: Style;
  readonly progress: ProgressLine;
  /** Prints a result; the text ends in a newline. */
  print(text: string): void;
  /** Tells something by the way, unless it is to be quiet. Raw text of one line; it is escaped here. */
  note(text: string): void;
  /** Tells something that must be seen. Rendered text that ends in a newline. */
  tell(text: string): void;
  /** From now on signals do not end the process; the command is to look at them. */
  interrupts(): Interrupts;
}

/** A command: says how it ended, and throws where it could not do its work. */
export type Handler<Flags> = (
  context: CommandContext,
  flags: Flags,
  args: readonly string[],
) => Promise<Ending>;

export interface OpenContext {
  readonly context: CommandContext;
  /** Undefined where the command never asked for interrupts. */
  readonly interrupts: () => Interrupts | undefined;
}

export function openContext(flags: GlobalFlags): OpenContext {
  const { env, stdout, stderr } = process;
  const styleOf = (stream: NodeJS.WriteStream): Style => ({
    colour: decideColour({ flag: flags.color, env, isTTY: stream.isTTY === true }),
    width: stream.columns ?? 100,
    verbose: flags.verbose === true,
  });
  const isLive = stderr.isTTY === true && env.TERM !== 'dumb' && flags.quiet !== true;
  const progress = progressLine((text) => stderr.write(text), isLive);
  const tell = (text: string) => {
    progress.clear();
    stderr.write(text);
  };
  const note = (text: string) => {
    if (flags.quiet !== true) tell(`${escapeText(text)}\n`);
  };
  let interrupts: Interrupts | undefined;
  const context: CommandContext = {
    flags,
    out: styleOf(stdout),
    err: styleOf(stderr),
    progress,
    print: (text) => {
      progress.clear();
      stdout.write(text);
    },
    note,
    tell,
    interrupts: () => {
      interrupts ??= watchSignals((signal, count) => {
        tell(
          count === 1
            ? `${signal}: letting calls in flight finish; once more to give up at once.\n`
            : `${signal} again: giving up.\n`,
        );
      });
      return interrupts;
    },
  };
  return { context, interrupts: () => interrupts };
}
