/** A place in a file that the user wrote. Lines and columns count from 1. */
export interface Source {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  /** The name of the pattern that stands there, of what it expands to. */
  readonly pattern?: string;
}

export function formatSource(at: Source): string {
  return `${at.file}:${at.line}:${at.col}`;
}

/** `from pattern email`, of what a pattern expands to. Raw text. */
export function provenanceOf(at: Source | undefined): string | undefined {
  return at?.pattern === undefined ? undefined : `from pattern ${at.pattern}`;
}

export function compareSources(a: Source | undefined, b: Source | undefined): number {
  if (!a || !b) return a ? -1 : b ? 1 : 0;
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line || a.col - b.col;
}
