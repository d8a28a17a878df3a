import type { Rule } from '../../../model/index.ts';
import { numberSetting } from '../routing/reachability.ts';
import { queuesOf } from '../routing/read-topology.ts';

/** The argument at declaration, and the policy key that adds members later. */
const SIZES = ['quorum-initial-group-size', 'target-group-size'];

export const quorumGroupOfOne: Rule = {
  code: 'rabbitmq/quorum-group-of-one',
  severity: 'warning',
  summary: 'A quorum queue with a single member is not replicated',
  explain: `
Quorum queues use memory, disk and latency for replication. With \`quorum-initial-group-size: 1\` the queue has one
member: it is unavailable while its node is down, and lost if the disk is lost. Omit the argument (the default is
three members, or one per node in a smaller cluster), or use an odd number of at least 3.

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
    for (const queue of queuesOf(context)) {
      if (queue.type !== 'quorum') continue;
      for (const name of SIZES) {
        const setting = queue.setting(name);
        if (!setting || numberSetting(queue, name) !== 1n) continue;
        yield {
          resource: setting.resource,
          path: setting.path,
          message: `quorum queue "${queue.name}" has one member and is not replicated`,
          hint: 'omit it, or use 3 or more',
        };
      }
    }
  },
};
