import { describe, inject, test } from 'vitest';
import { type NatsLine, natsLines } from '../../../local/nats.ts';

/** The shared server's URL of a line; empty where there is none. */
export function sharedUrl(line: NatsLine): string {
  return inject('nats')[line]?.url ?? '';
}

/** Why a line cannot be tested in this run; undefined where it can. */
function missing(line: NatsLine): string | undefined {
  const { [line]: given, skipped } = inject('nats');
  return given ? undefined : `NATS ${line}: ${skipped[line] ?? 'not there'}`;
}

/** The tests of each line that can be had here; of any other one, a skipped test tells why. */
export function describeLines(
  tests: (line: NatsLine) => void,
  {
    title = '',
    concurrent = false,
    lines = natsLines,
  }: { title?: string; concurrent?: boolean; lines?: readonly NatsLine[] } = {},
): void {
  for (const line of lines) {
    const reason = missing(line);
    const name = `NATS ${line}${title === '' ? '' : `: ${title}`}`;
    if (reason === undefined) (concurrent ? describe.concurrent : describe)(name, () => tests(line));
    else describe(name, () => test('needs a server', ({ skip }) => skip(reason)));
  }
}
