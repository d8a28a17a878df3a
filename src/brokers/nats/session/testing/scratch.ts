import {
  type BrokerIdentity,
  brokerOf,
  copyName,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
} from '../../../../model/index.ts';
import type { AccountLimits, NatsFacts } from '../../facts.ts';
import { SECOND } from '../../fields/field.ts';
import { numberIn, objectsIn, stringsIn } from '../../fields/values.ts';
import {
  consumerNameOf,
  consumerResource,
  originsOf,
  streamNameOf,
  streamResource,
} from '../../kinds/addresses.ts';
import { EXPECTED, REFUSING } from '../../routing/fate.ts';
import type { Message } from '../../routing/flow.ts';

/*
 * A copy of streams and consumers in the same account, in which tests publish: it routes as the original does, under
 * other names and subjects, and keeps what a test looks for. Limits are left out: tests would affect each other by them.
 */

/** The first token of all subjects of copies. */
export const ROOT = 'brokerform_test';

/** Bytes, for an account in which every stream must have a limit. */
const MAX_BYTES = 1024 * 1024;
/** Messages, in case that they come back without end and the router does not know. */
const MAX_MESSAGES = 10_000;
/** Nanoseconds; longer than any test. */
const ACK_WAIT = 3600 * SECOND;

export class Scratch {
  /** The resources of the copy, those that can be created at once in one list each: first what others copy from. */
  readonly waves: readonly (readonly Resource[])[];
  /** The names of the copies by those of the streams. */
  readonly names: ReadonlyMap<string, string>;
  /** The other way round. */
  readonly originals: ReadonlyMap<string, string>;
  readonly #prefix: string;
  readonly #limits: AccountLimits;

  /** @param id distinguishes it from other copies: a token of a subject, and a part of names */
  constructor(resources: readonly Resource[], { facts }: Pick<BrokerIdentity, 'facts'>, id: string) {
    const { limits = {}, tiers } = facts as NatsFacts;
    this.#limits = tiers?.R1 ?? limits;
    this.#prefix = `${ROOT}.${id}.`;
    const isConsumer = ({ address }: Resource) => kindOf(address) === 'consumer';
    const streams = resources.filter((one) => !isConsumer(one));
    const names = streams.map((one, i) => [streamNameOf(one.address), copyName(id, i)] as const);
    this.names = new Map(names);
    this.originals = new Map(names.map(([name, copy]) => [copy, name]));
    const copies = streams.map((one) =>
      streamResource(brokerOf(one.address), this.#nameOf(one), this.#streamSpec(one.spec)),
    );
    const consumers = resources.filter(isConsumer).map((one) => {
      const spec = this.#consumerSpec(one.spec);
      return consumerResource(brokerOf(one.address), this.#nameOf(one), consumerNameOf(one.address), spec);
    });
    this.waves = [...byOrigins(copies), consumers].filter(({ length }) => length > 0);
  }

  get resources(): Resource[] {
    return this.waves.flat();
  }

  /** A subject, pattern or destination of a transform in the copy. Tokens are added, so `$1` stays the first wildcard. */
  subject(text: string): string {
    return this.#prefix + text;
  }

  /** What a subject of the copy stands for; undefined for any other subject. */
  original(subject: string): string | undefined {
    return subject.startsWith(this.#prefix) ? subject.slice(this.#prefix.length) : undefined;
  }

  /** The message that goes the same way in the copy. */
  message({ subject, headers }: Message): Message {
    const kept = Object.entries(headers).flatMap(([name, value]): [string, Json][] => {
      // These depend on the messages before, which are those of other tests.
      if (name === 'Nats-Msg-Id' || name.startsWith('Nats-Expected-Last-')) return [];
      if (name === EXPECTED) return [[name, this.names.get(String(value)) ?? String(value)]];
      return [[name, name === 'Nats-TTL' && LIFETIME.test(String(value)) ? '1h' : value]];
    });
    return { subject: this.subject(subject), headers: Object.fromEntries(kept) };
  }

  #nameOf({ address }: Resource): string {
    const name = streamNameOf(address);
    return this.names.get(name) ?? name;
  }

  #streamSpec(spec: JsonObject): JsonObject {
    const [mirror] = objectsIn(spec.mirror).flatMap((origin) => this.#origin(origin));
    const sources = objectsIn(spec.sources).flatMap((origin) => this.#origin(origin));
    const { subject_transform: transform, republish } = spec;
    const { max_memory: memory, max_bytes_required: isBounded } = this.#limits;
    return {
      subjects: stringsIn(spec.subjects).map((one) => this.subject(one)),
      retention: spec.retention ?? 'limits',
      storage: memory !== undefined && numberIn(memory) === 0n ? 'file' : 'memory',
      num_replicas: 1,
      max_msgs: MAX_MESSAGES,
      ...(isBounded && { max_bytes: MAX_BYTES }),
      ...(mirror && { mirror }),
      ...(sources.length > 0 && { sources }),
      ...(isObject(transform) && { subject_transform: this.#mapping(transform) }),
      ...(isObject(republish) && {
        republish: { ...this.#mapping(republish), headers_only: republish.headers_only === true },
      }),
      ...Object.fromEntries(
        REFUSING.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])),
      ),
    };
  }

  /** What is in another account or domain, or not declared, is not copied from. */
  #origin({
    name,
    external,
    filter_subject: filter,
    subject_transforms: mappings,
  }: JsonObject): JsonObject[] {
    const copy = this.names.get(String(name));
    if (copy === undefined || isObject(external)) return [];
    const mapped = objectsIn(mappings).map((mapping) => this.#mapping(mapping));
    return [
      {
        name: copy,
        ...(typeof filter === 'string' && filter !== '' && { filter_subject: this.subject(filter) }),
        ...(mapped.length > 0 && { subject_transforms: mapped }),
      },
    ];
  }

  #mapping({ src, dest }: JsonObject): JsonObject {
    const to = typeof dest === 'string' && dest !== '' ? { dest: this.subject(dest) } : {};
    return { src: this.subject(typeof src === 'string' && src !== '' ? src : '>'), ...to };
  }

  #consumerSpec({
    filter_subjects: filters,
    deliver_subject: to,
    deliver_group: group,
  }: JsonObject): JsonObject {
    const subjects = stringsIn(filters).map((one) => this.subject(one));
    return {
      // A message stays until the test has looked.
      ...{ ack_policy: 'explicit', ack_wait: ACK_WAIT },
      ...(subjects.length > 0 && { filter_subjects: subjects }),
      ...(typeof to === 'string' && { deliver_subject: this.subject(to) }),
      ...(typeof group === 'string' && { deliver_group: group }),
    };
  }
}

/** Values of Nats-TTL that let a message expire: seconds, or a duration of Go. */
const LIFETIME = /^(?:[1-9]\d{0,18}|(?:\d{1,18}(?:\.\d{1,18})?[hms]){1,3})$/;

/** Streams after those that they copy from: a mirror that comes first waits long for its origin. */
function byOrigins(streams: readonly Resource[]): Resource[][] {
  const waves: Resource[][] = [];
  let rest = streams;
  while (rest.length > 0) {
    const waiting = new Set(rest.map(({ address }) => streamNameOf(address)));
    const free = rest.filter(({ spec }) => !originsOf(spec).some((name) => waiting.has(name)));
    // In a circle none comes first.
    const wave = free.length > 0 ? free : rest;
    waves.push([...wave]);
    const done = new Set(wave);
    rest = rest.filter((one) => !done.has(one));
  }
  return waves;
}
