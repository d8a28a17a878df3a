import { expect, test } from 'vitest';
import type { Cluster } from '../../../../src/brokers/kafka/session/cluster.ts';
import { sendUnits } from '../../../../src/brokers/kafka/session/execute.ts';
import type { Execute, Result } from '../../../../src/brokers/kafka/session/executor.ts';
import type { KindSession } from '../../../../src/brokers/kafka/session/kind-session.ts';
import type { Call } from '../../../../src/model/index.ts';

const failure = { op: 'add partitions', message: 'Topic already has 3 partition(s).' };
const already: Result = { status: 'already', failure };
const done: Result = { status: 'done' };

/** What becomes of one unit whose calls have these results, and which of them were sent. */
async function outcomeOf(results: Readonly<Record<string, Result>>) {
  const sent: string[] = [];
  const executors = Object.fromEntries(
    Object.entries(results).map(([op, result]): [string, Execute<unknown>] => [
      op,
      async (items) => {
        sent.push(op);
        for (const item of items) item.settle(result);
      },
    ]),
  );
  const session = { executors: () => executors } as unknown as KindSession;
  const unit = Object.keys(results).map((op): Call => ({ op, target: 'main/topic/t', body: {} }));
  const quiet = new AbortController().signal;
  const outcomes = [];
  for await (const outcome of sendUnits({} as Cluster, [session], [unit], { drain: quiet, abort: quiet })) {
    outcomes.push(outcome);
  }
  return { sent, outcomes };
}

test('after a call that an interrupted apply has done, the rest of its unit is sent', async () => {
  expect(await outcomeOf({ 'topic.partitions': already, 'topic.configs': done })).toEqual({
    sent: ['topic.partitions', 'topic.configs'],
    outcomes: [{ unit: 0, status: 'done', callsDone: 2, failure }],
  });
});

test('a unit of which all was done is reported so; the live state tells whether it is as planned', async () => {
  expect((await outcomeOf({ 'topic.create': already })).outcomes).toEqual([
    { unit: 0, status: 'already', callsDone: 0, failure },
  ]);
});

test('a refusal ends the unit', async () => {
  const refused: Result = { status: 'failed', failure };
  expect(await outcomeOf({ 'topic.partitions': refused, 'topic.configs': done })).toEqual({
    sent: ['topic.partitions'],
    outcomes: [{ unit: 0, status: 'failed', callsDone: 0, failure }],
  });
});
