import {
  type Address,
  type Body,
  equalJson,
  groupBy,
  type Json,
  type JsonObject,
  kindOf,
  literalText,
  membersOf,
  type Resource,
  type Section,
  type Source,
} from '../../../model/index.ts';
import { byName, fits, humanised, ref } from '../fields/field.ts';
import { LEADER_LOCATOR, STREAM_ARGUMENTS, superStreamSchema, USUAL_LOCATOR } from '../fields/queue.ts';
import { bindingAddress, endsOf, identityOf } from './binding/identity.ts';
import { declareExchanges } from './exchange/index.ts';
import type { Collector } from './kind.ts';
import { brokerOf, checkDeclaredName, tableOf, vhostAndName } from './parts.ts';
import { declareQueues } from './queue/yaml.ts';
import { escapeTexts } from './secrets.ts';

/*
 * A super stream is no resource of the broker: it is a direct exchange with a mark, a stream for each partition, and
 * bindings that number them (`rabbit_stream_manager`, seen on 4.3.6; 3.10.8 has all of it but the command). One key
 * declares these three. https://www.rabbitmq.com/docs/streams#super-streams
 */

export const superStreamKeys: JsonObject = {
  'super-streams': byName('Super streams by name.', ref('super-stream')),
};

export const superStreamDefinitions: JsonObject = { 'super-stream': superStreamSchema };

const MARK = 'x-super-stream';
const ORDER = 'x-stream-partition-order';

/** `super-streams: { invoices: { partitions: 3 } }` */
export function declareSuperStreams(collector: Collector, vhostBody: Body, vhost: string): void {
  for (const [name, body] of membersOf(vhostBody, 'super-streams')) {
    const keys = keysOf(collector, body);
    if (keys.length === 0 || !checkDeclaredName(collector, 'an exchange', name, body.at)) continue;
    const section = new PartsSection(body);
    const declareParts = (declare: typeof declareQueues, value: JsonObject) =>
      declare(collector, { section, value: section.own(value), at: body.at }, vhost);
    const exchange = section.part({ type: 'direct', arguments: { [MARK]: true } });
    declareParts(declareExchanges, { exchanges: { [name]: exchange } });
    const errors = collector.diagnostics.length;
    for (const [index, key] of keys.entries()) {
      const stream = section.part(partition(body.value, name, key, index));
      declareParts(declareQueues, { queues: { [`${name}-${key}`]: stream } });
      // The others have the same mistake.
      if (collector.diagnostics.length > errors) break;
    }
  }
}

function keysOf(collector: Collector, { section, value, at }: Body): string[] {
  const { partitions, 'binding-keys': keys } = value;
  if ((partitions === undefined) === (keys === undefined)) {
    collector.error('partitions', at, 'a super stream has either "partitions" or "binding-keys"', {
      hint: 'write partitions: 3, or a binding key for each partition',
      ...(keys !== undefined && { related: [section.at(value, 'binding-keys')] }),
    });
    return [];
  }
  if (Array.isArray(keys)) return keys.map(String);
  return Array.from({ length: Number(partitions) }, (_, index) => String(index));
}

function partition(given: JsonObject, name: string, key: string, index: number): JsonObject {
  const { partitions: _, 'binding-keys': __, [LEADER_LOCATOR]: wanted, ...args } = given;
  const isRaw = tableOf(args.arguments)[`x-${LEADER_LOCATOR}`] !== undefined;
  const locator = wanted === undefined && !isRaw ? USUAL_LOCATOR : wanted;
  return {
    type: 'stream',
    ...args,
    ...(typeof locator === 'string' && { [LEADER_LOCATOR]: locator }),
    bindings: [{ from: name, key, arguments: { [ORDER]: index } }],
  };
}

/** What a super stream stands for, as a section: all of it is where the super stream is, or the key that it has in both. */
class PartsSection implements Section {
  readonly broker: string;
  readonly value: JsonObject;
  readonly #written: Section;
  readonly #at: Source;
  readonly #parts = new Set<object>();
  /** Containers that are not in the file. */
  readonly #made = new Set<object>();
  /** By what an environment's overrides made of a part. */
  readonly #overridden = new Map<object, JsonObject>();

  constructor({ section, value, at }: Body) {
    this.broker = section.broker;
    this.value = value;
    this.#written = section;
    this.#at = at;
  }

  part(body: JsonObject): JsonObject {
    this.#parts.add(body);
    return body;
  }

  own<T extends object>(value: T): T {
    this.#made.add(value);
    for (const item of Object.values(value))
      if (typeof item === 'object' && item !== null && item !== this.value.arguments) this.own(item);
    return value;
  }

