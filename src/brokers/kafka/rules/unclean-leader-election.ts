import type { Rule } from '../../../model/index.ts';
import { pathOf, topicsOf } from './topology.ts';

export const uncleanLeaderElection: Rule = {
  code: 'kafka/unclean-leader-election',
  severity: 'warning',
  summary: 'A replica that lags may become leader',
  explain: `
When no replica in sync is left, Kafka can wait for one, or go on with one that lags. The latter loses every record
that it lacks, those that were confirmed to producers among them, and consumers may find offsets that do not exist.

It is for topics whose records nobody misses.

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
        message: `topic "${topic.name}" may make a replica leader that lags: what it lacks is lost`,
        hint: 'remove it, and set min.insync.replicas: 2',
      };
    }
  },
};
