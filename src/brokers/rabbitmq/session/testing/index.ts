import {
  type Answer,
  answerToRefusal,
  copyName,
  groupBy,
  type JsonObject,
  newCopyId,
  type TestTrial,
  type TrialAnswer,
} from '../../../../model/index.ts';
import { tableOf } from '../../kinds/parts.ts';
import { deliver } from '../../routing/delivery.ts';
import { type Observed, queuesOf, verdictsOf } from '../../routing/expectations.ts';
import { type End, followCopies, type Journey } from '../../routing/journey.ts';
import { durationOf, publishedMessage, vhostOf } from '../../routing/message.ts';
import { readTopology } from '../../routing/read-topology.ts';
import type { Topology, Vhost } from '../../routing/topology.ts';
import type { AmqpLinks } from '../amqp.ts';
import {
  createVhost,
  type Means,
  MOMENT,
  type Phase,
  removeStale,
  removeVhost,
  waitingTime,
} from './scratch.ts';
import { type Arrival, deliveryKey, type Seen, watch } from './watch.ts';

/*
 * Tests on the broker itself: the declared vhost is copied into scratch vhosts, the messages are published there, and
 * what the broker does with them is held against the expectations. The scratch vhosts are removed whatever happens.
 */

/** One test, with what the router says of it. */
interface Question {
  readonly index: number;
  readonly test: JsonObject;
  readonly publish: JsonObject;
  readonly direct: readonly string[];
}

/** @throws BrokerError, ConnectionError; the scratch vhosts are gone then, too, if the broker can be reached */
export async function runTests(trial: TestTrial, sending: Means): Promise<TrialAnswer[]> {
  const { resources, tests } = trial;
  const { links, broker, management } = sending;
  if (!links) return tests.map(() => ({ skipped: 'the connection has no url to publish to' }));
  const topology = readTopology(resources, broker.version);
  const answers = new Map<number, TrialAnswer>();
  const asked = tests.flatMap((test, index): (Question & { readonly vhost: Vhost })[] => {
    const publish = tableOf(test.publish);
    try {
      const vhost = vhostOf(publish, topology);
      const direct = deliver(vhost, publishedMessage(publish, vhost, topology), true).possible;
      return [{ index, test, publish: sendable(publish), direct, vhost }];
    } catch (error) {
      answers.set(index, answerToRefusal(error));
      return [];
    }
  });
  await removeStale(management, broker.name);
  const id = newCopyId(Date.now());
  for (const [i, [vhost, questions]] of [...groupBy(asked, (one) => one.vhost)].entries()) {
    const run = new VhostRun(vhost, copyName(id, i), topology, trial, { ...sending, links });
    for (const [index, answer] of await run.answer(questions)) answers.set(index, answer);
  }
  return tests.map((_, index) => answers.get(index) ?? { skipped: 'it was not run' });
}

class VhostRun {
  readonly #vhost: Vhost;
  readonly #name: string;
  readonly #topology: Topology;
  readonly #trial: TestTrial;
  readonly #sending: Means & { readonly links: AmqpLinks };

  constructor(
    vhost: Vhost,
    name: string,
    topology: Topology,
    trial: TestTrial,
    sending: Means & { readonly links: AmqpLinks },
  ) {
    this.#vhost = vhost;
    this.#name = name;
    this.#topology = topology;
    this.#trial = trial;
    this.#sending = sending;
  }

  async answer(questions: readonly Question[]): Promise<Map<number, Answer>> {
    const kept = await this.#inScratch('keep', (scratch) => this.#direct(scratch, questions));
    const followed = questions.filter(({ test }) => isFollowed(test));
    const journeys =
      followed.length === 0
        ? new Map<number, Journey>()
        : await this.#inScratch('flow', (scratch) => this.#journeys(scratch, followed));
    return new Map(
      questions.map(({ index, test }, i) => {
        const reached = [...new Set(kept.filter(({ message }) => message === i).map(({ queue }) => queue))];
        const observed = this.#observed(reached.sort(), journeys.get(index));
        return [index, { verdicts: verdictsOf(test, observed) }];
      }),
    );
  }

