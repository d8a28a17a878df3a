import type { Rule } from '../../../model/index.ts';
import { numberSetting } from '../effects/reachability.ts';
import { topologyOf } from '../effects/topology/read.ts';

/** The argument at declaration, and the policy key that later members are added by. */
const SIZES = ['quorum-initial-group-size', 'target-group-size'];

export const quorumGroupOfOne: Rule = {
  code: 'rabbitmq/quorum-group-of-one',
  severity: 'warning',
  summary: 'A quorum queue with a group of one has no second copy',
  explain: `
A quorum queue pays for replication with memory, disk and latency. With \`quorum-initial-group-size: 1\` it has one
member: the queue is gone for as long as its node is, and for good if the disk is lost. Leave the argument out (three
members, as far as there are nodes), or use an odd number of 3 or more.

Bad:
\`\`\`yaml
queues:
  orders: { type: quorum, quorum-initial-group-size: 1 }
\`\`\`
Good:
\`\`\`yaml
queues:
  orders: { type: quorum }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const queue of vhost.queues.values()) {
        if (queue.type !== 'quorum') continue;
        for (const name of SIZES) {
          const setting = queue.setting(name);
          if (!setting || numberSetting(queue, name) !== 1n) continue;
          yield {
            resource: setting.resource,
            path: setting.path,
            message: `quorum queue "${queue.name}" has one member: nothing is replicated`,
            hint: 'leave it out, or use 3 or more',
          };
        }
      }
    }
  },
};
