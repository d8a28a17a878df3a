import { createInterface } from 'node:readline/promises';
import { nearestWord } from '../model/index.ts';
import { escapeText } from '../report/index.ts';
import { NotApproved, UsageError } from './exit.ts';
import type { Host } from './host.ts';
import { STARTER_TYPES, type StarterType } from './starter.ts';

type Terminal = Pick<Host, 'stdin' | 'stderr' | 'signals'>;

/** Asks a question; undefined once the input is closed (Ctrl-D), which would leave it unanswered for ever. */
type Ask = (question: string) => Promise<string | undefined>;

async function withTerminal<T>(
  host: Terminal,
  signal: AbortSignal,
  work: (ask: Ask) => Promise<T>,
): Promise<T> {
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  // In raw mode the terminal hands Ctrl-C to readline; it is to mean what it means everywhere.
  lines.on('SIGINT', () => host.signals.emit('SIGINT', 'SIGINT'));
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  try {
    return await work((question) => Promise.race([lines.question(question, { signal }), closed]));
  } finally {
    lines.close();
  }
}

export interface Question {
  readonly count: number;
  /** The environment, else the project. */
  readonly target: string;
  readonly signal: AbortSignal;
}

/** Asks on the terminal. Only the word `yes` is a yes. @throws NotApproved */
export function approve(host: Terminal, { count, target, signal }: Question): Promise<void> {
  return withTerminal(host, signal, async (ask) => {
    const changes = `${count} change${count === 1 ? '' : 's'}`;
    const answer = await ask(`Apply ${changes} to ${escapeText(target)}? Only "yes" is accepted: `);
    if (answer?.trim() !== 'yes') throw new NotApproved();
  });
}

/** `rabbitmq,kafka`: in the order of the types, each once; or what is wrong with it. */
export function parseTypes(
  text: string,
): { readonly types: readonly StarterType[] } | { readonly problem: string } {
  const words = text
    .split(/[\s,]+/)
    .map((word) => word.toLowerCase())
    .filter((word) => word !== '');
  const isType = (word: string): word is StarterType => STARTER_TYPES.some((type) => type === word);
  const wrong = words.find((word) => !isType(word));
  if (wrong === undefined && words.length > 0)
    return { types: STARTER_TYPES.filter((type) => words.includes(type)) };
  const near = wrong === undefined ? undefined : nearestWord(wrong, STARTER_TYPES);
  return {
    problem:
      near === undefined ? `Allowed choices are ${STARTER_TYPES.join(', ')}.` : `Did you mean ${near}?`,
  };
}

/** Asks on the terminal which brokers a project is for, until the answer names some. @throws UsageError, AbortError */
export function askTypes(host: Terminal, signal: AbortSignal): Promise<readonly StarterType[]> {
  const [first] = STARTER_TYPES;
  const question = `Which brokers? ${STARTER_TYPES.join(', ')}; several with commas [${first}]: `;
  return withTerminal(host, signal, async (ask) => {
    for (;;) {
      const answer = await ask(question);
      if (answer === undefined) throw new UsageError('no broker was named; nothing was written');
      if (answer.trim() === '') return STARTER_TYPES.slice(0, 1);
      const parsed = parseTypes(answer);
      if ('types' in parsed) return parsed.types;
      host.stderr.write(`${escapeText(answer.trim().slice(0, 60))}: ${parsed.problem}\n`);
    }
  });
}
