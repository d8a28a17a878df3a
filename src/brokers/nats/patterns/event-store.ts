import { namesKey, type PatternKind, subscribersKey, textOf, textsOf } from '../../../model/index.ts';
import { consumersFor } from './delivery.ts';
import { natsKeys, streamNameFor, subjectsFor, subjectsKey } from './keys.ts';

/** Every event for good: the source of truth. */
export const eventStore: PatternKind = {
  summary:
    'A stream without limits that refuses to delete messages, and a durable consumer for each subscriber',
  schema: {
    properties: {
      key: {
        description:
          'What identifies the entity of an event, such as user-id: the last token of the subject, user-events.<user-id>. With Nats-Expected-Last-Subject-Sequence, publishers detect concurrent writes to an entity.',
        ...{ type: 'string', minLength: 1, maxLength: 100, examples: ['user-id'] },
      },
      subjects: subjectsKey('one token below its name with a key, user-events.*, else all below it'),
      subscribers: subscribersKey(
        'Each has a durable consumer of this name, which starts at the first event.',
      ),
      replicas: natsKeys.replicas,
      names: namesKey({ stream: 'The stream. By default the name of the pattern.' }),
    },
  },
  intended: {
    'nats/unlimited-stream': 'an event store keeps every event',
    'nats/one-way-flag': 'an event store never deletes an event',
  },
  expand(pattern) {
    const { name, body } = pattern;
    const key = textOf(body.key);
    return {
      streams: {
        [streamNameFor(pattern)]: {
          description: `Event store ${name}${key === undefined ? '' : `; the last token of a subject is the ${key}`}`,
          subjects: subjectsFor(pattern, key === undefined ? '.>' : '.*'),
          deny_delete: true,
          deny_purge: true,
          ...(body.replicas !== undefined && { num_replicas: body.replicas }),
          ...consumersFor(textsOf(body.subscribers), () => ({ ack_policy: 'explicit' })),
        },
      },
    };
  },
};
