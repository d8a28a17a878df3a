import { setTimeout as sleep } from 'node:timers/promises';
import {
  BrokerError,
  type BrokerIdentity,
  ConnectionError,
  type Failure,
  type JsonObject,
} from '../../../../model/index.ts';
import {
  type CallResult,
  MOVE_PHASES,
  type MovePhase,
  type QueueMove,
  RENAME_PHASES,
  type RenamePhase,
} from '../../calls.ts';
import { type MoveNames, moveNames } from '../../kinds/queue/move.ts';
import type { AmqpLinks } from '../amqp.ts';
import { AmqpRefusal, LostConnection } from '../connection-errors.ts';
import type { Listings } from '../listings.ts';
import type { PlainCall } from '../requests.ts';
import type { Endpoint, RabbitSettings } from '../settings.ts';
import { Transfer } from './transfer.ts';

export interface MoveOptions {
  readonly broker: Pick<BrokerIdentity, 'version'>;
  readonly settings: RabbitSettings;
  readonly listings: Listings;
  readonly links: AmqpLinks;
  readonly endpoint: Endpoint;
  /** Sends a call, and waits for a broker that restarts. */
  readonly execute: (call: PlainCall) => Promise<CallResult>;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  /** Messages a second, at most. */
  readonly limitRate?: number | undefined;
  readonly report: (text?: string) => void;
  /** Bytes of a message, by the target of a move: learned while they are moved. */
  readonly sizes: Map<string, number>;
  /** Told whenever messages were moved: the broker is there. */
  readonly alive: () => void;
}

/** Messages in flight: more make it no faster, and as many may arrive twice after a kill. */
const PREFETCH = 400;
/** Bytes of messages in flight. */
const IN_FLIGHT = 16 * 1024 * 1024;
/** Assumed where no message was moved yet, and the statistics do not tell. */
const UNKNOWN_SIZE = 256 * 1024;
/** How long no message may come for a queue to count as drained. Milliseconds. */
export const QUIET = 250;
const REPORT_EVERY = 1000;
const KEPT_AFTER = 2000;
const LOOK = 20;

/** One phase of one move. */
export class MoveRun {
  readonly names: MoveNames;
  readonly vhost: string;
  readonly queue: string;
  #moved = 0;
  readonly #counted = new Map<Transfer, number>();
  #reported = { at: 0, moved: 0 };

  constructor(
    readonly phase: MovePhase | RenamePhase,
    readonly target: string,
    readonly move: QueueMove,
    readonly options: MoveOptions,
  ) {
    this.vhost = move.declare.vhost;
    this.queue = move.declare.name;
    this.names = moveNames(this.queue);
  }

  /** The type of the queue as it is to be. */
  get newType(): string {
    return String(this.move.declare.arguments['x-queue-type'] ?? 'classic');
  }

  /** @throws BrokerError, ConnectionError */
  async do(call: PlainCall): Promise<void> {
    const result = await this.options.execute(call);
    if (result.status === 'done') return;
    const { broker } = this.options.settings;
    if (result.status === 'failed') throw new BrokerError(broker, result.failure);
    const { message, hint } = result.failure;
    const sent = result.status === 'unknown';
    throw new LostConnection(broker, message, { transient: true, sent, ...(hint ? { hint } : {}) });
  }

  fail(message: string, hint?: string): never {
    const failure: Failure = { op: this.phase, message, ...(hint ? { hint } : {}) };
    throw new BrokerError(this.options.settings.broker, failure);
  }

