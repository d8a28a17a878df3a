import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';

export interface EndedProcess {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Both, in the order in which they came. */
  readonly output: string;
}

/**
 * Waits for a process, and collects what it prints.
 * @param onText called for each part, with all that came on the same output so far
 */
export function endOf(
  child: ChildProcessByStdio<Writable | null, Readable, Readable>,
  onText: (seen: string) => void = () => {},
): Promise<EndedProcess> {
  const texts = { stdout: '', stderr: '' };
  let output = '';
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text;
      output += text;
      onText(texts[name]);
    });
  }
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...texts, output }));
  });
}
