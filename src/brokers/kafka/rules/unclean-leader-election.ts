import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

export const uncleanLeaderElection: Rule = {
  code: 'kafka/unclean-leader-election',
  severity: 'warning',
  summary: 'An out-of-sync replica can become leader',
  explain: `
If no in-sync replica is available, Kafka can wait for one or elect an out-of-sync replica. An unclean election loses
every record that the new leader does not have, including acknowledged records, and consumers can request offsets that
no longer exist.

Enable it only for topics that can lose records.

Bad:
\`\`\`yaml
topics:
  payments: { configs: { unclean.leader.election.enable: true } }
\`\`\`
Good:
\`\`\`yaml
topics:
  payments: { configs: { unclean.leader.election.enable: false } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (!topic.sets('unclean.leader.election.enable')) continue;
      if (topic.value('unclean.leader.election.enable') !== true) continue;
      yield {
        resource: topic.resource,
        path: pathOf('unclean.leader.election.enable'),
        message: `topic "${topic.name}" can elect an out-of-sync leader and lose the records that it does not have`,
        hint: 'remove it, and set min.insync.replicas: 2',
      };
    }
  },
};
