import type { DraftSection, Manifest, Mapping } from '../../../../import/index.ts';
import { isPredeclaredExchange } from '../../kinds/parts.ts';

export function translateVhost(draft: DraftSection, { spec }: Manifest): void {
  const vhost = spec?.required('name');
  if (!spec || vhost === undefined) return;
  const path = ['vhosts', vhost];
  draft.open(path, spec.at());
  // What becomes of the vhost once its resource is deleted.
  spec.skip('deletionPolicy');
  draft.carry(path, spec, {
    defaultQueueType: ['default-queue-type', 'text'],
    description: ['description', 'text'],
  });
  const tags = spec.texts('tags').map(({ text }) => text);
  if (tags.length > 0) draft.put([...path, 'tags'], tags, spec.at('tags'));
  const limits = spec.mapping('limits');
  if (limits) {
    draft.carry([...path, 'limits'], limits, {
      connections: ['max-connections', 'whole'],
      queues: ['max-queues', 'whole'],
    });
  }
  if (spec.flag('tracing') === true)
    spec.leave('tracing', 'tracing is switched on with rabbitmqctl trace_on');
}

/** @param applyTo what the operator takes where nothing is said */
export function translatePolicy(
  draft: DraftSection,
  { spec }: Manifest,
  list: 'policies' | 'operator-policies',
  applyTo: string,
): void {
  const path = spec && pathOf(spec, list);
  if (!path) return;
  draft.open(path, spec.at());
  draft.put([...path, 'pattern'], spec.required('pattern'), spec.at('pattern'));
  draft.put([...path, 'apply-to'], spec.text('applyTo') ?? applyTo, spec.at('applyTo'));
  draft.carry(path, spec, { priority: ['priority', 'whole'] });
  if (spec.mapping('definition')) draft.take([...path, 'definition'], spec, 'definition');
  else spec.required('definition');
}

/** Where a resource's body goes: its vhost is `/` unless it says otherwise. */
function pathOf(spec: Mapping, list: string): string[] | undefined {
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
    spec.leave('name', 'it exists in every vhost and cannot be declared');
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

const READINGS = {
  ackMode: ['ack-mode', 'text'],
  prefetchCount: ['prefetch-count', 'whole'],
  reconnectDelay: ['reconnect-delay', 'whole'],
} as const;

/** https://www.rabbitmq.com/docs/shovel-dynamic */
const SHOVEL = {
  ...READINGS,
  addForwardHeaders: ['add-forward-headers', 'flag'],
  srcProtocol: ['src-protocol', 'text'],
  srcQueue: ['src-queue', 'text'],
  srcExchange: ['src-exchange', 'text'],
  srcExchangeKey: ['src-exchange-key', 'text'],
  srcAddress: ['src-address', 'text'],
  srcPrefetchCount: ['src-prefetch-count', 'whole'],
  destProtocol: ['dest-protocol', 'text'],
  destQueue: ['dest-queue', 'text'],
  destExchange: ['dest-exchange', 'text'],
  destExchangeKey: ['dest-exchange-key', 'text'],
  destAddress: ['dest-address', 'text'],
  destAddForwardHeaders: ['dest-add-forward-headers', 'flag'],
  destAddTimestampHeader: ['dest-add-timestamp-header', 'flag'],
} as const;

/** Whatever stands there, which may be a number or `never`. */
const AS_IT_IS = {
  deleteAfter: 'delete-after',
  srcDeleteAfter: 'src-delete-after',
  srcQueueArgs: 'src-queue-args',
  srcConsumerArgs: 'src-consumer-args',
  destQueueArgs: 'dest-queue-args',
  destPublishProperties: 'dest-publish-properties',
  destApplicationProperties: 'dest-application-properties',
  destProperties: 'dest-properties',
  destMessageAnnotations: 'dest-message-annotations',
} as const;

export function translateShovel(draft: DraftSection, { spec }: Manifest): void {
  const path = spec && pathOf(spec, 'shovels');
  if (!path) return;
  spec.skip('deletionPolicy');
  leaveUris(draft, path, spec, { srcUri: 'src-uri', destUri: 'dest-uri' });
  draft.carry(path, spec, SHOVEL);
  for (const [key, to] of Object.entries(AS_IT_IS)) if (spec.has(key)) draft.take([...path, to], spec, key);
}

/** https://www.rabbitmq.com/docs/federation-reference */
export function translateFederation(draft: DraftSection, { spec }: Manifest): void {
  const path = spec && pathOf(spec, 'federation-upstreams');
  if (!path) return;
  spec.skip('deletionPolicy');
  leaveUris(draft, path, spec, { uri: 'uri' });
  draft.carry(path, spec, {
    ...READINGS,
    'prefetch-count': ['prefetch-count', 'whole'],
    expires: ['expires', 'whole'],
    messageTTL: ['message-ttl', 'whole'],
    maxHops: ['max-hops', 'whole'],
    trustUserId: ['trust-user-id', 'flag'],
    exchange: ['exchange', 'text'],
    queue: ['queue', 'text'],
    queueType: ['queue-type', 'text'],
    resourceCleanupMode: ['resource-cleanup-mode', 'text'],
  });
}

/** URIs stand in a Secret, and hold credentials: variables take their place. */
function leaveUris(
  draft: DraftSection,
  path: readonly string[],
  spec: Mapping,
  keys: Readonly<Record<string, string>>,
): void {
  const secret = spec.glimpse('uriSecret')?.value.name;
  const at = spec.at(spec.has('uriSecret') ? 'uriSecret' : undefined);
  const kind = path[2] === 'shovels' ? 'shovel' : 'federation';
  const told = Object.entries(keys).map(([key, to]) => {
    const variable = draft.secret([...path, to], [kind, path[3] ?? '', to], at);
    return `${variable} to its ${key}`;
  });
  const from = typeof secret === 'string' ? ` of Secret ${secret}` : '';
  if (!spec.has('uriSecret')) spec.required('uriSecret');
  spec.leave('uriSecret', `credentials are never copied: set ${told.join(' and ')}${from}`);
}
