import { createInterface } from 'node:readline/promises';
import { nearestWord } from '../model/index.ts';
import { escapeText } from '../report/index.ts';
import { UsageError } from './exit.ts';
import type { Host } from './host.ts';
import { STARTER_TYPES, type StarterType } from './starter.ts';

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
export async function askTypes(
  host: Pick<Host, 'stdin' | 'stderr' | 'signals'>,
  signal: AbortSignal,
): Promise<readonly StarterType[]> {
  const lines = createInterface({ input: host.stdin, output: host.stderr });
  // In raw mode the terminal hands Ctrl-C to readline; it is to mean what it means everywhere.
  lines.on('SIGINT', () => host.signals.emit('SIGINT', 'SIGINT'));
  const closed = new Promise<undefined>((resolve) => lines.once('close', () => resolve(undefined)));
  const [first] = STARTER_TYPES;
  const question = `Which brokers? ${STARTER_TYPES.join(', ')}; several with commas [${first}]: `;
  try {
    for (;;) {
      const answer = await Promise.race([lines.question(question, { signal }), closed]);
      if (answer === undefined) throw new UsageError('no broker was named; nothing was written');
      if (answer.trim() === '') return STARTER_TYPES.slice(0, 1);
      const parsed = parseTypes(answer);
      if ('types' in parsed) return parsed.types;
      host.stderr.write(`${escapeText(answer.trim().slice(0, 60))}: ${parsed.problem}\n`);
    }
  } finally {
    lines.close();
  }
}
