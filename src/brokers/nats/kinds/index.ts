import {
  type BrokerIdentity,
  brokerOf,
  type Change,
  type Context,
  DeclareCollector,
  type Declared,
  groupBy,
  type ImportedFile,
  indexByAddress,
  type Json,
  kindOf,
  literal,
  type Order,
  type Resource,
  type Section,
  systemOwned,
} from '../../../model/index.ts';
import { sectionSchema } from '../fields/field.ts';
import { streamAddress, streamNameOf } from './addresses.ts';
import { keyValue, objectStore } from './bucket.ts';
import { type ConsumerCall, consumer } from './consumer/index.ts';
import type { DeclareCode, NatsKind, Writer } from './kind.ts';
import { withAllLimits } from './server-limits.ts';
import { orderLimits } from './stream/consumer-limits.ts';
import { type StreamCall, stream } from './stream/index.ts';
import type { MoveCall } from './stream/move-calls.ts';
import { orderOwnership } from './subject-ownership.ts';

/**
 * Every request that changes a server. Its subject is below the API prefix, `$JS.API` or `$JS.<domain>.API`. `config`
 * is the JSON of the API: print it with `printJson`, which keeps large integers exact. A move is several requests.
 */
export type NatsCall = StreamCall | MoveCall | ConsumerCall;

/** Every kind by its name in addresses. */
export const kinds: Readonly<Record<string, NatsKind>> = {
  stream,
  consumer,
  'key-value': keyValue,
  'object-store': objectStore,
};

export const schema = sectionSchema(Object.values(kinds).map((kind) => kind.schema));

/** All resources that the sections of one account declare, in the order of the files. */
export function declare(sections: readonly Section[]): Declared {
  const collector = new DeclareCollector<DeclareCode>(
    'nats',
    (resource) => kinds[kindOf(resource.address)]?.title(resource).title,
  );
  for (const section of sections) {
    const { value } = section;
    for (const kind of Object.values(kinds)) {
      kind.declare?.(collector, { section, value, at: section.at(value) });
    }
  }
  collector.checkRenames();
  return { resources: collector.resources, diagnostics: collector.diagnostics };
}

/** The order of steps that claim what others release, and that respect the limits of others. */
export function order(changes: readonly Change[], context: Context): Order[] {
  return [...orderOwnership(changes, context), ...orderLimits(changes)];
}

/**
 * Live resources as YAML in the style of a person: one file, because consumers are below their streams. Defaults are
 * omitted.
 */
export function toSections(resources: readonly Resource[], identity: BrokerIdentity): ImportedFile[] {
  const broker = withAllLimits(identity);
  const system = systemOwned(indexByAddress(resources), kinds);
  const written = completed(resources, broker).filter(({ address }) => !system.has(address));
  const [consumers = [], others = []] = [true, false].map((isConsumer) =>
    written.filter(({ address }) => (kindOf(address) === 'consumer') === isConsumer),
  );
  const writer: Writer = { broker, notes: [], consumers: groupBy(consumers, streamAddressOf) };
  const sections: Record<string, Record<string, Json>> = {};
  for (const resource of others) {
    const kind = kinds[kindOf(resource.address)];
    if (kind?.section === undefined || !kind.toBody) continue;
    const { name, body } = kind.toBody(resource, writer);
    const bodies = sections[kind.section] ?? {};
    sections[kind.section] = bodies;
    bodies[name] = literal(body);
  }
  noteOrphans(writer);
  if (Object.keys(sections).length === 0 && writer.notes.length === 0) return [];
  return [{ name: 'streams', section: sections, notes: writer.notes }];
}

function completed(resources: readonly Resource[], broker: BrokerIdentity): Resource[] {
  const context: Context = { broker, desired: new Map(), live: indexByAddress(resources) };
  return resources.map((resource) => {
    const spec = kinds[kindOf(resource.address)]?.complete(resource, context);
    return spec ? { ...resource, spec } : resource;
  });
}

function streamAddressOf({ address }: Resource): string {
  return streamAddress(brokerOf(address), streamNameOf(address));
}

function noteOrphans({ consumers, notes }: Writer): void {
  const count = [...consumers.values()].flat().length;
  if (count === 0) return;
  const text =
    count === 1 ? '1 consumer left out: its stream is' : `${count} consumers left out: their streams are`;
  notes.push(`${text} not among what was read`);
}
