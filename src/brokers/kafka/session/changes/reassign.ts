import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerError, ConnectionError, type Failure, type SendOptions } from '../../../../model/index.ts';
import type { TopicReassign } from '../../calls.ts';
import { UNKNOWN_TOPIC } from '../../protocol/errors.ts';
import type { TopicMetadata } from '../../protocol/requests/cluster.ts';
import { AlterPartitionReassignments, ElectLeaders } from '../../protocol/requests/reassignments.ts';
import type { Cluster } from '../cluster.ts';
import { failureOf } from '../refusals.ts';
import { listMoves, type Moves } from '../topics.ts';
import { type Item, notStarted, type Result, untilSeen } from './carry-out.ts';
import { freeBrokers, freeTopics, type Move, oursOn, throttle } from './throttling.ts';

const OP = 'move partitions';
const SEEN = 5_000;
/** How long the cluster may be away while we wait for it; milliseconds. */
const PATIENCE = 60_000;

/**
 * Moves partitions of topics batch by batch, each throttled, and waits for each batch to end. What is on its way to
 * the same place already is only waited for; what somebody else moves elsewhere is left alone, and told. The throttle
 * goes with the last batch; where a run was cut off, `topic.settle` of the next one sees to it.
 */
export async function reassign(
  cluster: Cluster,
  items: readonly Item<TopicReassign>[],
  { drain, abort }: SendOptions,
): Promise<void> {
  const names = items.map((item) => item.body.name);
  const [topics, running] = await Promise.all([cluster.metadata(names), listMoves(cluster)]);
  const byName = new Map(topics.map((topic) => [topic.name, topic]));
  const started = new Map<string, Item<TopicReassign>>();
  const moves: Move[] = [];
  for (const item of items) {
    const work = workOf(item.body, byName.get(item.body.name), running);
    if ('failure' in work) {
      item.settle({ status: 'failed', failure: work.failure });
      continue;
    }
    started.set(item.body.name, item);
    moves.push(...work.moves);
  }
  const fail = (name: string, result: Result) => {
    started.get(name)?.settle(result);
    started.delete(name);
  };

  const size = cluster.settings.reassignment.batch;
  for (let at = 0; at < moves.length; at += size) {
    const batch = moves.slice(at, at + size).filter((move) => started.has(move.topic));
    if (batch.length === 0) continue;
    if (drain.aborted) {
      for (const { topic } of batch) fail(topic, at === 0 ? notStarted(OP) : cutOff());
      continue;
    }
    await runBatch(cluster, batch, running, { drain, abort }, fail);
  }
  await finish(cluster, topics, started);
}

/** What is still to be moved of a topic, or why it cannot be. */
function workOf(
  { name, replicas }: TopicReassign,
  topic: TopicMetadata | undefined,
  running: Moves,
): { moves: Move[] } | { failure: Failure } {
  if (!topic || topic.error === UNKNOWN_TOPIC) {
    return { failure: { op: OP, status: 'UNKNOWN_TOPIC_OR_PARTITION', message: 'the topic is gone' } };
  }
  const moves: Move[] = [];
  for (const [index, to] of Object.entries(replicas)) {
    const partition = Number(index);
    const found = topic.partitions.find((one) => one.index === partition);
    const underWay = running.get(name)?.get(partition);
    if (underWay && String(underWay) !== String(to)) {
      const message = `partition ${index} is being moved to brokers ${underWay.join(', ')} by somebody else`;
      const hint = 'wait until that has ended, or cancel it with kafka-reassign-partitions --cancel';
      return { failure: { op: OP, status: 'REASSIGNMENT_IN_PROGRESS', message, hint } };
    }
    const from = found?.replicas ?? [];
    if (underWay || String(from) !== String(to)) moves.push({ topic: name, partition, from, to });
  }
  return { moves };
}

async function runBatch(
  cluster: Cluster,
  batch: readonly Move[],
  running: Moves,
  options: SendOptions,
  fail: (topic: string, result: Result) => void,
): Promise<void> {
  try {
    const fresh = batch.filter(({ topic, partition }) => !running.get(topic)?.has(partition));
    await throttle(cluster, fresh);
    for (const [topic, failure] of await submit(cluster, fresh)) fail(topic, { status: 'failed', failure });
    const ended = await untilMoved(cluster, batch, options);
    if (ended !== 'moved')
      for (const { topic } of batch) fail(topic, ended === 'drained' ? cutOff() : unknown(ended));
  } catch (error) {
    if (error instanceof BrokerError)
      for (const { topic } of batch) fail(topic, { status: 'failed', failure: error.failure });
    else if (error instanceof ConnectionError)
      for (const { topic } of batch) fail(topic, unknown(error.message));
    else throw error;
  }
}

