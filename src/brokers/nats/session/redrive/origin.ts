import { isObject, type Json, type JsonObject, objectOf } from '../../../../model/index.ts';
import { isToken, isWithin } from '../../fields/subjects.ts';
import { stringsIn, textIn } from '../../fields/values.ts';
import type { JetStreamApi } from '../api.ts';
import { configOf, listConsumers } from '../listings.ts';
import { isNotFound, unless } from '../refusals.ts';
import { numberOf, type StoredMessage } from './messages.ts';

/** Milliseconds by which the clocks of the servers that keep a stream and its consumer may differ. */
const CLOCKS_DIFFER = 1_000;

interface Reader {
  readonly name: string;
  readonly filters: readonly string[];
}

/** A stream that messages died in, or that takes them again. */
export class Origin {
  readonly name: string;
  readonly consumers: readonly Reader[];
  readonly #created: number;
  readonly #config: JsonObject;
  /** How many messages and bytes it takes before it would discard one that waits; updated by `refresh`. */
  #room: { messages: number; bytes: number };

  private constructor(name: string, info: JsonObject, consumers: readonly JsonObject[]) {
    this.name = name;
    this.#created = Date.parse(textIn(info.created));
    this.#config = configOf(info);
    this.#room = roomIn(info);
    this.consumers = consumers.map((consumer) => ({
      name: textIn(consumer.name),
      filters: filtersOf(configOf(consumer)),
    }));
  }

  /** Undefined if there is no such stream. @throws as `JetStreamApi.read` */
  static async read(api: JetStreamApi, name: string): Promise<Origin | undefined> {
    if (!isToken(name)) return undefined;
    const read = async () => {
      const info = await api.read({ verb: 'STREAM.INFO', path: [name] });
      return new Origin(name, info, (await listConsumers(api, name)).items);
    };
    return unless(isNotFound, read());
  }

  /** Its messages are work that waits, so that the old one has to go. The others keep a history, and the old one in it. */
  get isWork(): boolean {
    return this.#config.retention === 'workqueue' || this.#config.retention === 'interest';
  }

  /** Whether it can delete the message that was brought back; a log keeps it. */
  get deletes(): boolean {
    return this.isWork && this.#config.deny_delete !== true;
  }

  get denies(): boolean {
    return this.isWork && this.#config.deny_delete === true;
  }

  get keepsTtl(): boolean {
    return this.#config.allow_msg_ttl === true;
  }

  /** Why a message that died is not there any more. */
  whyGone(
    died: { readonly seq: number; readonly time: number },
    message: StoredMessage | undefined,
  ): string | undefined {
    const latest = died.time + CLOCKS_DIFFER;
    // Sequences of a stream that was created anew name other messages.
    if (message && this.#created <= latest && message.time <= latest) return undefined;
    return `message ${died.seq} is no longer in stream ${this.name}`;
  }

  /** Why it would not take a message on this subject, or lose it. */
  whyRefused(subject: string): string | undefined {
    const { name } = this;
    if (isObject(this.#config.mirror)) return `stream ${name} is a mirror: clients cannot publish to it`;
    if (this.#config.sealed === true) return `stream ${name} is sealed`;
    if (this.#config.no_ack === true) return `stream ${name} does not acknowledge messages (no_ack)`;
    if (this.#config.allow_msg_counter === true)
      return `stream ${name} holds counters: a copy would count twice`;
    if (!stringsIn(this.#config.subjects).some((own) => isWithin(subject, own))) {
      return `stream ${name} does not take subject ${subject}`;
    }
    // The server acknowledges such a message and drops it.
    if (this.#config.retention === 'interest' && this.#readersOf(subject).length === 0) {
      return `no consumer of stream ${name} takes subject ${subject}`;
    }
    return undefined;
  }

  get transforms(): boolean {
    return isObject(this.#config.subject_transform);
  }

  /** Takes the room that a copy needs; false if the stream would discard a message that waits. */
  takeRoom(bytes: number): boolean {
    if (this.#room.messages < 1 || this.#room.bytes < bytes) return false;
    this.#room = { messages: this.#room.messages - 1, bytes: this.#room.bytes - bytes };
    return true;
  }

  get isLimited(): boolean {
    return Number.isFinite(this.#room.messages) || Number.isFinite(this.#room.bytes);
  }

  async refresh(api: JetStreamApi): Promise<void> {
    this.#room = roomIn(await api.read({ verb: 'STREAM.INFO', path: [this.name] }));
  }

  /** Whether a subject has more messages than the stream would keep beside a copy. @throws as `JetStreamApi.read` */
  async isSubjectFull(api: JetStreamApi, subject: string): Promise<boolean> {
    const most = numberOf(this.#config.max_msgs_per_subject);
    // With one message a subject, the copy takes the place of the dead one.
    if (!this.isWork || this.#config.discard === 'new' || most <= 1) return false;
    const body = { subjects_filter: subject };
    const { state } = await api.read({ verb: 'STREAM.INFO', path: [this.name], body });
    const subjects = objectOf(objectOf(state).subjects);
    return numberOf(subjects[subject]) >= most;
  }

  #readersOf(subject: string): readonly Reader[] {
    return this.consumers.filter(({ filters }) => filters.some((filter) => isWithin(subject, filter)));
  }
}

/** Only a stream of work that discards its oldest message can lose one to a copy. */
function roomIn(info: JsonObject): { messages: number; bytes: number } {
  const config = configOf(info);
  const state = objectOf(info.state);
  const isWork = config.retention === 'workqueue' || config.retention === 'interest';
  const room = (limit: Json | undefined, used: Json | undefined) => {
    const most = numberOf(limit);
    return isWork && config.discard !== 'new' && most > 0 ? most - numberOf(used) : Number.POSITIVE_INFINITY;
  };
  return { messages: room(config.max_msgs, state.messages), bytes: room(config.max_bytes, state.bytes) };
}

function filtersOf({ filter_subject, filter_subjects }: JsonObject): string[] {
  const filters = [...stringsIn(filter_subjects), textIn(filter_subject)].filter((filter) => filter !== '');
  return filters.length > 0 ? filters : ['>'];
}
