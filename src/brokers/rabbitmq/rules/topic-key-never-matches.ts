import type { Rule } from '../../../model/index.ts';
import { splitKey } from '../routing/matching.ts';
import { vhostsOf } from '../routing/read-topology.ts';

export const topicKeyNeverMatches: Rule = {
  code: 'rabbitmq/topic-key-never-matches',
  severity: 'warning',
  summary: 'A topic binding key looks like a pattern but matches no usual routing key',
  explain: `
In a topic binding key, \`*\` (one word) and \`#\` (zero or more words) are wildcards only as a **whole word** between
dots: \`order*\` matches only the routing key \`order*\`. An empty word, as in \`order.\`, \`.order\` or \`order..created\`,
matches only a routing key with an empty word at the same position. The wildcards of other brokers, \`>\` of NATS and
\`+\` of MQTT, are plain words in RabbitMQ.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: events, key: order* }, { from: events, key: order.> }, { from: events, key: order. }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: events, key: order.# }] }
\`\`\`
`,
  *check(context) {
    for (const vhost of vhostsOf(context)) {
      for (const { key, source, resource } of vhost.bindings) {
        if (vhost.exchange(source)?.type !== 'topic') continue;
        const problem = keyProblem(key);
        if (!problem) continue;
        yield {
          resource,
          message: `topic key "${key}" ${problem}`,
          hint: 'use * for one word and # for any number of words, each between dots',
        };
      }
    }
  },
};

function keyProblem(key: string): string | undefined {
  const words = splitKey(key);
  const mixed = words.find((word) => word.length > 1 && /[*#]/.test(word));
  if (mixed !== undefined)
    return `has a wildcard inside the word "${mixed}", where it is a literal character`;
  if (words.includes(''))
    return 'has an empty word and matches only routing keys with an empty word at the same position';
  if (words.at(-1) === '>') return 'ends in ">", which RabbitMQ treats as a plain word';
  return words.includes('+') ? 'contains "+", which RabbitMQ treats as a plain word' : undefined;
}
