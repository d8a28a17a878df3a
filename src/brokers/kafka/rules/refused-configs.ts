import type { Rule } from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { pathOf, type Topic, topicsOf } from '../topology.ts';

export const refusedConfigs: Rule = {
  code: 'kafka/refused-configs',
  severity: 'error',
  summary: 'Topic configs contradict each other',
  explain: `
Brokers validate the configs of a topic together and return \`INVALID_CONFIG\` for a contradiction: a minimum compaction
lag above the maximum, a local retention above the total retention with tiered storage, tiered storage on a compacted
topic, and since 4.0 segments under 1 MiB.

Bad:
\`\`\`yaml
topics:
  accounts: { configs: { cleanup.policy: compact, min.compaction.lag.ms: 2d, max.compaction.lag.ms: 1d } }
\`\`\`
Good:
\`\`\`yaml
topics:
  accounts: { configs: { cleanup.policy: compact, min.compaction.lag.ms: 1h, max.compaction.lag.ms: 1d } }
\`\`\`
`,
  *check(context) {
    for (const topic of topicsOf(context)) {
      for (const { config, problem } of contradictions(topic, context.broker.version)) {
        yield {
          resource: topic.resource,
          path: pathOf(config),
          message: `brokers reject the configs of topic "${topic.name}": ${problem}`,
        };
      }
    }
  },
};

interface Contradiction {
  readonly config: string;
  readonly problem: string;
}

function* contradictions(topic: Topic, version: string): Generator<Contradiction> {
  if (topic.limit('min.compaction.lag.ms') > topic.limit('max.compaction.lag.ms')) {
    yield {
      config: 'min.compaction.lag.ms',
      problem: 'min.compaction.lag.ms is greater than max.compaction.lag.ms',
    };
  }
  const isTiered = topic.value('remote.storage.enable') === true;
  for (const config of ['retention.ms', 'retention.bytes']) {
    const local = `local.${config}`;
    // -2 means the total retention; without tiered storage the broker ignores it.
    if (!isTiered || topic.value(local) === -2) continue;
    if (topic.limit(local) > topic.limit(config))
      yield { config: local, problem: `${local} is greater than ${config}` };
  }
  if (isTiered && topic.has('compact')) {
    yield { config: 'remote.storage.enable', problem: 'a compacted topic cannot have tiered storage' };
  }
  if (topic.limit('segment.bytes') < 1_048_576 && atLeast(version, '4.0')) {
    yield {
      config: 'segment.bytes',
      problem: 'segment.bytes is less than 1MiB, the minimum since Kafka 4.0',
    };
  }
}
