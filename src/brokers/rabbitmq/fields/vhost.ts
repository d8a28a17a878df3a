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
