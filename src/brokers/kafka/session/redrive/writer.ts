import { setTimeout as sleep } from 'node:timers/promises';
import { BrokerError, groupBy } from '../../../../model/index.ts';
import { CODE, errorName, errorWords, isMoved } from '../protocol/errors.ts';
import {
  AddOffsetsToTxn,
  AddPartitionsToTxn,
  EndTxn,
  InitProducerId,
  Produce,
  TxnOffsetCommit,
} from '../protocol/messages.ts';
import { writeBatch } from '../protocol/records.ts';
import { type Right, refused } from '../refusals.ts';
import { Coordinator, errorOf, partitionErrorOf, TRANSACTION_TIMEOUT } from './coordinator.ts';
import type { Copy } from './letters.ts';
import { leaderOf, PATIENCE, PAUSE } from './partition-reader.ts';
import { type Commit, commit, type Place } from './place.ts';

/** Refusals that are about the records themselves, not about the topic. */
const ABOUT_RECORDS: ReadonlySet<number> = new Set([
  CODE.CORRUPT_MESSAGE,
  CODE.MESSAGE_TOO_LARGE,
  CODE.RECORD_LIST_TOO_LARGE,
  CODE.INVALID_TIMESTAMP,
  CODE.POLICY_VIOLATION,
  CODE.INVALID_RECORD,
]);

/** A broker does not take these records. Nothing of them is committed. */
export class RecordsRefused extends Error {
  override readonly name = 'RecordsRefused';
  constructor(code: number, message: string | null) {
    super(`${errorWords(code, message)} (${errorName(code)})`);
  }
}

interface Producer {
  readonly id: number;
  readonly epoch: number;
  /** By topic and partition. */
  readonly sequences: Map<string, number>;
}

/** Writes copies, and with them in one transaction how far a topic of dead letters was redriven. */
export class Writer {
  readonly #place: Place;
  readonly #transaction: Coordinator;
  #producer: Producer | undefined;

  private constructor(place: Place) {
    this.#place = place;
    this.#transaction = new Coordinator(place.cluster, 'transaction', place.group);
  }

  /**
   * Ends what a killed run left open, and locks out one that still runs.
   * @throws BrokerError, ConnectionError
   */
  static async open(place: Place): Promise<Writer> {
    const writer = new Writer(place);
    await writer.#begin();
    return writer;
  }

  /** Not without the right to a transactional id: a kill may then leave copies whose letters are redriven again. */
  get isTransactional(): boolean {
    return this.#producer !== undefined;
  }

  /** Writes copies and commits, all or nothing where it is transactional. @throws RecordsRefused, BrokerError, ConnectionError */
  async write(copies: readonly Copy[], commits: readonly Commit[]): Promise<void> {
    const producer = this.#producer;
    if (!producer) {
      await this.#produce(copies, undefined);
      return commit(this.#place, commits);
    }
    try {
      await this.#addPartitions(producer, copies);
      await this.#produce(copies, producer);
      await this.#commitOffsets(producer, commits);
    } catch (error) {
      await this.#end(producer, false).catch(() => {});
      if (error instanceof RecordsRefused) await this.#begin();
      throw error;
    }
    await this.#end(producer, true);
  }

  /**
   * Keeps these commits for long, which those of a transaction are not. An empty transaction first shows that no other
   * redrive has begun since: its commits must not be undone by older ones.
   * @throws BrokerError, ConnectionError
   */
  async keep(commits: readonly Commit[]): Promise<void> {
    if (this.#producer) {
      await this.#addOffsets(this.#producer);
      await this.#end(this.#producer, false);
    }
    await commit(this.#place, commits);
  }

  async #begin(): Promise<void> {
    const { group: transaction } = this.#place;
    const body = { transaction, timeout: TRANSACTION_TIMEOUT };
    const response = await this.#transaction.ask(InitProducerId, body, errorOf).catch((error: unknown) => {
      const isDenied =
        error instanceof BrokerError &&
        error.failure.status === errorName(CODE.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      if (isDenied) return { error: CODE.TRANSACTIONAL_ID_AUTHORIZATION_FAILED, id: -1, epoch: -1 };
      throw error;
    });
    if (response.error === CODE.TRANSACTIONAL_ID_AUTHORIZATION_FAILED) return;
    this.#check(`begin a transaction as ${transaction}`, response.error, { operation: 'Write', transaction });
    this.#producer = { id: response.id, epoch: response.epoch, sequences: new Map() };
  }

