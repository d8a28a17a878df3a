import type { Redrive, RedriveRequest } from '../../../../model/index.ts';
import { openQueue, type RedriveOptions } from './opened.ts';
import { runLetters, surveyLetters } from './run.ts';

/** See `Session.redrive`. @throws RedriveError, BrokerError, ConnectionError */
export async function redrive(request: RedriveRequest, options: RedriveOptions): Promise<Redrive> {
  const queue = await openQueue(request, options);
  return {
    count: queue.count,
    notes: queue.notes,
    survey: (choice) => surveyLetters(queue, request, options, choice),
    run: (choice) => runLetters(queue, request, options, choice),
  };
}
