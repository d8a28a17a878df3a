/** One config of topics, as the broker's own table has it. */
export interface TopicConfig {
  readonly type: 'boolean' | 'int' | 'long' | 'double' | 'text' | 'list';
  /** How a number is written: a duration or a size. */
  readonly unit?: 'ms' | 'bytes';
  /** As text, as brokers print it. Of the newest release where releases differ. */
  readonly default: string;
  readonly minimum?: number;
  readonly maximum?: number;
  /** Numbers outside of the range that stand for something, and what for. */
  readonly words?: Readonly<Record<string, string>>;
  /** Of a text, or of each item of a list. */
  readonly values?: readonly string[];
  /** The first release that has it, where that is after 3.0. */
  readonly since?: readonly [major: number, minor: number];
  /** The first release that no longer has it. */
  readonly until?: readonly [major: number, minor: number];
  readonly doc: string;
}

/** The default of times and counts that no broker ever reaches. */
export const FOREVER = '9223372036854775807';
