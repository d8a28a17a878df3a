import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What is waited for: a process, or a container. */
export interface Starting {
  readonly name: string;
  running(): boolean | Promise<boolean>;
  /** The last lines of its log, for the error. */
  lastWords(): string | Promise<string>;
}

/** Waits until the check says yes. It may throw while the broker is not there yet. */
export async function untilReady(
  check: () => Promise<boolean>,
  starting: Starting,
  patience = 120_000,
): Promise<void> {
  const end = Date.now() + patience;
  while (!(await check().catch(() => false))) {
    const gone = !(await starting.running());
    if (gone || Date.now() > end) {
      const what = gone ? 'ended while starting' : `was not ready after ${patience} ms`;
      throw new Error(`${starting.name} ${what}\n${await starting.lastWords()}`);
    }
    await sleep(100);
  }
}

/** Whether something accepts connections at the port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
