import type { JsonObject } from '../../../model/index.ts';
import type { Fields } from './field.ts';

/** A vhost's metadata. https://www.rabbitmq.com/docs/vhosts */
export const vhostFields = {
  description: { type: 'string', doc: 'Description of the vhost.' },
  tags: {
    type: 'array',
    schema: { items: { type: 'string', pattern: '^[^,]+$' } },
    doc: 'Tags of the vhost.',
  },
  'default-queue-type': {
    choices: ['classic', 'quorum', 'stream'],
    doc: 'The type of queues that are declared without one from now on. Can change from 3.11.',
  },
  'deletion-protection': {
    type: 'boolean',
    doc: 'Whether the broker refuses to delete the vhost. From 4.0.',
  },
} as const satisfies Fields;

/** https://www.rabbitmq.com/docs/vhosts#limits */
export const vhostLimitFields = {
  'max-connections': {
    type: 'integer',
    minimum: -1,
    doc: 'Maximum number of client connections; -1 is no limit, 0 refuses all.',
  },
  'max-queues': { type: 'integer', minimum: -1, doc: 'Maximum number of queues; -1 is no limit.' },
} as const satisfies Fields;

const TYPE_ALIASES: Readonly<Record<string, string>> = {
  rabbit_classic_queue: 'classic',
  rabbit_quorum_queue: 'quorum',
  rabbit_stream_queue: 'stream',
};

/** A queue type by its short name; brokers list some by the name of their Erlang module. */
export function queueTypeName(type: string): string {
  return TYPE_ALIASES[type] ?? type;
}

/** A vhost's default queue type; 3.10 lists `"undefined"` where there is none. */
export function defaultQueueTypeIn(spec: JsonObject | undefined): string | undefined {
  const type = spec?.['default-queue-type'];
  return typeof type === 'string' && type !== '' && type !== 'undefined' ? queueTypeName(type) : undefined;
}

/** https://www.rabbitmq.com/docs/access-control */
export const userFields = {
  password: {
    type: 'string',
    doc: 'The password, from the environment: `${APP_PASSWORD}`. Never the password itself.',
  },
  'password-hash': {
    type: 'string',
    doc: 'The salted SHA-256 hash as RabbitMQ stores it, from the environment: `${APP_PASSWORD_HASH}`.',
  },
  tags: {
    type: 'array',
    schema: { items: { type: 'string', pattern: '^[^,]+$' } },
    doc: 'What the user may do in the management API: management, policymaker, monitoring, administrator. Left alone where it is left out.',
  },
} as const satisfies Fields;

/** https://www.rabbitmq.com/docs/user-limits */
export const userLimitFields = {
  'max-connections': {
    type: 'integer',
    minimum: -1,
    doc: 'Maximum number of connections of this user; -1 is no limit.',
  },
  'max-channels': {
    type: 'integer',
    minimum: -1,
    doc: 'Maximum number of channels of this user; -1 is no limit.',
  },
} as const satisfies Fields;

/** https://www.rabbitmq.com/docs/access-control#authorisation */
export const permissionFields = {
  configure: {
    type: 'string',
    default: '',
    doc: 'Names that the user may declare and delete: a regular expression. Nothing where it is left out.',
  },
  write: {
    type: 'string',
    default: '',
    doc: 'Names that the user may publish to and bind: a regular expression. Nothing where it is left out.',
  },
  read: {
    type: 'string',
    default: '',
    doc: 'Names that the user may consume from and bind from: a regular expression. Nothing where it is left out.',
  },
} as const satisfies Fields;

/** https://www.rabbitmq.com/docs/access-control#topic-authorisation */
export const topicPermissionFields = {
  write: {
    type: 'string',
    default: '',
    doc: 'Routing keys that the user may publish with: a regular expression.',
  },
  read: {
    type: 'string',
    default: '',
    doc: 'Routing keys that the user may bind with: a regular expression.',
  },
} as const satisfies Fields;

/** https://www.rabbitmq.com/docs/clustering#cluster-name, https://www.rabbitmq.com/docs/configure#config-items */
export const clusterFields = {
  name: {
    type: 'string',
    schema: { minLength: 1 },
    doc: 'The name of the cluster, which clients, metrics and federation see. Needs the tag administrator.',
  },
  tags: {
    type: 'object',
    schema: { additionalProperties: { type: 'string' } },
    doc: 'Tags of the cluster, each a text. From 4.0; a node that starts sets those of its rabbitmq.conf again.',
  },
} as const satisfies Fields;
