import type { Rule } from '../../../model/index.ts';
import { splitKey } from '../routing/matching.ts';
import { vhostsOf } from '../routing/read-topology.ts';
import { atLeast } from '../version.ts';

const MOST_HASHES = 2;

export const topicKeyTooManyHashes: Rule = {
  code: 'rabbitmq/topic-key-too-many-hashes',
  severity: 'error',
  summary: 'A topic binding key has more than two # wildcards',
  explain: `
Each \`#\` matches any number of words, so each additional one multiplies the cost of routing. RabbitMQ 4.3.5 and later
reject a topic binding key with more than two.

Bad:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: events, key: "#.eu.#.order.#" }] }
\`\`\`
Good:
\`\`\`yaml
exchanges: { events: { type: topic } }
queues:
  orders: { bindings: [{ from: events, key: "#.eu.order.#" }] }
\`\`\`
`,
  *check(context) {
    if (!atLeast(context.broker, '4.3.5')) return;
    for (const vhost of vhostsOf(context)) {
      for (const { key, source, resource } of vhost.bindings) {
        if (vhost.exchange(source)?.type !== 'topic') continue;
        const hashes = splitKey(key).filter((word) => word === '#').length;
        if (hashes <= MOST_HASHES) continue;
        yield {
          resource,
          message: `topic key "${key}" has ${hashes} # wildcards; RabbitMQ 4.3.5 and later accept at most ${MOST_HASHES}`,
          hint: 'use fewer wildcards, or several bindings',
        };
      }
    }
  },
};
