import type { UpgradeRule } from '../../../model/index.ts';
import { nameOf } from '../kinds/parts.ts';

export const defaultQueueType: UpgradeRule = {
  code: 'rabbitmq/upgrade-default-queue-type',
  since: '3.11',
  severity: 'warning',
  summary: "A vhost's default queue type takes effect",
  explain: `
3.10 ignores the default queue type of a vhost: a queue that is declared without a type is classic. From 3.11 on it gets
the default type. Queues that exist keep theirs, so that a client that declares one again without a type may be refused.
Declare the type of each queue. https://www.rabbitmq.com/docs/vhosts#default-queue-type
`,
  *check(context) {
    for (const resource of context.ofKind('vhost')) {
      const type = resource.spec['default-queue-type'];
      if (typeof type !== 'string' || type === 'classic' || type === 'undefined' || type === '') continue;
      yield {
        resource,
        path: ['default-queue-type'],
        message: `a queue that is declared without a type in vhost "${nameOf(resource)}" is a ${type} queue from now on`,
        hint: 'declare the type of each queue',
      };
    }
  },
};
