import { eachOf } from '../../../../model/concurrency.ts';
import { append, BrokerError, copyMadeAt, isStaleCopy } from '../../../../model/index.ts';
import { stringsIn } from '../../fields/values.ts';
import type { JetStreamApi } from '../api.ts';
import { errorOf, isNotFound } from '../refusals.ts';
import { ROOT, type Scratch } from './scratch.ts';

/*
 * Room for copies in the account: what is in the way, and what earlier runs left.
 */

const CONCURRENT = 32;
/** Names of a page, fixed in the server; more pages than any account has are invalid. */
const PAGE = 1024;
const MAX_PAGES = 1000;

/** Milliseconds that a message to ourselves may take. */
const RIGHTS_TIMEOUT = 2_000;

/**
 * That test messages come back to us, and to no stream of the account.
 * @throws BrokerError, ConnectionError
 */
export async function checkRoom(api: JetStreamApi, scratch: Scratch, signal: AbortSignal): Promise<void> {
  const { broker } = api.settings;
  const [taken] = await namesOf(api, { subject: `${ROOT}.>` }, (name) => copyMadeAt(name) === undefined);
  if (taken !== undefined) {
    throw new BrokerError(broker, {
      op: 'test',
      message: `stream ${taken} would store the messages of tests, which are published under ${ROOT}.>`,
      hint: 'run test --live in an account without a stream for all subjects, or run test offline',
    });
  }
  if (await canTalk(api, scratch.subject('rights'), signal)) return;
  signal.throwIfAborted();
  throw new BrokerError(broker, {
    op: 'test',
    status: 'permissions',
    message: `the user may not publish to and subscribe to ${ROOT}.>`,
    hint: `test --live publishes there: allow both for ${ROOT}.>`,
  });
}

async function canTalk({ link }: JetStreamApi, subject: string, signal: AbortSignal): Promise<boolean> {
  const { connection } = link;
  const isOver = AbortSignal.any([signal, AbortSignal.timeout(RIGHTS_TIMEOUT)]);
  return new Promise((resolve) => {
    const end = (can: boolean) => {
      subscription.unsubscribe();
      resolve(can);
    };
    const subscription = connection.subscribe(subject, { callback: (error) => end(error === null) });
    isOver.addEventListener('abort', () => end(false));
    connection.publish(subject);
  });
}

/** Removes the copies of runs that were killed before they could. */
export async function removeStale(api: JetStreamApi): Promise<void> {
  const now = Date.now();
  await removeStreams(await namesOf(api, {}, (name) => isStaleCopy(name, now)), api);
}

/** Removes all that can be removed. @throws ConnectionError, BrokerError for the first that cannot */
export async function removeStreams(names: readonly string[], api: JetStreamApi): Promise<void> {
  const failed: unknown[] = [];
  await eachOf(names, CONCURRENT, async (name) => {
    try {
      // Nobody else uses the name: the request can be repeated.
      await api.read({ verb: 'STREAM.DELETE', path: [name] });
    } catch (error) {
      if (!isNotFound(error)) failed.push(error);
    }
  });
  if (failed.length > 0) throw errorOf(api.settings.broker, failed[0], 'remove the copy of the topology');
}

async function namesOf(
  api: JetStreamApi,
  query: { readonly subject?: string },
  isWanted: (name: string) => boolean,
): Promise<string[]> {
  const found: string[] = [];
  for (let page = 0; page < MAX_PAGES; page++) {
    const body = { ...query, offset: page * PAGE };
    const names = stringsIn((await api.read({ verb: 'STREAM.NAMES', body })).streams);
    append(found, names.filter(isWanted));
    if (names.length < PAGE) break;
  }
  return found;
}
