import type { UpgradeRule } from '../../../model/index.ts';
import { pathOf, topicsOf } from '../topology.ts';

const CONFIG = 'message.timestamp.after.max.ms';

export const timestampLimit: UpgradeRule = {
  code: 'kafka/upgrade-timestamp-limit',
  since: '4.0',
  severity: 'info',
  summary: 'A topic rejects records whose timestamp is more than an hour ahead',
  explain: `
The default of \`message.timestamp.after.max.ms\` is no limit up to 3.9, and 1 hour from 4.0 on. A producer whose clock is
further ahead, or that sends timestamps of its own, then gets \`INVALID_TIMESTAMP\`. Topics with
\`message.timestamp.type: LogAppendTime\` are not affected. Declare the limit if future timestamps are intended.
https://kafka.apache.org/documentation/#topicconfigs_message.timestamp.after.max.ms
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      if (topic.sets(CONFIG) || topic.value('message.timestamp.type') === 'LogAppendTime') continue;
      yield {
        resource: topic.resource,
        path: pathOf(CONFIG),
        message: `topic "${topic.name}" rejects records whose timestamp is more than an hour ahead; so far it accepts them`,
        hint: `declare ${CONFIG} if future timestamps are intended`,
      };
    }
  },
};
