import type { Readable, Writable } from 'node:stream';
import type { Signal } from './exit.ts';

/** What a run takes from its process; tests give it another one. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute: where relative paths start, unless `--chdir` says otherwise. */
  readonly directory: string;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Output;
  readonly stderr: Output;
  readonly signals: SignalSource;
}

/** A stream that may be a terminal. */
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** Where signals arrive: the process, or an event emitter. */
export interface SignalSource {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  emit(signal: NodeJS.Signals, name: NodeJS.Signals): unknown;
}

/** Ctrl-C and SIGTERM: the first lets calls in flight finish, the second gives up at once. */
export interface Interrupts {
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  /** The first signal that came. */
  received(): Signal | undefined;
  /** Gives the signals back to Node, which ends the process at the next one. */
  stop(): void;
}

export function watchSignals(source: SignalSource): Interrupts {
  const drain = new AbortController();
  const abort = new AbortController();
  let first: Signal | undefined;
  let count = 0;
  const listen = (signal: Signal) => () => {
    first ??= signal;
    count++;
    if (count === 1) drain.abort();
    else abort.abort();
    // A third one finds no listener, and ends a process that is stuck even while aborting.
    if (count === 2) stop();
  };
  const listeners = (['SIGINT', 'SIGTERM'] as const).map((signal) => [signal, listen(signal)] as const);
  const stop = () => {
    for (const [signal, listener] of listeners) source.off(signal, listener);
  };
  for (const [signal, listener] of listeners) source.on(signal, listener);
  return { drain: drain.signal, abort: abort.signal, received: () => first, stop };
}
