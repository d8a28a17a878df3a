import type { DraftSection, Manifest, Mapping } from '../../../../import/index.ts';
import { pathOf } from './queues.ts';

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
