import type { Address } from './address.ts';
import { BrokerformError } from './errors.ts';

/*
 * Bringing dead letters back: messages that a consumer rejected, or that expired, go from the queue, stream or topic that
 * keeps them to where they came from.
 */

/** A dead letter, without its body. Texts are raw. */
export interface DeadLetter {
  /** Distinguishes it from the others for people: `sequence 17`, `partition 3, offset 42`, its message id. */
  readonly id?: string;
  /** The queue, stream or topic that it died in. */
  readonly source?: string;
  /** The queue, subject or topic that a redrive publishes it to. */
  readonly target?: string;
  /** Why it died, in the broker's word: `rejected`, `expired`. */
  readonly reason?: string;
  /** When it died, in epoch milliseconds. */
  readonly time?: number;
  /** Bytes of the body. */
  readonly size: number;
  /** Its first routing key, subject or message key. */
  readonly key?: string;
  /** How often it was redriven before, as its mark says. */
  readonly redriven: number;
  /** Why it cannot be redriven; it then stays where it is. */
  readonly problem?: string;
  /** The value of a header as text; undefined without such a header. */
  header(name: string): string | undefined;
}

export interface RedriveRequest {
  /** What holds the dead letters; its kind is one of `Provider.deadLetterKinds`. */
  readonly address: Address;
  /** A queue, subject or topic of the same broker that all go to, instead of where each came from. */
  readonly to?: string;
  /** `exchange`: as they were first published, so that other queues get copies too. Only of RabbitMQ. */
  readonly via?: 'exchange';
  /** Distinguishes this run: each mark has it, so that what comes back during the run is not redriven again. */
  readonly run: string;
  /** Of the marks. */
  readonly now: () => Date;
}

/** What became of a dead letter. */
export interface LetterOutcome {
  readonly letter: DeadLetter;
  /**
   * - `chosen`: a run would redrive it; only of a survey.
   * - `redriven`: the broker confirmed it at its target, then it was removed.
   * - `skipped`: it was not chosen, and stays. `kept`: it could not be redriven, and stays; `reason` says why.
   * - `unconfirmed`: it was published, and no answer came or it could not be removed: it stays, and may arrive twice.
   */
  readonly status: 'chosen' | 'redriven' | 'skipped' | 'kept' | 'unconfirmed';
  readonly reason?: string;
}

interface Choice {
  /** The others are skipped. */
  readonly accepts: (letter: DeadLetter) => boolean;
  /** Most letters to redrive, or to name as chosen; more than 0. All where absent. */
  readonly limit?: number;
}

export interface RedriveSurvey extends Choice {
  /** Most letters to read. */
  readonly most: number;
  readonly signal: AbortSignal;
}

export interface RedriveRun extends Choice {
  /** Aborted: what is in flight is finished, and nothing more is taken. */
  readonly drain: AbortSignal;
  /** Aborted: give up at once. */
  readonly abort: AbortSignal;
  /** Told what it waits for; nothing once it goes on. Raw text of one line. */
  readonly onWork?: (text?: string) => void;
  /** Most letters a second; may be less than 1. */
  readonly rate?: number;
}

/** The dead letters that were there when it was opened. */
export interface Redrive {
  /** How many; undefined where the broker does not tell. */
  readonly count?: number;
  /** What people should know before: other consumers, what reading changes. Raw text of one line each. */
  readonly notes: readonly string[];
  /**
   * Reads letters, says what a run would do with each, and leaves all of them where they are.
   * @throws BrokerError, ConnectionError; AbortError with `signal`
   */
  survey(options: RedriveSurvey): AsyncIterable<LetterOutcome>;
  /**
   * Redrives letters: one is removed only after the broker confirmed it at its target. Ends after those that were there
   * when it was opened, even if some of them die again meanwhile. Every letter that was read has one outcome, also
   * where it ends with an error or by a signal.
   * @throws BrokerError, ConnectionError after the outcomes
   */
  run(options: RedriveRun): AsyncIterable<LetterOutcome>;
}

/** The request does not fit the broker. */
export class RedriveError extends BrokerformError {
  readonly kind = 'input';
  readonly outcome = 'input';
  constructor(message: string, hint?: string) {
    super(message, { hint });
  }
}

/** Dead letters that have all of this in common. */
export interface LetterGroup {
  readonly source?: string;
  readonly target?: string;
  readonly reason?: string;
  readonly status: LetterOutcome['status'];
  /** Why they stay. */
  readonly problem?: string;
  readonly count: number;
  readonly bytes: number;
  /** How many of them were redriven before. */
  readonly redrivenBefore: number;
  /** When they died, ISO 8601. */
  readonly oldest?: string;
  readonly newest?: string;
}

/** Letters that died less than this long ago, and longer than the span before. */
export interface AgeSpan {
  /** `1h`; absent for the last span, which is open, and for letters whose time is unknown. */
  readonly below?: string;
  readonly unknown?: true;
  readonly count: number;
}

/** What a redrive did, or would do. */
export interface RedriveReport {
  readonly brokerform: 'redrive';
  readonly version: 1;
  readonly project: string;
  readonly environment?: string;
  readonly address: Address;
  /** Nothing was changed. */
  readonly dryRun: boolean;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** How many letters there were. */
  readonly found?: number;
  /** How many of them were read. A dry run, and one with a limit, may end before the last. */
  readonly read: number;
  readonly counts: Readonly<Record<LetterGroup['status'], number>>;
  /** The largest first; without those that were skipped. */
  readonly groups: readonly LetterGroup[];
  /** How many letters are in no group, because there would be too many of them. */
  readonly ungrouped: number;
  /** Of the same letters as the groups, the youngest first; only spans with letters. */
  readonly ages: readonly AgeSpan[];
  readonly notes: readonly string[];
  /** Why it ended early. */
  readonly failure?: { readonly message: string; readonly hint?: string };
  /** Set when a signal ended it early. */
  readonly interrupted?: string;
}

/** What a run would do with these letters. See `Redrive.survey`. */
export async function* surveyOf(
  letters: AsyncIterable<DeadLetter>,
  { accepts, limit = Number.POSITIVE_INFINITY, most, signal }: RedriveSurvey,
): AsyncGenerator<LetterOutcome> {
  let [read, chosen] = [0, 0];
  for await (const letter of letters) {
    signal.throwIfAborted();
    if (++read > most) return;
    const { problem } = letter;
    if (!accepts(letter)) yield { letter, status: 'skipped' };
    else if (problem !== undefined) yield { letter, status: 'kept', reason: problem };
    else {
      yield { letter, status: 'chosen' };
      if (++chosen >= limit) return;
    }
  }
}