/** @returns the topics that were refused, and why. */
async function submit(cluster: Cluster, moves: readonly Move[]): Promise<Map<string, Failure>> {
  const refused = new Map<string, Failure>();
  if (moves.length === 0) return refused;
  const fail = (topic: string, code: number, message: string | null) =>
    refused.set(topic, failureOf(cluster.settings, { op: OP, code, message, right: { operation: 'Alter' } }));
  const topics = [...new Set(moves.map((move) => move.topic))].map((name) => ({
    name,
    partitions: moves
      .filter((move) => move.topic === name)
      .map(({ partition, to }) => ({ index: partition, replicas: to })),
  }));
  const question = { timeout: cluster.settings.timeout, topics };
  const answer = await cluster.ask(AlterPartitionReassignments, question, {
    to: 'controller',
    repeatable: true,
  });
  if (answer.error !== 0) for (const { name } of topics) fail(name, answer.error, answer.message);
  for (const { name, partitions } of answer.topics) {
    for (const { index, error, message } of partitions) {
      if (error !== 0) fail(name, error, `partition ${index}: ${message ?? 'refused'}`);
    }
  }
  return refused;
}

/** Waits for partitions to arrive, however long that takes. */
export async function untilMoved(
  cluster: Cluster,
  moves: readonly Pick<Move, 'topic' | 'partition'>[],
  { drain, abort }: SendOptions,
): Promise<'moved' | 'drained' | string> {
  let lastAnswer = Date.now();
  for (let pause = 50; ; pause = Math.min(pause * 1.5, 1_000)) {
    try {
      const running = await listMoves(cluster);
      lastAnswer = Date.now();
      if (moves.every(({ topic, partition }) => !running.get(topic)?.has(partition))) return 'moved';
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error;
      if (Date.now() - lastAnswer > PATIENCE) return error.message;
    }
    if (drain.aborted || abort.aborted) return 'drained';
    await sleep(pause);
  }
}

/** The move goes on without us; the throttle must stay as long. */
function cutOff(): Result {
  const message = 'stopped waiting: the cluster goes on moving its partitions';
  const hint = 'a later run waits for the end, and takes the throttle away';
  return { status: 'failed', failure: { op: OP, message, hint } };
}

function unknown(message: string): Result {
  return { status: 'unknown', failure: { op: OP, message } };
}

/** Takes the throttle away, lets the preferred brokers lead, and tells what has become of each topic. */
async function finish(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
  started: ReadonlyMap<string, Item<TopicReassign>>,
): Promise<void> {
  const settled = await liftThrottle(
    cluster,
    topics.map(({ name }) => name),
  ).catch((error: unknown) => error);
  const names = [...started.keys()];
  await electPreferred(
    cluster,
    [...started.values()].map((item) => item.body),
  );
  let shown: readonly TopicMetadata[] = [];
  const arrived = ({ body }: Item<TopicReassign>) => {
    const partitions = shown.find((topic) => topic.name === body.name)?.partitions ?? [];
    return Object.entries(body.replicas).every(
      ([index, ids]) =>
        String(partitions.find((one) => one.index === Number(index))?.replicas) === String(ids),
    );
  };
  await untilSeen(SEEN, async () => {
    shown = await cluster.metadata(names);
    return [...started.values()].every(arrived);
  });
  for (const item of started.values()) {
    if (!arrived(item)) {
      const message = 'the move ended, and the replicas are not where they should be: was it cancelled?';
      item.settle({ status: 'failed', failure: { op: OP, message } });
    } else if (settled instanceof Error) {
      const message = `moved, but the throttle could not be taken away: ${settled.message}`;
      const hint = 'a later run takes it away';
      item.settle({ status: 'failed', failure: { op: OP, message, hint } });
    } else item.settle({ status: 'done' });
  }
}

/** From the brokers first: as long as a topic has its mark, a later run knows that there is something to take away. */
export async function liftThrottle(cluster: Cluster, topics: readonly string[]): Promise<void> {
  const running = await listMoves(cluster);
  // What moves without our mark, by another tool, is not what the throttle is for.
  const marked = await oursOn(cluster, [...running.keys()]);
  if (marked.length === 0) await freeBrokers(cluster);
  await freeTopics(
    cluster,
    topics.filter((name) => !running.has(name)),
  );
}

/** Where that fails, leaders stay where they are until Kafka itself moves them (auto.leader.rebalance.enable). */
async function electPreferred(cluster: Cluster, bodies: readonly TopicReassign[]): Promise<void> {
  if (bodies.length === 0 || !cluster.offers(ElectLeaders)) return;
  const topics = bodies.map(({ name, replicas }) => ({
    topic: name,
    partitions: Object.keys(replicas).map(Number),
  }));
  const question = { unclean: 0, topics, timeout: cluster.settings.timeout };
  await cluster.ask(ElectLeaders, question, { to: 'controller', repeatable: true }).catch(() => {});
}
