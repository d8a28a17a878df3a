import {
  type BrokerIdentity,
  type Drawing,
  type Fact,
  isObject,
  type Json,
  type JsonObject,
  kindOf,
  makeAddress,
  parseAddress,
  type Resource,
  Sketch,
} from '../../../model/index.ts';
import { consumerFields } from '../fields/consumer.ts';
import type { Fields } from '../fields/field.ts';
import { streamFields } from '../fields/stream.ts';
import { fieldText } from '../fields/text.ts';
import {
  consumerNameOf,
  identify,
  type StreamKind,
  streamAddress,
  streamNameOf,
} from '../kinds/addresses.ts';

/** Subjects, the streams that keep what is published under them, what is copied, and who consumes it. */
export function draw(resources: readonly Resource[], broker: BrokerIdentity): Drawing {
  const sketch = new Sketch();
  const group = makeAddress(broker.name, 'account');
  if (resources.length > 0) sketch.group(group, `${broker.name} · nats`);
  const pen = penOf(sketch, group, broker.name);
  for (const resource of resources) {
    if (kindOf(resource.address) === 'consumer') drawConsumer(pen, resource);
    else drawStream(pen, resource);
  }
  return sketch.done();
}

interface Pen {
  readonly sketch: Sketch;
  readonly group: string;
  readonly broker: string;
  /** The ids of what is declared, or only named. */
  stream(name: string): string;
  subject(name: string): string;
}

function penOf(sketch: Sketch, group: string, broker: string): Pen {
  return {
    sketch,
    group,
    broker,
    stream(full) {
      const { kind, name } = identify(full);
      return sketch.name({ id: streamAddress(broker, full), kind: WORDS[kind], role: 'store', name, group });
    },
    subject(name) {
      const id = makeAddress(broker, 'subject', name);
      sketch.node({ id, kind: 'subject', role: 'subject', name, group });
      return id;
    },
  };
}

const WORDS: Readonly<Record<StreamKind, string>> = {
  stream: 'stream',
  'key-value': 'key-value bucket',
  'object-store': 'object store',
};

/** What the picture itself shows, or nobody wants to read on it. */
const DRAWN = ['subjects', 'mirror', 'sources', 'republish', 'filter_subject', 'filter_subjects', 'metadata'];

function drawStream(pen: Pen, resource: Resource): void {
  const { sketch, group } = pen;
  const { address: id, spec } = resource;
  const { kind, name } = identify(streamNameOf(id));
  sketch.node({
    id,
    kind: WORDS[kind],
    role: 'store',
    name,
    detail: kind === 'stream' && typeof spec.retention === 'string' ? spec.retention : '',
    group,
    facts: factsOf(spec, streamFields),
    ...placeOf(resource),
  });
  // A bucket's subjects are its clients' affair.
  const subjects = kind === 'stream' ? texts(spec.subjects) : [];
  for (const subject of subjects) sketch.edge({ from: pen.subject(subject), to: id, role: 'route' });
  for (const origin of listOf(spec.mirror)) drawOrigin(pen, id, origin, 'mirror');
  for (const origin of listOf(spec.sources)) drawOrigin(pen, id, origin, 'source');
  const { republish } = spec;
  if (isObject(republish) && typeof republish.dest === 'string') {
    const label = typeof republish.src === 'string' ? `republish ${republish.src}` : 'republish';
    sketch.edge({ from: id, to: pen.subject(republish.dest), role: 'copy', label });
  }
}

function drawOrigin(pen: Pen, to: string, origin: JsonObject, word: string): void {
  const { sketch, group, broker } = pen;
  const { name, external, filter_subject: filter } = origin;
  if (typeof name !== 'string') return;
  const label = typeof filter === 'string' ? `${word} ${filter}` : word;
  if (!isObject(external)) {
    sketch.edge({ from: pen.stream(name), to, role: 'copy', label });
    return;
  }
  const api = String(external.api ?? '');
  const id = makeAddress(broker, 'external', api, name);
  sketch.name({ id, kind: 'stream', role: 'store', name, detail: `through ${api}`, group });
  sketch.edge({ from: id, to, role: 'copy', label });
}

function drawConsumer(pen: Pen, resource: Resource): void {
  const { sketch, group } = pen;
  const { address: id, spec } = resource;
  const push = typeof spec.deliver_subject === 'string' ? spec.deliver_subject : undefined;
  sketch.node({
    id,
    kind: 'consumer',
    role: 'client',
    name: consumerNameOf(id),
    // Of one that goes with its stream, a plan tells the name only.
    detail: Object.keys(spec).length === 0 ? '' : push === undefined ? 'pull' : 'push',
    group,
    facts: factsOf(spec, consumerFields),
    ...placeOf(resource),
  });
  const filters = [...texts(spec.filter_subjects), ...texts([spec.filter_subject ?? null])];
  const stream = pen.stream(parseAddress(id).path[0] ?? '');
  sketch.edge({ from: stream, to: id, role: 'consume', label: filters.join(', ') });
  if (push !== undefined) sketch.edge({ from: id, to: pen.subject(push), role: 'route' });
}

/** Fields that are not as the server would set them. */
function factsOf(spec: JsonObject, fields: Fields): Fact[] {
  return Object.entries(spec).flatMap(([name, value]): Fact[] => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field || DRAWN.includes(name) || value === null || value === field.default) return [];
    const text = fieldText(fields, [name], value);
    return [{ name, text: text ?? (typeof value === 'string' ? value : JSON.stringify(value)) }];
  });
}

function texts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function listOf(value: Json | undefined): JsonObject[] {
  return [value].flat().filter((item): item is JsonObject => isObject(item));
}

function placeOf({ at }: Resource) {
  return at ? { at } : {};
}