  at(container: object, key?: string | number): Source {
    const part = this.#overridden.get(container);
    if (part) {
      const isOfPart = key === undefined || Reflect.get(container, key) === part[key];
      return isOfPart ? this.at(part, key) : this.#written.at(container, key);
    }
    if (!this.#made.has(container)) return this.#written.at(container, key);
    const isWritten = this.#parts.has(container) && key !== undefined && Object.hasOwn(this.value, key);
    return isWritten ? this.#written.at(this.value, key) : this.#at;
  }

  template(container: object, key: string | number): string | undefined {
    return this.#written.template(container, key);
  }

  overridden(address: Address, kind: string, body: JsonObject): JsonObject {
    const result = this.#written.overridden(address, kind, body);
    if (result !== body) this.#overridden.set(result, body);
    return result;
  }
}

/** Live super streams of one vhost as YAML, and the resources that are no part of one that YAML can say. */
export function takeSuperStreams(members: readonly Resource[]): {
  readonly superStreams: JsonObject;
  readonly rest: readonly Resource[];
} {
  const marked = members.filter(isMarked);
  if (marked.length === 0) return { superStreams: {}, rest: members };
  const byAddress = new Map(members.map((one) => [one.address, one]));
  const bySource = groupBy(
    members.filter(({ address }) => kindOf(address) === 'binding'),
    (one) => endsOf(one).source,
  );
  const taken = new Set<Address>();
  const written = marked.flatMap((exchange): [string, JsonObject][] => {
    const bindings = bySource.get(exchange.address) ?? [];
    const streams = bindings.map((one) => byAddress.get(endsOf(one).destination));
    const body = writeSuperStream(exchange, bindings, streams);
    if (!body) return [];
    for (const part of [exchange, ...bindings, ...streams]) if (part) taken.add(part.address);
    return [[vhostAndName(exchange).name, body]];
  });
  return {
    superStreams: Object.fromEntries(written.sort(([a], [b]) => (a < b ? -1 : 1))),
    rest: members.filter(({ address }) => !taken.has(address)),
  };
}

function isMarked({ address, spec }: Resource): boolean {
  return (
    kindOf(address) === 'exchange' &&
    equalJson(spec, {
      type: 'direct',
      durable: true,
      'auto-delete': false,
      internal: false,
      arguments: { [MARK]: true },
    })
  );
}

/** Undefined where something about it cannot be said with the key. */
function writeSuperStream(
  exchange: Resource,
  bindings: readonly Resource[],
  streams: readonly (Resource | undefined)[],
): JsonObject | undefined {
  const { name } = vhostAndName(exchange);
  const keys: string[] = [];
  for (const binding of bindings) {
    const { [ORDER]: order, ...others } = tableOf(binding.spec.arguments);
    const identity = identityOf(binding);
    const { routingKey, destination, destinationType } = identity;
    const isPartition =
      typeof order === 'number' &&
      keys[order] === undefined &&
      Object.keys(others).length === 0 &&
      destinationType === 'queue' &&
      routingKey !== '' &&
      destination === `${name}-${routingKey}` &&
      bindingAddress(brokerOf(binding), identity) === binding.address;
    if (!isPartition) return undefined;
    keys[order] = routingKey;
  }
  // Orders from 0 on without a gap.
  if (keys.length === 0 || keys.length !== bindings.length) return undefined;
  const [first] = streams;
  const isStream = first?.spec.type === 'stream' && streams.every((one) => equalJson(one?.spec, first.spec));
  if (!isStream || first.spec.durable !== true || first.spec['auto-delete'] !== false) return undefined;
  return {
    ...(keys.every((key, index) => key === String(index))
      ? { partitions: keys.length }
      : { 'binding-keys': keys.map(literalText) }),
    ...writtenArguments(tableOf(first.spec.arguments)),
  };
}

function writtenArguments(table: JsonObject): JsonObject {
  const raw: Record<string, Json> = { ...table };
  const friendly: Record<string, Json> = {};
  for (const [key, row] of STREAM_ARGUMENTS) {
    const value = raw[`x-${key}`];
    if (value === undefined || !fits(row, value)) continue;
    delete raw[`x-${key}`];
    friendly[key] = humanised(value, row.unit);
  }
  const { [LEADER_LOCATOR]: locator = null, ...others } = friendly;
  const isRaw = raw[`x-${LEADER_LOCATOR}`] !== undefined;
  return {
    ...(escapeTexts(others) as JsonObject),
    ...(locator !== USUAL_LOCATOR && !isRaw && { [LEADER_LOCATOR]: locator }),
    ...(Object.keys(raw).length > 0 && { arguments: escapeTexts(raw) }),
  };
}
