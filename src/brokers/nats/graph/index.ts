import {
  type BrokerIdentity,
  type Drawing,
  type Fact,
  GraphBuilder,
  isObject,
  type JsonObject,
  kindOf,
  makeAddress,
  parseAddress,
  type Resource,
} from '../../../model/index.ts';
import { consumerFields } from '../fields/consumer.ts';
import { type Fields, fieldIn } from '../fields/field.ts';
import { streamFields } from '../fields/stream.ts';
import { fieldText, objectsIn, stringsIn } from '../fields/values.ts';
import { consumerNameOf, identify, STREAM_NOUNS, streamAddress, streamNameOf } from '../kinds/addresses.ts';

/** Subjects, the streams that store them, copies, and consumers. */
export function draw(resources: readonly Resource[], broker: BrokerIdentity): Drawing {
  const builder = new GraphBuilder();
  const group = makeAddress(broker.name, 'account');
  if (resources.length > 0) builder.group(group, `${broker.name} · nats`);
  const scope: GraphScope = { builder, group, broker: broker.name };
  for (const resource of resources) {
    if (kindOf(resource.address) === 'consumer') drawConsumer(scope, resource);
    else drawStream(scope, resource);
  }
  return builder.done();
}

interface GraphScope {
  readonly builder: GraphBuilder;
  readonly group: string;
  readonly broker: string;
}

/** The id of a stream, declared or only referenced. */
function streamId({ builder, group, broker }: GraphScope, stream: string): string {
  const { kind, name } = identify(stream);
  return builder.name({
    id: streamAddress(broker, stream),
    kind: STREAM_NOUNS[kind],
    role: 'store',
    name,
    group,
  });
}

function subjectId({ builder, group, broker }: GraphScope, name: string): string {
  const id = makeAddress(broker, 'subject', name);
  builder.node({ id, kind: 'subject', role: 'subject', name, group });
  return id;
}

/** Fields that the graph itself shows, or that are irrelevant in it. */
const OMITTED = [
  'subjects',
  'mirror',
  'sources',
  'republish',
  'filter_subject',
  'filter_subjects',
  'metadata',
];

function drawStream(scope: GraphScope, resource: Resource): void {
  const { builder, group } = scope;
  const { address: id, spec } = resource;
  const { kind, name } = identify(streamNameOf(id));
  builder.node({
    id,
    kind: STREAM_NOUNS[kind],
    role: 'store',
    name,
    detail: kind === 'stream' && typeof spec.retention === 'string' ? spec.retention : '',
    group,
    facts: factsOf(spec, streamFields),
    ...placeOf(resource),
  });
  // Clients derive the subjects of a bucket from its name.
  const subjects = kind === 'stream' ? stringsIn(spec.subjects) : [];
  for (const subject of subjects) builder.edge({ from: subjectId(scope, subject), to: id, role: 'route' });
  for (const origin of objectsIn(spec.mirror)) drawOrigin(scope, id, origin, 'mirror');
  for (const origin of objectsIn(spec.sources)) drawOrigin(scope, id, origin, 'source');
  const { republish } = spec;
  if (isObject(republish) && typeof republish.dest === 'string') {
    const label = typeof republish.src === 'string' ? `republish ${republish.src}` : 'republish';
    builder.edge({ from: id, to: subjectId(scope, republish.dest), role: 'copy', label });
  }
}

function drawOrigin(scope: GraphScope, to: string, origin: JsonObject, word: string): void {
  const { builder, group, broker } = scope;
  const { name, external, filter_subject: filter } = origin;
  if (typeof name !== 'string') return;
  const label = typeof filter === 'string' ? `${word} ${filter}` : word;
  if (!isObject(external)) {
    builder.edge({ from: streamId(scope, name), to, role: 'copy', label });
    return;
  }
  const api = String(external.api ?? '');
  const id = makeAddress(broker, 'external', api, name);
  builder.name({ id, kind: 'stream', role: 'store', name, detail: `through ${api}`, group });
  builder.edge({ from: id, to, role: 'copy', label });
}

function drawConsumer(scope: GraphScope, resource: Resource): void {
  const { builder, group } = scope;
  const { address: id, spec } = resource;
  const push = typeof spec.deliver_subject === 'string' ? spec.deliver_subject : undefined;
  builder.node({
    id,
    kind: 'consumer',
    role: 'client',
    name: consumerNameOf(id),
    // A plan has only the name of a consumer that is deleted with its stream.
    detail: Object.keys(spec).length === 0 ? '' : push === undefined ? 'pull' : 'push',
    group,
    facts: factsOf(spec, consumerFields),
    ...placeOf(resource),
  });
  const filters = [...stringsIn(spec.filter_subjects), ...stringsIn([spec.filter_subject ?? null])];
  const stream = streamId(scope, parseAddress(id).path[0] ?? '');
  builder.edge({ from: stream, to: id, role: 'consume', label: filters.join(', ') });
  if (push !== undefined) builder.edge({ from: id, to: subjectId(scope, push), role: 'route' });
}

/** Fields with other values than their defaults. */
function factsOf(spec: JsonObject, fields: Fields): Fact[] {
  return Object.entries(spec).flatMap(([name, value]): Fact[] => {
    const field = fieldIn(fields, name);
    if (!field || OMITTED.includes(name) || value === null || value === field.default) return [];
    const text = fieldText(fields, [name], value);
    return [{ name, text: text ?? (typeof value === 'string' ? value : JSON.stringify(value)) }];
  });
}

function placeOf({ at }: Resource) {
  return at ? { at } : {};
}
