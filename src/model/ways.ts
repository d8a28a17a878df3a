import type { Blocker } from './plan.ts';

/** How a blocked step may proceed. Raw text, quoted for a shell. */
export interface Ways {
  /** What to do first, so that nothing has to be permitted. */
  readonly hints: readonly string[];
  /** The flags of each way, the safest first, and what becomes of the messages; none if nothing overrides the block. */
  readonly flags: readonly string[];
}

/** @param blockers of one step */
export function waysOn(blockers: readonly Blocker[]): Ways {
  const hints = unique(blockers.flatMap(({ risk }) => (risk.hint === undefined ? [] : [risk.hint])));
  if (blockers.some(({ allow }) => allow === undefined)) return { hints, flags: [] };
  const allow = flagsOf('--allow', keysOf(blockers));
  const moved = unique(blockers.filter(({ risk }) => risk.movable).map(({ address }) => address));
  if (moved.length === 0) return { hints, flags: [allow.join(' ')] };
  // What a move does not lose still has to be permitted.
  const others = flagsOf('--allow', keysOf(blockers.filter(({ risk }) => !risk.movable)));
  return {
    hints,
    flags: [
      `${[...flagsOf('--move', moved), ...others].join(' ')}  keeps the messages`,
      `${allow.join(' ')}  loses the messages`,
    ],
  };
}

function keysOf(blockers: readonly Blocker[]): string[] {
  return unique(blockers.flatMap(({ allow }) => (allow === undefined ? [] : [allow])));
}

function flagsOf(flag: string, values: readonly string[]): string[] {
  return values.map((value) => `${flag} ${quoteForShell(value)}`);
}

/** One argument for a POSIX shell. Raw text: invisible characters are still to be escaped. */
export function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}
