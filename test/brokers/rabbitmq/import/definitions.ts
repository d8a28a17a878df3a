import { rabbitmq } from '../../../../src/brokers/rabbitmq/index.ts';
import type { JsonObject, Snapshot } from '../../../../src/model/index.ts';

/** What 3.10.8 and 4.3.6 export for the same topology, cut down to the shapes that differ. */
export const VHOST = {
  policies: [
    {
      vhost: '/orders',
      name: 'ttl',
      pattern: '^x',
      'apply-to': 'queues',
      definition: { 'message-ttl': 3_600_000 },
      priority: 3,
    },
  ],
  parameters: [
    { value: { 'max-queues': 100 }, vhost: '/orders', component: 'vhost-limits', name: 'limits' },
    {
      value: { pattern: '.*', definition: { 'max-length': 1_000_000 }, priority: 0, 'apply-to': 'queues' },
      vhost: '/orders',
      component: 'operator_policy',
      name: 'cap',
    },
    {
      value: { 'src-uri': 'amqp://u:hunter2@a', 'dest-uri': 'amqp://', 'src-queue': 'audit' },
      vhost: '/orders',
      component: 'shovel',
      name: 'move',
    },
  ],
  exchanges: [
    {
      name: 'events',
      vhost: '/orders',
      type: 'topic',
      durable: true,
      auto_delete: false,
      internal: false,
      arguments: {},
    },
  ],
  bindings: [
    {
      source: 'events',
      vhost: '/orders',
      destination: 'audit',
      destination_type: 'queue',
      routing_key: '#',
      arguments: {},
    },
  ],
};
const USERS = {
  users: [
    { name: 'app', password_hash: 'x', tags: ['b', 'a'], limits: { 'max-channels': 9 } },
    { name: 'old', password_hash: 'x', tags: 'b,a' },
  ],
  permissions: [{ user: 'app', vhost: '/orders', configure: '', write: '^events$', read: '' }],
  topic_permissions: [{ user: 'app', vhost: '/orders', exchange: 'events', write: '^order', read: '' }],
};

export const OLD = {
  rabbit_version: '3.10.8',
  rabbitmq_version: '3.10.8',
  ...USERS,
  ...VHOST,
  vhosts: [{ name: '/orders' }],
  global_parameters: [{ name: 'mine', value: { a: [1, 2] } }],
  queues: [
    {
      name: 'audit',
      vhost: '/orders',
      durable: true,
      auto_delete: false,
      arguments: { 'x-queue-type': 'stream', 'x-max-age': '30D' },
    },
    { name: 'plain', vhost: '/orders', durable: true, auto_delete: false, arguments: {} },
  ],
};

export const CURRENT = {
  ...OLD,
  rabbit_version: '4.3.6',
  rabbitmq_version: '4.3.6',
  rabbitmq_definition_format: 'cluster',
  original_cluster_name: 'rabbit@host',
  vhosts: [
    {
      limits: { 'max-queues': 100 },
      metadata: { description: 'Orders', tags: ['a'], default_queue_type: 'quorum' },
      name: '/orders',
    },
  ],
  queues: [
    { ...OLD.queues[0], type: 'stream' },
    { ...OLD.queues[1], type: 'classic', arguments: { 'x-queue-type': 'classic' } },
  ],
};

/** Reads a definitions file. */
export function parse(data: JsonObject): Snapshot {
  const snapshot = rabbitmq.parseExport?.(data, 'rabbitmq');
  if (!snapshot) throw new Error('no definitions');
  return snapshot;
}
