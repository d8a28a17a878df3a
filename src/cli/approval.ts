import { createInterface } from 'node:readline/promises';
import { escapeText } from '../report/index.ts';
import { NotApproved } from './exit.ts';
import type { Host } from './host.ts';

export interface Question {
  readonly count: number;
  /** The environment, else the project. */
  readonly target: string;
  readonly signal: AbortSignal;
}

/** Asks on the terminal. Only the word `yes` is a yes. @throws NotApproved */
export async function approve(
  host: Pick<Host, 'stdin' | 'stderr' | 'signals'>,
  question: Question,
): Promise<void> {
  const { count, target, signal } = question;
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  // In raw mode the terminal hands Ctrl-C to readline; it is to mean what it means everywhere.
  lines.on('SIGINT', () => host.signals.emit('SIGINT', 'SIGINT'));
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const changes = `${count} change${count === 1 ? '' : 's'}`;
    const text = `Apply ${changes} to ${escapeText(target)}? Only "yes" is accepted: `;
    // A closed input (Ctrl-D) leaves the question unanswered for ever.
    const answer = await Promise.race([lines.question(text, { signal }), closed]);
    if (answer.trim() !== 'yes') throw new NotApproved();
  } finally {
    lines.close();
  }
}