  async #addPartitions({ id, epoch }: Producer, copies: readonly Copy[]): Promise<void> {
    const { group: transaction } = this.#place;
    const byTopic = groupBy(copies, ({ topic }) => topic);
    const topics = [...byTopic].map(([name, own]) => ({
      name,
      partitions: [...new Set(own.map(({ partition }) => partition))],
    }));
    const request = { transaction, id, epoch, topics };
    const response = await this.#transaction.ask(AddPartitionsToTxn, request, partitionErrorOf);
    // Others in the request are only said not to have been tried.
    const failed = response.topics.flatMap(({ name, partitions }) =>
      partitions.flatMap(({ error }) => (error === 0 ? [] : [{ name, error }])),
    );
    const first = failed.find(({ error }) => error !== CODE.OPERATION_NOT_ATTEMPTED) ?? failed[0];
    if (!first) return;
    const right: Right =
      first.error === CODE.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        ? { operation: 'Write', transaction }
        : { operation: 'Write', topic: first.name };
    this.#check(`write to topic ${first.name}`, first.error, right);
  }

  async #produce(copies: readonly Copy[], producer: Producer | undefined): Promise<void> {
    const byPlace = groupBy(copies, ({ topic, partition }) => `${topic}/${partition}`);
    await Promise.all([...byPlace].map(([key, own]) => this.#produceTo(key, own, producer)));
  }

  async #produceTo(key: string, copies: readonly Copy[], producer: Producer | undefined): Promise<void> {
    const [{ topic, partition }] = copies as [Copy, ...Copy[]];
    const sequence = producer?.sequences.get(key) ?? 0;
    const sender = producer && { id: producer.id, epoch: producer.epoch, sequence };
    const isCompressed = copies.some((copy) => copy.isCompressed);
    const records = writeBatch(
      copies.map(({ record }) => record),
      Date.now(),
      isCompressed,
      sender,
    );
    producer?.sequences.set(key, sequence + copies.length);
    const until = Date.now() + PATIENCE;
    for (;;) {
      const response = await this.#place.cluster.request(
        Produce,
        {
          ...{
            transaction: producer ? this.#place.group : null,
            acks: -1,
            timeout: this.#place.cluster.settings.timeout,
          },
          topics: [{ name: topic, partitions: [{ index: partition, records }] }],
        },
        // The broker drops a repetition of the same sequence.
        await leaderOf(this.#place.cluster, topic, partition),
        producer !== undefined,
      );
      const [answer] = response.topics.flatMap(({ partitions }) => partitions);
      const code = answer?.error ?? 0;
      if (code === 0 || code === CODE.DUPLICATE_SEQUENCE_NUMBER) return;
      if (isMoved(code) && Date.now() < until) {
        await sleep(PAUSE);
        continue;
      }
      const message = answer?.message ?? answer?.refused[0]?.message ?? null;
      if (ABOUT_RECORDS.has(code)) throw new RecordsRefused(code, message);
      this.#check(`write to topic ${topic}`, code, { operation: 'Write', topic }, message);
    }
  }

  async #addOffsets({ id, epoch }: Producer): Promise<void> {
    const { group } = this.#place;
    const body = { transaction: group, id, epoch, group };
    const added = await this.#transaction.ask(AddOffsetsToTxn, body, errorOf);
    this.#check(`commit the offsets of ${group}`, added.error, { operation: 'Read', group });
  }

  async #commitOffsets(producer: Producer, commits: readonly Commit[]): Promise<void> {
    const { id, epoch } = producer;
    const { group, topic } = this.#place;
    const transaction = group;
    await this.#addOffsets(producer);
    const partitions = commits.map(({ partition: index, offset, metadata }) => ({
      ...{ index, offset, metadata, leaderEpoch: -1 },
    }));
    const body = { transaction, group, id, epoch, topics: [{ name: topic, partitions }] };
    const code = partitionErrorOf(await this.#place.coordinator.ask(TxnOffsetCommit, body, partitionErrorOf));
    this.#check(`commit the offsets of ${group}`, code, { operation: 'Read', group });
  }

  async #end({ id, epoch }: Producer, commits: boolean): Promise<void> {
    const { group: transaction } = this.#place;
    const { error } = await this.#transaction.ask(EndTxn, { transaction, id, epoch, commits }, errorOf);
    this.#check(`end a transaction as ${transaction}`, error, { operation: 'Write', transaction });
  }

  /** @throws BrokerError unless the code is 0 */
  #check(op: string, code: number, right: Right, message: string | null = null): void {
    if (code === 0) return;
    if (code === CODE.PRODUCER_FENCED || code === CODE.INVALID_PRODUCER_EPOCH) {
      throw new BrokerError(this.#place.cluster.settings.broker, {
        ...{ op, status: errorName(code) },
        message: `another redrive of topic ${this.#place.topic} has started`,
        hint: 'run one at a time; nothing is lost',
      });
    }
    throw refused(this.#place.cluster.settings, { op, code, right, message });
  }
}