  /** @throws BrokerError when the user wants to stop */
  checkStop(left?: string): void {
    const { drain, abort } = this.options;
    if (!drain.aborted && !abort.aborted) return;
    const counts = [this.#moved > 0 && `${shown(this.#moved)} moved`, left].filter(Boolean).join(', ');
    this.fail(
      `stopped in phase ${this.#phaseText()}${counts ? `: ${counts}` : ''}`,
      'no message is lost; apply again to continue the move',
    );
  }

  /** Opens a transfer from a queue to a fanout exchange of the move. */
  async transfer(from: string, type: string, via: string): Promise<Transfer> {
    const { settings, endpoint, limitRate, abort } = this.options;
    const size = await this.#averageSize(from);
    return Transfer.open(settings, endpoint, {
      vhost: this.vhost,
      from,
      via,
      prefetch: Math.max(1, Math.min(PREFETCH, Math.floor(IN_FLIGHT / size))),
      rate: limitRate,
      countsDeliveries: type === 'quorum',
      signal: abort,
    });
  }

  /** Waits a moment, reports, and stops where the user wants to. */
  async tick(transfer: Transfer, from: string): Promise<void> {
    await transfer.wait();
    if (this.#count(transfer) > 0) this.options.alive();
    if (this.options.drain.aborted) {
      await this.finish(transfer, from);
      this.#count(transfer);
      this.checkStop(await this.#leftText(from));
    }
    await this.#reportOn(transfer, from);
  }

  /**
   * Takes no more messages, and waits for those in flight. An alarm of the broker may last for hours: it is told, and
   * where the user wants to stop, what is in flight goes back to its queue, if that is still there.
   * @throws BrokerError when the user wants to stop, ConnectionError, AmqpRefusal
   */
  async finish(transfer: Transfer, from: string): Promise<void> {
    let isFinished = false;
    const finishing = transfer.finish().finally(() => {
      isFinished = true;
    });
    finishing.catch(() => {});
    while (!isFinished) {
      if (this.options.drain.aborted && transfer.alarm !== undefined && !transfer.cancelled) {
        transfer.destroy();
        this.#count(transfer);
        this.checkStop(await this.#leftText(from));
      }
      await Promise.race([finishing, sleep(LOOK)]);
      if (transfer.alarm !== undefined) await this.#reportOn(transfer, from);
    }
    await finishing;
  }

  async #reportOn(transfer: Transfer, from: string): Promise<void> {
    const now = Date.now();
    if (now - this.#reported.at < REPORT_EVERY) return;
    const isFirst = this.#reported.at === 0;
    const rate = ((this.#moved - this.#reported.moved) * 1000) / (now - this.#reported.at);
    this.#reported = { at: now, moved: this.#moved };
    const left = await this.#leftText(from);
    if (transfer.alarm !== undefined) {
      this.report(`waiting: an alarm of the broker blocks publishers (${transfer.alarm})`, left);
    } else if (transfer.isIdle(REPORT_EVERY)) {
      this.report(`waiting for fresh counts of ${from}`, left);
    } else {
      this.report(`${shown(this.#moved)} moved`, isFirst ? undefined : `${shown(rate)}/s`, left);
    }
  }

  /** @returns what was moved since the last time */
  #count(transfer: Transfer): number {
    const count = transfer.moved - (this.#counted.get(transfer) ?? 0);
    this.#counted.set(transfer, transfer.moved);
    this.#moved += count;
    if (transfer.moved > 0) this.options.sizes.set(this.target, transfer.bytes / transfer.moved);
    return count;
  }

  /**
   * Waits until a queue that was just declared outlives a crash of the broker. A quorum queue loses its messages, also
   * confirmed ones, when the broker is killed within about 0.8 s of its declaration (seen on 4.3.6; on 3.10.8 it does
   * not answer any more).
   */
  async untilKept(type: string): Promise<void> {
    if (type !== 'quorum') return;
    this.report('waiting until the broker keeps the new queue');
    await sleep(KEPT_AFTER);
  }

  report(...parts: readonly (string | undefined)[]): void {
    const text = parts.filter((part) => part !== undefined).join(', ');
    this.options.report(`${this.queue}: phase ${this.#phaseText()}: ${text}`);
  }

  /** Messages that are ready; undefined where that is not known now. */
  async ready(queue: string): Promise<number | undefined> {
    try {
      const { messageCount } = await this.options.links.call(this.vhost, (channel) =>
        channel.checkQueue(queue),
      );
      return messageCount;
    } catch (error) {
      if (error instanceof AmqpRefusal || error instanceof ConnectionError) return undefined;
      throw error;
    }
  }

  /** As {@link tick}, for longer. */
  async waitWith(transfer: Transfer, from: string, milliseconds: number): Promise<void> {
    const until = Date.now() + milliseconds;
    while (Date.now() < until && !transfer.cancelled) await this.tick(transfer, from);
  }

  async #leftText(queue: string): Promise<string | undefined> {
    const left = await this.ready(queue);
    return left === undefined ? undefined : `${shown(left)} left`;
  }

  #phaseText(): string {
    const phases: readonly string[] = this.phase.startsWith('rename.') ? RENAME_PHASES : MOVE_PHASES;
    const name = this.phase.replace(/^\w+\./, '');
    return `${phases.indexOf(this.phase) + 1} of ${phases.length} (${name})`;
  }

  /** Bytes of a message: as the statistics tell, which may be some seconds old, or as those were that were moved. */
  async #averageSize(queue: string): Promise<number> {
    const item: JsonObject = (await this.options.listings.queue(this.vhost, queue, '')) ?? {};
    const { messages, message_bytes: bytes } = item;
    const isListed = typeof messages === 'number' && typeof bytes === 'number' && messages > 0;
    const listed = isListed ? bytes / messages : 0;
    const moved = this.options.sizes.get(this.target) ?? 0;
    return Math.max(listed, moved) || UNKNOWN_SIZE;
  }
}

function shown(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}
