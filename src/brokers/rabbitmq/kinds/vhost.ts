import {
  type Context,
  type JsonObject,
  type Kind,
  makeAddress,
  type Resource,
  type Risk,
} from '../../../model/index.ts';
import type { RabbitCall } from '../calls.ts';
import type { QueueVolatile } from '../specs.ts';
import { atLeast } from '../version.ts';
import { brokerOf, countOf, destructive, httpDelete, httpPut, pathOf } from './parts.ts';

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

/** A virtual host and its metadata. https://www.rabbitmq.com/docs/vhosts */
export const vhost: Kind = {
  title: (resource) => ({ title: `vhost ${nameOf(resource)}`, detail: '' }),

  complete(resource, context) {
    // A definitions file of 3.x tells nothing about a vhost but its name: then the rest is not ours to say.
    const live = context.live.get(resource.address)?.spec;
    const isKnown = (field: string) => !live || live[field] !== undefined;
    const { description, tags, 'default-queue-type': type } = resource.spec;
    return {
      ...(description !== undefined && isKnown('description') && { description: description ?? '' }),
      ...(tags !== undefined && isKnown('tags') && { tags: sortedTags(tags) }),
      ...(type !== undefined &&
        isKnown('default-queue-type') && {
          'default-queue-type': defaultQueueTypeIn(resource.spec) ?? 'classic',
        }),
    };
  },

  risks(change, context) {
    if (change.action === 'delete') {
      const text = contentsText(queuesIn(change.before, context));
      return [destructive('vhost-deleted', `everything in the vhost is deleted with it${text}`)];
    }
    const isTypeChange =
      'fields' in change && change.fields.some(({ path }) => path[0] === 'default-queue-type');
    return isTypeChange && !atLeast(context.broker, 3, 11) ? [UNCHANGEABLE_TYPE] : [];
  },

  atStake: (change, context) => (change.action === 'delete' ? queuesIn(change.before, context) : []),

  calls(change): RabbitCall[] {
    const path = ['vhosts', nameOf(change.action === 'delete' ? change.before : change.after)];
    if (change.action === 'delete') return [httpDelete(change.before, path)];
    // PUT replaces all metadata: what is not declared goes along as it is.
    const metadata = { ...('before' in change ? change.before.spec : {}), ...change.after.spec };
    const type = metadata['default-queue-type'];
    const payload: JsonObject = {
      ...(metadata.description !== undefined && { description: metadata.description }),
      ...(metadata.tags !== undefined && { tags: (metadata.tags as readonly string[]).join(',') }),
      // 3.10 reads the one spelling, 4.x the other first.
      ...(type !== undefined && { default_queue_type: type, defaultqueuetype: type }),
    };
    return [httpPut(change.after, path, payload)];
  },
};

// `rabbit_vhost:put_vhost` of 3.10 leaves the type out when the vhost exists, and answers 204 all the same.
const UNCHANGEABLE_TYPE: Risk = {
  class: 'refused',
  code: 'default-queue-type-fixed',
  message: 'RabbitMQ before 3.11 cannot change the default queue type of a vhost that exists',
  hint: 'give each queue its type instead',
};

function queuesIn(vhost: Resource, { live }: Context): Resource[] {
  const prefix = `${makeAddress(brokerOf(vhost), 'queue', nameOf(vhost))}/`;
  return [...live.values()].filter(({ address }) => address.startsWith(prefix));
}

/** `: 3 queues with 18,204 messages, 2 consumers`; a number that is not known of one queue is not known of all. */
function contentsText(queues: readonly Resource[]): string {
  if (queues.length === 0) return '';
  const counts = queues.map(({ volatile }) => (volatile ?? {}) as QueueVolatile);
  const sum = (numbers: readonly (number | undefined)[]) =>
    numbers.reduce<number | undefined>(
      (total, one) => (total === undefined || one === undefined ? undefined : total + one),
      0,
    );
  const messages = sum(counts.flatMap(({ ready, unacknowledged }) => [ready, unacknowledged ?? 0]));
  const consumers = sum(counts.map((count) => count.consumers));
  const held = messages === undefined ? 'an unknown number of messages' : countOf(messages, 'message');
  const used = consumers === undefined ? 'consumers unknown' : countOf(consumers, 'consumer');
  return `: ${countOf(queues.length, 'queue')} with ${held}, ${used}`;
}

function nameOf(resource: Resource): string {
  return pathOf(resource)[0] ?? '';
}

/** Tags of a vhost or user: a list, or `a, b` on older brokers. */
export function sortedTags(tags: unknown): string[] {
  const list = Array.isArray(tags) ? tags.map(String) : typeof tags === 'string' ? tags.split(',') : [];
  return [...new Set(list.map((tag) => tag.trim()).filter((tag) => tag !== ''))].sort();
}
