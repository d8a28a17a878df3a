import type { Signal } from './exit.ts';
import type { SignalSource } from './host.ts';

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
