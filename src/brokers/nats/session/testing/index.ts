import {
  answerToRefusal,
  BrokerError,
  type BrokerIdentity,
  type Call,
  type Context,
  createInCopy,
  type Failure,
  indexByAddress,
  type JsonObject,
  kindOf,
  newCopyId,
  type Outcome,
  type Resource,
  type RoutedTopology,
  type TestTrial,
  type TrialAnswer,
} from '../../../../model/index.ts';
import { consumerNameOf, streamNameOf } from '../../kinds/addresses.ts';
import { kinds } from '../../kinds/index.ts';
import { accountOf } from '../../routing/account.ts';
import { hasHeader } from '../../routing/fate.ts';
import type { Asked } from '../../routing/route.ts';
import { ask, verdictsOf } from '../../routing/router.ts';
import { tokensOf } from '../../routing/subject.ts';
import { type Summary, summarize } from '../../routing/summary.ts';
import type { JetStreamApi } from '../api.ts';
import { sendUnits } from '../execute.ts';
import { errorOf } from '../refusals.ts';
import { checkRoom, removeStale, removeStreams } from './account.ts';
import { isAllThere, observed, reasonToSkip } from './observed.ts';
import { Scratch } from './scratch.ts';
import { Watch } from './watch.ts';

/*
 * Tests on the server itself: the declared streams and consumers are copied under other names and subjects, the messages
 * are published there, and where they go is held against the expectations. The copy is removed whatever happens.
 */

/** A test that can be tried. */
interface Question {
  readonly index: number;
  readonly test: JsonObject;
  readonly asked: Asked;
  /** What the router says. */
  readonly summary: Summary;
}

/** Messages that are published before a look: consumers take more without acknowledgement by default. */
const BATCH = 200;

/** The prefix of requests to streams of the own account, in this or another domain. */
const OWN_ACCOUNT = /^\$JS\.(?:[^.]+\.)?API$/;
const ELSEWHERE = 'the streams are in another account (api-prefix), to which no test message gets';

/** @throws BrokerError, ConnectionError; the copy is gone then, too, if the server can be reached */
export async function runTests(
  trial: TestTrial,
  api: JetStreamApi,
  broker: BrokerIdentity,
): Promise<TrialAnswer[]> {
  const { resources, tests, signal } = trial;
  if (!OWN_ACCOUNT.test(api.settings.prefix)) return tests.map(() => ({ skipped: ELSEWHERE }));
  const topology: RoutedTopology = { broker, resources, live: false };
  const scratch = new Scratch(resources, broker, newCopyId(Date.now()));
  const copy = accountOf({ broker, resources: scratch.resources });
  const answers = new Map<number, TrialAnswer>();
  const questions = tests.flatMap((test, index): Question[] => {
    try {
      const asked = ask(test, topology);
      const summary = summarize(asked.flow);
      const skipped = reasonToSkip(asked, summary, copy, scratch);
      if (skipped === undefined) return [{ index, test, asked, summary }];
      answers.set(index, { skipped });
    } catch (error) {
      answers.set(index, answerToRefusal(error));
    }
    return [];
  });
  if (questions.length > 0) {
    try {
      await checkRoom(api, scratch, signal);
      await removeStale(api);
      for (const [index, answer] of await tryAll(questions, scratch, { api, broker, signal }))
        answers.set(index, answer);
    } catch (error) {
      signal.throwIfAborted();
      throw error instanceof BrokerError ? error : errorOf(broker.name, error, 'test');
    }
  }
  return tests.map((_, index) => answers.get(index) ?? { skipped: 'it was not run' });
}

interface Means {
  readonly api: JetStreamApi;
  readonly broker: BrokerIdentity;
  readonly signal: AbortSignal;
}

async function tryAll(
  questions: readonly Question[],
  scratch: Scratch,
  means: Means,
): Promise<Map<number, TrialAnswer>> {
  const { api, signal } = means;
  const answers = new Map<number, TrialAnswer>();
  let watch: Watch | undefined;
  try {
    await create(scratch, means);
    watch = new Watch(api, scratch, signal);
    await watch.ready();
    for (const batch of batchesOf(questions)) {
      const refusals = await publishAll(batch, scratch, watch);
      const seen = watch;
      await watch.observe(() =>
        batch.every(({ index, asked, summary }) => isAllThere(summary, seen.of(index), asked.account)),
      );
      for (const { index, test, asked, summary } of batch) {
        const scene = { ...asked, summary: observed(asked, summary, watch.of(index), refusals.get(index)) };
        answers.set(index, { verdicts: verdictsOf(test, scene) });
      }
    }
    return answers;
  } finally {
    watch?.close();
    await removeStreams([...scratch.originals.keys()], api);
  }
}

/** One by one. @returns why a stream refused a message, by the index of its test */
async function publishAll(
  batch: readonly Question[],
  scratch: Scratch,
  watch: Watch,
): Promise<Map<number, string>> {
  const refusals = new Map<number, string>();
  for (const { index, asked } of batch) {
    const isStored = asked.account.storing(tokensOf(asked.message.subject)).length > 0;
    const refusal = await watch.publish(scratch.message(asked.message), index, isStored);
    if (refusal !== undefined) refusals.set(index, refusal);
  }
  return refusals;
}

/** A message with Nats-Rollup deletes others, and is alone therefore. */
function batchesOf(questions: readonly Question[]): Question[][] {
  const batches: Question[][] = [];
  let isOpen = false;
  for (const question of questions) {
    const isAlone = hasHeader(question.asked.message.headers, 'Nats-Rollup');
    const last = batches.at(-1);
    if (isOpen && !isAlone && last && last.length < BATCH) last.push(question);
    else batches.push([question]);
    isOpen = !isAlone;
  }
  return batches;
}

async function create(scratch: Scratch, { api, broker, signal }: Means): Promise<void> {
  const context = { broker, desired: indexByAddress(scratch.resources), live: new Map() };
  for (const wave of scratch.waves) {
    const units = wave.map((after) => callsOf(after, context));
    const refused = await createInCopy(units, (all, options) => sendUnits(all, options, api, broker), signal);
    if (refused) throw new BrokerError(broker.name, failureOf(refused, wave, scratch));
  }
}

function failureOf({ unit, failure }: Outcome, wave: readonly Resource[], scratch: Scratch): Failure {
  const resource = wave[unit];
  const what = resource ? titleOf(resource, scratch) : 'the topology';
  const { message = 'it was not created', ...rest } = failure ?? { op: 'test' };
  return { ...rest, message: `${what} cannot be copied: ${message}` };
}

function callsOf(after: Resource, context: Context): Call[] {
  return (
    kinds[kindOf(after.address)]?.calls({ action: 'create', after }, context, { destructive: false }) ?? []
  );
}

function titleOf({ address }: Resource, scratch: Scratch): string {
  const name = streamNameOf(address);
  const stream = `stream ${scratch.originals.get(name) ?? name}`;
  return kindOf(address) === 'consumer' ? `consumer ${consumerNameOf(address)} of ${stream}` : stream;
}
