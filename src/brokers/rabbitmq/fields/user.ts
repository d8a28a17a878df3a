import type { Fields } from './field.ts';

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
