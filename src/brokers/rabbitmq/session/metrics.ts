import { setTimeout as sleep } from 'node:timers/promises';
import { eachOf } from '../../../model/concurrency.ts';
import {
  type BrokerIdentity,
  ConnectionError,
  groupBy,
  isObject,
  type JsonObject,
  largest,
} from '../../../model/index.ts';
import { type QueueCounts, text } from '../kinds/parts.ts';
import { atLeast } from '../version.ts';
import type { AmqpLinks } from './amqp.ts';
import { AmqpRefusal } from './connection-errors.ts';
import type { Listings } from './listings.ts';

/** A queue to count the messages of; `type` as in the listing. */
export interface QueueRef {
  readonly vhost: string;
  readonly name: string;
  readonly type: string;
}

export interface Counting {
  readonly listings: Listings;
  /** Absent: count by the management API alone. */
  readonly links: AmqpLinks | undefined;
}

/**
 * What each source knows (seen on 3.10 and 4.3):
 * - the listing with `enable_queue_totals`: fresh for classic queues, up to 5 s old for quorum, nothing for streams;
 * - a passive declare: ready and consumers, fresh for classic and quorum, messages up to 5 s old for streams;
 * - a consumer from a stream's first message on, which takes nothing away: whether there is one, fresh;
 * - a queue's statistics: everything, up to 5 s old, or a zero that is older still.
 * A number above zero is believed at once. A zero that may be old is asked for again after this many milliseconds:
 * the broker's usual interval of 5 s, and some.
 */
export const SETTLED = 6_000;

/** Above this many queues of a vhost, one list of all is cheaper than their single statistics. */
const SINGLE_REQUESTS = 50;
const CONCURRENT = 32;

/** How long the first message of a stream may take to come. Milliseconds. */
const FIRST_MESSAGE = 500;

/** Counts by queue; a queue that is not there is missing, an unknown number is absent. */
export type Counts = Map<QueueRef, QueueCounts>;

/** @throws ConnectionError, BrokerError */
export async function countMessages(queues: readonly QueueRef[], counting: Counting): Promise<Counts> {
  const first = await countOnce(queues, counting);
  const doubtful = queues.filter((queue) => first.get(queue)?.doubtful);
  if (doubtful.length > 0) {
    await sleep(SETTLED);
    const second = await countOnce(doubtful, counting);
    for (const queue of doubtful) {
      const count = second.get(queue);
      if (count) first.set(queue, count);
      else first.delete(queue);
    }
  }
  return new Map([...first].map(([queue, { doubtful: _, ...count }]) => [queue, count]));
}

/**
 * What the sources know now of a queue, up to {@link SETTLED} old; undefined where it does not exist.
 * @throws ConnectionError, BrokerError
 */
export async function countNow(queue: QueueRef, counting: Counting): Promise<QueueCounts | undefined> {
  return (await countOnce([queue], counting)).get(queue);
}

/**
 * The AMQP 1.0 connections of vhosts. From 4.0 on brokers keep messages of AMQP 1.0 as they are; before, as AMQP 0-9-1.
 * @throws ConnectionError, BrokerError
 */
export async function countAmqp10(
  vhosts: readonly string[],
  { listings }: Counting,
  broker: BrokerIdentity,
): Promise<Map<string, number>> {
  if (!atLeast(broker, '4.0')) return new Map();
  const counted = [...new Set(vhosts)].map(async (vhost): Promise<[string, number]> => {
    const connections = await listings.connectionsIn(vhost, 'protocol');
    return [vhost, connections.filter(({ protocol }) => protocol === 'AMQP 1-0').length];
  });
  return new Map(await Promise.all(counted));
}

interface Count extends QueueCounts {
  /** It looks empty, and may not be. */
  readonly doubtful: boolean;
}

async function countOnce(queues: readonly QueueRef[], counting: Counting): Promise<Map<QueueRef, Count>> {
  const [totals, declares] = await Promise.all([
    readTotals(queues, counting),
    declarePassively(queues, counting),
  ]);
  const there = queues.filter((queue) => totals.has(queue));
  const unclear = there.filter((queue) => queue.type === 'stream' || !declares.has(queue));
  const statistics = await readStatistics(unclear, counting);
  return new Map(
    there.map((queue) => [
      queue,
      combine(queue, totals.get(queue), declares.get(queue), statistics.get(queue)),
    ]),
  );
}