  #observed(reached: readonly string[], journey: Journey = NO_JOURNEY): Observed {
    const ends = journey.ends.flatMap(({ queue }) => queue ?? []);
    return {
      reached,
      possible: new Set(reached),
      doubts: [],
      everywhere: () => new Set([...reached, ...ends, ...journey.delivered]),
      surelyReachesOneOf: (queues) => reached.some((name) => queues.has(name)),
      journey: () => journey,
      isKnown: (name) => this.#vhost.queues.has(name),
      names: this.#vhost.queues.keys(),
    };
  }

  /** The queues that the messages reach directly. */
  async #direct(scratch: string, questions: readonly Question[]): Promise<readonly Arrival[]> {
    const queues = [...this.#vhost.queues.values()];
    const { arrivals } = await this.#watch(scratch, {
      messages: questions.map(({ publish: { expiration: _, ...rest } }) => rest),
      resting: new Map(queues.map(({ name, type }) => [name, type === 'stream'])),
      rejecting: [],
      returning: [],
      expected: questions.reduce((sum, { direct }) => sum + direct.length, 0),
    });
    return arrivals;
  }

  /** What becomes of each message, with the consumers that its test has: tests with the same consumers run together. */
  async #journeys(scratch: string, questions: readonly Question[]): Promise<Map<number, Journey>> {
    const found = new Map<number, Journey>();
    const groups = groupBy(questions, ({ test }) =>
      JSON.stringify([queuesOf(test['rejected-by']), queuesOf(test['returned-by'])]),
    );
    for (const [, group] of groups) {
      const [first] = group;
      if (!first) continue;
      const known = (key: string) =>
        queuesOf(first.test[key]).filter((name) => {
          const queue = this.#vhost.queues.get(name);
          return queue !== undefined && queue.type !== 'stream';
        });
      const [rejecting, returning] = [known('rejected-by'), known('returned-by')];
      const giving = new Set([...rejecting, ...returning]);
      const resting = [...this.#vhost.queues.values()].filter(
        (queue) => !giving.has(queue.name) && waitingTime(queue) === undefined,
      );
      const seen = await this.#watch(scratch, {
        messages: group.map(({ publish }) => publish),
        resting: new Map(resting.map(({ name, type }) => [name, type === 'stream'])),
        rejecting,
        returning,
        expected: group.reduce((sum, { publish }) => sum + this.#expectedEnds(publish, giving), 0),
      });
      for (const [i, { index }] of group.entries()) found.set(index, this.#journeyOf(i, seen, giving));
    }
    return found;
  }

  #expectedEnds(publish: JsonObject, giving: ReadonlySet<string>): number {
    const message = publishedMessage(publish, this.#vhost, this.#topology);
    // Who returns a message or rejects it makes no difference to how many copies there are.
    const { ends } = followCopies(this.#vhost, message, { rejecting: giving, returning: new Set() }, true);
    return ends.reduce((sum, { queue, copies }) => sum + (queue === undefined ? 0 : copies), 0);
  }

  #journeyOf(message: number, seen: Seen, giving: ReadonlySet<string>): Journey {
    const own = seen.arrivals.filter((arrival) => arrival.message === message);
    const delivered = [...giving].filter((queue) => seen.deliveries.has(deliveryKey(message, queue)));
    const ends = own.map(({ queue, deaths }): End => {
      const givers = [...new Set(deaths.map((death) => death.queue))].filter((name) => giving.has(name));
      const tries = givers.map((name) => seen.deliveries.get(deliveryKey(message, name)) ?? 0);
      return {
        queue,
        given: givers.length > 0,
        tries: tries.reduce((sum, count) => sum + count, 0),
        delay: deaths.reduce((sum, death) => sum + this.#waited(death), 0),
        copies: 1,
      };
    });
    const endless = seen.endless.get(message);
    return {
      ends,
      doubts: [],
      delivered: new Set(delivered),
      ...(endless !== undefined && {
        ring: `${endless.queue} still got it after ${endless.tries} deliveries`,
      }),
    };
  }

  /** The declared time, of which only a moment was waited. */
  #waited({ queue, reason, count }: Arrival['deaths'][number]): number {
    const found = reason === 'expired' ? this.#vhost.queues.get(queue) : undefined;
    return found ? (waitingTime(found) ?? 0) * count : 0;
  }

  async #watch(scratch: string, watched: Omit<Parameters<typeof watch>[1], 'signal'>): Promise<Seen> {
    const { signal } = this.#trial;
    return this.#sending.links.callAlone(scratch, (channel) => watch(channel, { ...watched, signal }));
  }

  async #inScratch<T>(phase: Phase, work: (scratch: string) => Promise<T>): Promise<T> {
    const scratch = `${this.#name}-${phase}`;
    const { management, broker } = this.#sending;
    const remove = () => removeVhost(management, broker.name, scratch);
    let found: T;
    try {
      await createVhost(scratch, phase, this.#vhost, this.#trial, this.#sending);
      found = await work(scratch);
    } catch (error) {
      // The first error is the one to tell: who may make no vhost may remove none either.
      await remove().catch(() => {});
      throw error;
    }
    await remove();
    return found;
  }
}

const NO_JOURNEY: Journey = { ends: [], doubts: [], delivered: new Set() };

const FOLLOWED = ['rejected-by', 'returned-by', 'ends-in', 'after', 'never'];

/** Whether the answer needs to know what becomes of the message after it reached its queues. */
function isFollowed(test: JsonObject): boolean {
  return FOLLOWED.some((key) => test[key] !== undefined);
}

/** With the time after which it expires shortened, as those of queues are. */
function sendable({ expiration, ...publish }: JsonObject): JsonObject {
  const time = durationOf('expiration', expiration);
  return time === undefined ? publish : { ...publish, expiration: Math.min(time, MOMENT) };
}
