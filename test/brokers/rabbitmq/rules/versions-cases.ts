import type { Cases } from './cases.ts';

/** What depends on the release. */
export const versions: Cases = {
  'refused-by-version': [
    {
      bad: {
        queues: {
          q: { arguments: { 'x-queue-master-locator': 'min-masters' } },
          r: { arguments: { 'x-queue-version': 1 } },
        },
        policies: { p: { definition: { 'ha-mode': 'all' } } },
      },
      at: ['1:field', '2:field', '3:field'],
      good: {
        queues: { r: { arguments: { 'x-queue-version': 2 } } },
        policies: { p: { 'apply-to': 'streams', definition: { 'delivery-limit': -1 } } },
      },
      options: { version: '4.3.0' },
    },
    {
      bad: { policies: { p: { 'apply-to': 'streams', definition: { 'delivery-limit': -1 } } } },
      at: ['1:field', '1:field'],
      good: {
        queues: { q: { arguments: { 'x-queue-master-locator': 'min-masters' } } },
        policies: { p: { definition: { 'ha-mode': 'all' } } },
      },
      options: { version: '3.10.8' },
    },
    {
      bad: { policies: { p: { definition: { 'ha-mode': 'all' } } } },
      at: [],
      good: {},
      options: { versionKnown: false },
    },
    {
      bad: {
        parameters: {
          shovel: {
            'dest-queue-args': { 'x-queue-version': 1 },
            'src-queue-args': { 'x-message-ttl': -1 },
          },
          'federation-upstream': { uri: 'amqp://a', 'ha-policy': 'all' },
          'federation-upstream-set': [{ upstream: 'a' }, { upstream: 'b', 'ha-policy': 'all' }],
        },
      },
      at: ['1:field', '1:field', '2:field', '3:field'],
      good: {
        parameters: {
          // Neither the type nor a deprecation is looked at, and a secret is not known.
          shovel: {
            'dest-queue-args': { 'x-max-priority': 3, 'x-queue-type': 'quorum' },
            'src-queue-args': { 'x-queue-master-locator': 'min-masters', 'x-expires': { $secret: '${A}' } },
          },
          'federation-upstream': { uri: 'amqp://a', 'queue-type': 'quorum' },
          other: { 'ha-policy': 'all' },
        },
      },
      options: { version: '4.3.6' },
    },
    {
      bad: { parameters: { 'federation-upstream': { 'ha-policy': 'all' } } },
      at: ['1:field'],
      good: { parameters: { shovel: { 'dest-queue-args': { 'x-queue-type': 'other' } } } },
      options: { version: '4.0.5' },
    },
    {
      bad: {
        parameters: {
          shovel: { 'dest-queue-args': { 'x-dead-letter-routing-key': 'a', 'x-queue-type': 'classic' } },
        },
      },
      at: ['1:field'],
      good: {
        parameters: {
          shovel: { 'dest-queue-args': { 'x-dead-letter-routing-key': 'a', 'x-dead-letter-exchange': '' } },
        },
      },
    },
  ],
};
