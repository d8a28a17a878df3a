import { createInterface } from 'node:readline/promises';
import { escapeText } from '../report/index.ts';
import { NotApproved } from './usage.ts';

export interface Question {
  readonly count: number;
  /** The environment, else the project. */
  readonly target: string;
  readonly signal: AbortSignal;
}

/** Asks on the terminal. Only the word `yes` is a yes. @throws NotApproved */
export async function approve({ count, target, signal }: Question): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  // In raw mode the terminal hands Ctrl-C to readline; it is to mean what it means everywhere.
  lines.on('SIGINT', () => process.kill(process.pid, 'SIGINT'));
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const changes = `${count} change${count === 1 ? '' : 's'}`;
    const question = `Apply ${changes} to ${escapeText(target)}? Only "yes" is accepted: `;
    // A closed input (Ctrl-D) leaves the question unanswered for ever.
    const answer = await Promise.race([lines.question(question, { signal }), closed]);
    if (answer.trim() !== 'yes') throw new NotApproved();
  } finally {
    lines.close();
  }
}
