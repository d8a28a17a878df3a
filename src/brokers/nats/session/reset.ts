import { integer, isObject, type Json, objectOf } from '../../../model/index.ts';
import { numberIn } from '../fields/values.ts';
import type { ConsumerCall } from '../kinds/consumer/index.ts';
import { asDeclared, asReset } from '../kinds/consumer/moved.ts';
import type { ResetTo } from '../kinds/consumer/risks.ts';
import { type Execution, pause, type Result } from './api.ts';
import { configOf } from './listings.ts';
import { failureOf, hasUnknownOutcome, isNoMessage, isTransient, unless } from './refusals.ts';
import { pedantic, tokens, writeOf } from './requests.ts';
import { isSame } from './verify-response.ts';

export type ResetCall = Extract<ConsumerCall, { op: 'consumer.reset' }>;

/**
 * Moves a consumer, then records where it is declared to begin. A reset to a sequence has the same effect when it is made
 * twice, so an uncertain one is made again.
 */
export async function resetConsumer(call: ResetCall, execution: Execution): Promise<Result> {
  const { api, broker, abort } = execution;
  const { stream, name, config, to } = call.body;
  const path = tokens(stream, name);
  const deadline = api.deadline();
  let isUncertain = false;
  for (let attempt = 0; ; attempt++) {
    try {
      const live = configOf(await api.read({ verb: 'CONSUMER.INFO', path }, deadline));
      if (isSame({ config, of: 'consumer', ignored: 'pause_until' }, asDeclared(live), broker))
        return { status: 'done' };
      if (abort.aborted) return { status: 'unsent', failure: { op: call.op, message: 'stopped' } };
      const seq = await sequenceOf(to, stream, execution, deadline);
      await api.once({ verb: 'CONSUMER.RESET', path, body: { seq } }, deadline);
      const update = writeOf({
        ...{ op: 'consumer.update', target: call.target },
        body: { stream, name, config: asReset(config, live) },
      });
      await api.once(pedantic(update.request, broker), deadline);
      return { status: 'done' };
    } catch (error) {
      isUncertain ||= hasUnknownOutcome(error);
      if (!hasUnknownOutcome(error) && !isTransient(error)) throw error;
      if (await pause(attempt, deadline)) continue;
      return { status: isUncertain ? 'unknown' : 'unsent', failure: failureOf(error, call.op) };
    }
  }
}

async function sequenceOf(to: ResetTo, stream: string, { api }: Execution, deadline: number): Promise<Json> {
  if (typeof to === 'object' && 'seq' in to) return to.seq;
  if (to !== 'new') {
    const body = { start_time: to.time, next_by_subj: '>', no_hdr: true };
    const request = { verb: 'STREAM.MSG.GET', path: [stream], body };
    const answer = await unless(isNoMessage, api.read(request, deadline));
    if (isObject(answer?.message)) return answer.message.seq ?? 1;
  }
  const { state } = await api.read({ verb: 'STREAM.INFO', path: [stream] }, deadline);
  return integer(numberIn(objectOf(state).last_seq) + 1n);
}