/** The highest number that any source tells: what is at stake is never made to look less than it is. */
function combine(queue: QueueRef, ...sources: readonly (QueueCounts | undefined)[]): Count {
  const known = sources.filter((source) => source !== undefined);
  const highest = (key: 'ready' | 'unacknowledged' | 'consumers'): { [name: string]: number } => {
    const values = known.map((source) => source[key]).filter((value) => value !== undefined);
    return values.length > 0 ? { [key]: largest(values) } : {};
  };
  const declared = sources[1];
  if (queue.type === 'stream') {
    const ready = highest('ready');
    // Its first message came, and nothing has counted it yet: the zeros are old.
    const uncounted = declared !== undefined && declared.ready === undefined && !ready.ready;
    // Every reader of a stream has all of it; nothing is ever taken out and not acknowledged.
    const count = { ...(uncounted ? {} : ready), unacknowledged: 0, ...highest('consumers') };
    return { ...count, doubtful: !ready.ready && declared?.ready !== 0 };
  }
  const [owner] = known.flatMap((source) => source.owner ?? []);
  const count: QueueCounts = {
    ...(owner !== undefined && { owner }),
    ...highest('ready'),
    ...highest('unacknowledged'),
    ...highest('consumers'),
  };
  const isFresh = queue.type === 'classic' || declared?.consumers === 0;
  return { ...count, doubtful: !count.ready && !count.unacknowledged && !isFresh };
}

async function readTotals(queues: readonly QueueRef[], { listings }: Counting): Promise<Counts> {
  const totals: Counts = new Map();
  await Promise.all(
    [...groupBy(queues, ({ vhost }) => vhost)].map(async ([vhost, group]) => {
      const items = await listings.ofVhost('queues', vhost, 'disable_stats=true&enable_queue_totals=true');
      const byName = new Map(items.map((item) => [text(item.name), item]));
      for (const queue of group) {
        const item = byName.get(queue.name);
        if (item) totals.set(queue, numbersOf(item));
      }
    }),
  );
  return totals;
}

async function declarePassively(queues: readonly QueueRef[], { links }: Counting): Promise<Counts> {
  const counts: Counts = new Map();
  if (!links) return counts;
  const unreachable = new Set<string>();
  await eachOf(queues, CONCURRENT, async (queue) => {
    const { vhost, name, type } = queue;
    if (unreachable.has(vhost)) return;
    try {
      const { messageCount, consumerCount } = await links.call(vhost, (channel) => channel.checkQueue(name));
      if (type !== 'stream') counts.set(queue, { ready: messageCount, consumers: consumerCount });
      // Consumers of a stream are counted as none by the declare.
      else if (messageCount > 0) counts.set(queue, { ready: messageCount });
      else counts.set(queue, (await hasFirstMessage(queue, links)) ? {} : { ready: 0 });
    } catch (error) {
      // Another connection's exclusive queue, or one that has gone; without AMQP, the other sources must do.
      if (error instanceof ConnectionError) unreachable.add(vhost);
      else if (!(error instanceof AmqpRefusal)) throw error;
    }
  });
  return counts;
}

/** @throws AmqpRefusal where the user may not read the stream. */
async function hasFirstMessage({ vhost, name }: QueueRef, links: AmqpLinks): Promise<boolean> {
  return links.callOnce(vhost, async (channel) => {
    await channel.prefetch(1);
    const came = new AbortController();
    const options = { arguments: { 'x-stream-offset': 'first' } };
    await channel.consume(name, () => came.abort(), options);
    await sleep(FIRST_MESSAGE, undefined, { signal: came.signal }).catch(() => {});
    return came.signal.aborted;
  });
}

async function readStatistics(queues: readonly QueueRef[], { listings }: Counting): Promise<Counts> {
  const counts: Counts = new Map();
  for (const [vhost, group] of groupBy(queues, ({ vhost }) => vhost)) {
    if (group.length > SINGLE_REQUESTS) {
      const items = await listings.ofVhost('queues', vhost);
      const byName = new Map(items.map((item) => [text(item.name), item]));
      for (const queue of group) counts.set(queue, numbersOf(byName.get(queue.name) ?? {}));
    } else {
      await Promise.all(
        group.map(async (queue) => {
          const item = await listings.one(['queues', vhost, queue.name]);
          if (item) counts.set(queue, numbersOf(item));
        }),
      );
    }
  }
  return counts;
}

function numbersOf(item: JsonObject): QueueCounts {
  const { messages_ready: ready, messages_unacknowledged: unacknowledged, consumers } = item;
  const connection = isObject(item.owner_pid_details) ? text(item.owner_pid_details.name) : '';
  return {
    ...(typeof ready === 'number' ? { ready } : {}),
    ...(typeof unacknowledged === 'number' ? { unacknowledged } : {}),
    ...(typeof consumers === 'number' ? { consumers } : {}),
    ...(connection !== '' ? { owner: connection } : {}),
  };
}
