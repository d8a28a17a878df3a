import type { DraftSection, Manifest, Mapping } from '../../../../import/index.ts';
import { isPredeclaredExchange } from '../../kinds/parts.ts';

/** Where a resource's body goes: its vhost is `/` unless it says otherwise. */
export function pathOf(spec: Mapping, list: string): string[] | undefined {
  const vhost = spec.text('vhost') ?? '/';
  const name = spec.required('name');
  return name === undefined ? undefined : ['vhosts', vhost, list, name];
}

export function translateQueue(draft: DraftSection, { spec }: Manifest): void {
  const path = spec && pathOf(spec, 'queues');
  if (!path) return;
  draft.open(path, spec.at());
  // What becomes of the queue once its resource is deleted: brokerform deletes what it is told to, and asks first.
  spec.skip('deletionPolicy', 'deleteIfEmpty', 'deleteIfUnused');
  draft.carry(path, spec, { type: ['type', 'text'], autoDelete: ['auto-delete', 'flag'] });
  const type = spec.text('type');
  // Streams and quorum queues are durable, and brokers refuse others.
  const isReplicated = type === 'quorum' || type === 'stream';
  if (spec.has('durable') || !isReplicated) readDurable(draft, path, spec);
  if (hasEntries(spec, 'arguments')) draft.take([...path, 'arguments'], spec, 'arguments');
}

export function translateExchange(draft: DraftSection, { spec }: Manifest): void {
  const path = spec && pathOf(spec, 'exchanges');
  if (!path) return;
  spec.skip('deletionPolicy');
  if (isPredeclaredExchange(path[3] ?? '')) {
    spec.skip('type', 'durable', 'autoDelete', 'arguments');
    spec.leave('name', 'it is in every vhost, and nobody can declare it');
    return;
  }
  draft.put([...path, 'type'], spec.text('type') ?? 'direct', spec.at('type'));
  draft.carry(path, spec, { autoDelete: ['auto-delete', 'flag'] });
  readDurable(draft, path, spec);
  if (hasEntries(spec, 'arguments')) draft.take([...path, 'arguments'], spec, 'arguments');
}

/** Unsaid is false to the operator, and true to brokerform. */
function readDurable(draft: DraftSection, path: readonly string[], spec: Mapping): void {
  if (!spec.has('durable')) {
    spec.remark(
      'durable',
      'it is not said, which the operator takes for false; compare it with what is on the broker',
    );
  }
  draft.put([...path, 'durable'], spec.flag('durable') ?? false, spec.at('durable'));
}

export function translateBinding(draft: DraftSection, { spec }: Manifest): void {
  if (!spec) return;
  const vhost = spec.text('vhost') ?? '/';
  const type = spec.word('destinationType', ['queue', 'exchange']);
  if (type === undefined && !spec.has('destinationType')) spec.required('destinationType');
  const from = spec.required('source');
  const to = spec.required('destination');
  const key = spec.text('routingKey') ?? '';
  const args = hasEntries(spec, 'arguments') ? spec.json('arguments') : undefined;
  if (type === undefined || from === undefined || to === undefined) return;
  const item = {
    from,
    [type === 'queue' ? 'to' : 'to-exchange']: to,
    ...(key !== '' && { key }),
    ...(args !== undefined && { arguments: args }),
  };
  draft.append(['vhosts', vhost, 'bindings'], item, spec.at(), spec.places);
}

/** An exchange, and a stream for each routing key. https://www.rabbitmq.com/docs/streams#super-streams */
export function translateSuperStream(draft: DraftSection, { spec, name, root }: Manifest): void {
  if (!spec) return;
  const vhost = spec.text('vhost') ?? '/';
  const wanted = spec.text('name');
  // The operator calls exchange and streams after the resource.
  if (wanted !== undefined && wanted !== name)
    spec.leave('name', `the operator calls it ${name ?? 'nothing'}`);
  const partitions = spec.whole('partitions') ?? 3;
  const routingKeys = spec.texts('routingKeys').map(({ text }) => text);
  if (name === undefined) {
    root.required('metadata');
    return;
  }
  if (partitions > MAX_PARTITIONS || partitions < 1) {
    spec.leave('partitions', `a super stream has 1 to ${MAX_PARTITIONS} of them`);
    return;
  }
  const keys = routingKeys.length > 0 ? routingKeys : Array.from({ length: partitions }, (_, i) => String(i));
  draft.put(['vhosts', vhost, 'exchanges', name, 'type'], 'direct', spec.at());
  draft.put(['vhosts', vhost, 'exchanges', name, 'durable'], true, spec.at());
  for (const [index, key] of keys.entries()) {
    const stream = `${name}-${key}`;
    draft.put(['vhosts', vhost, 'queues', stream, 'type'], 'stream', spec.at());
    draft.put(['vhosts', vhost, 'queues', stream, 'durable'], true, spec.at());
    const args = { 'x-stream-partition-order': index };
    draft.append(['vhosts', vhost, 'bindings'], { from: name, to: stream, key, arguments: args }, spec.at());
  }
}

const MAX_PARTITIONS = 1000;

/** Whether a mapping is there with something in it: an empty table is none. */
function hasEntries(spec: Mapping, key: string): boolean {
  const table = spec.mapping(key);
  return table !== undefined && table.keys().length > 0;
}
