import { activityLine, decideColour, escapeText, type Style } from '../report/index.ts';
import type { Ending } from './exit.ts';
import type { Folder } from './files.ts';
import { type Host, type Interrupts, type Output, watchSignals } from './host.ts';
import type { GlobalFlags } from './options.ts';
import { writeParts } from './pipes.ts';

/** Which project a command works on. */
interface Subject {
  readonly project?: string;
  readonly environment?: string | undefined;
}

/** What a command gets besides its own flags and arguments. */
export interface CommandContext {
  readonly flags: GlobalFlags;
  readonly host: Host;
  /** Where relative paths of the command line start. */
  readonly folder: Folder;
  /** As far as it is known yet, for those who tell of a failure. */
  subject: Subject;
  /** For the standard output, where results go. */
  readonly out: Style;
  /** For the standard error, where everything else goes. */
  readonly err: Style;
  readonly progress: ProgressLine;
  /** Shows on a terminal what is going on. Raw text of one line; it is escaped here. */
  busy(text: string): void;
  /** Prints a result; the text ends in a newline. */
  print(text: string): void;
  /** Prints a large one part after the other, no faster than it is read. */
  printParts(parts: Iterable<string>): Promise<void>;
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
  readonly context: Omit<CommandContext, 'folder'>;
  /** Undefined where the command never asked for interrupts. */
  readonly interrupts: () => Interrupts | undefined;
}

export function openContext(flags: GlobalFlags, host: Host): OpenContext {
  const { env, stdout, stderr } = host;
  const styleOf = (stream: Output): Style => ({
    colour: decideColour({ flag: flags.color, env, isTTY: stream.isTTY === true }),
    // A terminal that does not know its width says 0.
    width: stream.columns || 100,
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
  const context: OpenContext['context'] = {
    flags,
    host,
    subject: { environment: flags.env },
    out: styleOf(stdout),
    err: styleOf(stderr),
    progress,
    busy: (text) => progress.show(activityLine(text, context.err)),
    print: (text) => {
      progress.clear();
      stdout.write(text);
    },
    printParts: (parts) => {
      progress.clear();
      return writeParts(stdout, parts);
    },
    note,
    tell,
    interrupts: () => {
      interrupts ??= watchSignals(host.signals);
      return interrupts;
    },
  };
  return { context, interrupts: () => interrupts };
}

/** One line of a terminal that is rewritten in place. */
export interface ProgressLine {
  /** False if it would not be visible: requests only for progress are then skipped. */
  readonly enabled: boolean;
  show(text: string): void;
  clear(): void;
}

/** Often enough to look alive, seldom enough to cost nothing. */
const INTERVAL = 100;
const ERASE = '\r\u001b[K';

/** @param now milliseconds, as of a clock that only goes forward */
export function progressLine(
  write: (text: string) => void,
  enabled: boolean,
  now: () => number = () => performance.now(),
): ProgressLine {
  let last = Number.NEGATIVE_INFINITY;
  let visible = false;
  return {
    enabled,
    show(text) {
      if (!enabled || now() - last < INTERVAL) return;
      last = now();
      visible = true;
      write(`${ERASE}${text}`);
    },
    clear() {
      if (visible) write(ERASE);
      visible = false;
      last = Number.NEGATIVE_INFINITY;
    },
  };
}
