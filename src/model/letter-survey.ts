import type { DeadLetter, LetterOutcome, RedriveSurvey } from './redrive.ts';

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
