import type { UpgradeRule } from '../../../model/index.ts';
import { isQueueType } from '../fields/argument.ts';
import { QUEUE_ARGUMENTS } from '../fields/queue.ts';
import { queuesOf } from '../routing/read-topology.ts';
import type { Release } from '../version.ts';

/** Earlier releases store an argument that they do not know, and ignore it. */
function activeArguments(since: Release, code: string): UpgradeRule {
  return {
    code,
    since,
    severity: 'warning',
    summary: `An argument of a queue that was ignored takes effect in ${since}`,
    explain: `
A broker stores an argument that it does not know, and ignores it. ${since} knows these: ${namesFrom(since).join(', ')}.
A queue that was declared with one behaves differently after the upgrade. Check the value, or declare the queue anew
without the argument.
`,
    *check(context) {
      for (const { name, type, arguments: args, resource } of queuesOf(context)) {
        for (const argument of isQueueType(type) ? Object.keys(args) : []) {
          const row = argument.startsWith('x-') ? QUEUE_ARGUMENTS.get(argument.slice(2)) : undefined;
          if (!isQueueType(type) || row?.types[type]?.from !== since) continue;
          yield {
            resource,
            path: ['arguments', argument],
            message: `${argument} of ${type} queue "${name}" takes effect; before ${since} it is ignored`,
            hint: 'check its value, or re-create the queue without it',
          };
        }
      }
    },
  };
}

function namesFrom(since: Release): string[] {
  return Array.from(QUEUE_ARGUMENTS).flatMap(([name, { types }]) =>
    Object.values(types).some(({ from }) => from === since) ? [`\`x-${name}\``] : [],
  );
}

export const filterSizeActive = activeArguments('3.13', 'rabbitmq/upgrade-stream-filter-size');
export const timeoutsActive = activeArguments('4.3', 'rabbitmq/upgrade-consumer-timeout');
