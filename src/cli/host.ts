import type { Readable, Writable } from 'node:stream';

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
