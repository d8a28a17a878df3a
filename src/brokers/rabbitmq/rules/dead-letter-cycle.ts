import type { Rule } from '../../../model/index.ts';
import { deadLetterKeys, deadLettersByItself } from '../effects/reachability.ts';
import { route } from '../effects/router.ts';
import { ANY_KEY, type KeyWords } from '../effects/topic.ts';
import { type Queue, topologyOf, type Vhost } from '../effects/topology/read.ts';

export const deadLetterCycle: Rule = {
  code: 'rabbitmq/dead-letter-cycle',
  severity: 'warning',
  summary: 'Dead letters go round in a circle that no consumer takes part in, and are dropped',
  explain: `
When a message comes back to a queue that it was dead-lettered from before, and no consumer rejected it in between,
RabbitMQ takes that for an endless loop and **drops the message silently**. Expiry and overflow are such automatic
steps, and so is a quorum queue's delivery limit; a rejection by a consumer is not. A retry loop is sound when its
work queue is left by rejection only: it then has no TTL, and a limit of its length refuses what is published
(\`overflow: reject-publish\`) rather than sending the oldest messages round.
https://www.rabbitmq.com/docs/dlx#cycles

Bad:
\`\`\`yaml
queues:
  work:  { message-ttl: 1h, dead-letter: { exchange: "", routing-key: retry } }
  retry: { message-ttl: 30s, dead-letter: { exchange: "", routing-key: work } }
\`\`\`
Good:
\`\`\`yaml
queues:
  work:  { max-length: 1000, overflow: reject-publish, dead-letter: { exchange: "", routing-key: retry } }
  retry: { message-ttl: 30s, dead-letter: { exchange: "", routing-key: work } }
\`\`\`
`,
  *check(context) {
    for (const vhost of topologyOf(context).vhosts.values()) {
      for (const cycle of automaticCycles(vhost)) {
        const [first] = cycle;
        const setting = first?.setting('dead-letter-exchange');
        if (!first || !setting) continue;
        const path = [...cycle, first].map((queue) => `"${queue.name}"`).join(' → ');
        yield {
          resource: setting.resource,
          path: setting.path,
          ...problemOf(cycle, path),
          related: cycle.slice(1).flatMap((queue) => queue.resource.at ?? []),
        };
      }
    }
  },
};

/** A circle that a queue is only left for when it is full is a retry loop: what consumers reject goes round in it. */
function problemOf(cycle: readonly Queue[], path: string): { message: string; hint: string } {
  const full = cycle.find((queue) => !queue.setting('message-ttl'));
  return full
    ? {
        message: `what "${full.name}" is too full for goes round, ${path}, and is dropped when it comes back`,
        hint: `set overflow: reject-publish on "${full.name}"; what consumers reject goes round as it should`,
      }
    : {
        message: `dead letters go round by themselves, ${path}, and are dropped when they come back`,
        hint: 'let one of these queues be left by rejection only: take its TTL away',
      };
}

/** One circle of every group of queues that surely dead-letter into each other without a consumer. */
function automaticCycles(vhost: Vhost): Queue[][] {
  const graph = new LetterGraph(vhost);
  const state = new Map<string, number>();
  const cycles: Queue[][] = [];
  // Depth first, with its own stack: a chain may be as long as there are queues.
  for (const start of vhost.queues.keys()) {
    if (state.has(queueNode(start))) continue;
    const path = [queueNode(start)];
    const ways = [graph.next(queueNode(start))];
    state.set(queueNode(start), 0);
    for (let node = path.at(-1); node !== undefined; node = path.at(-1)) {
      const target = ways.at(-1)?.next();
      if (!target || target.done) {
        state.set(node, DONE);
        path.pop();
        ways.pop();
        continue;
      }
      const position = state.get(target.value);
      if (position === undefined) {
        state.set(target.value, path.length);
        path.push(target.value);
        ways.push(graph.next(target.value));
      } else if (position !== DONE) cycles.push(graph.queuesOf(path.slice(position)));
    }
  }
  return cycles;
}

/** The state of a node whose ways on were all walked; else it is the node's place on the path. */
const DONE = -1;

/** Past this many ways a topology is so dense that looking at each would take longer than it is worth. */
const MOST_WAYS = 200_000;

function queueNode(name: string): string {
  return `queue ${name}`;
}

/**
 * Queues, and the exchanges that do not look at keys: where thousands of queues share one of those, its bindings are
 * followed once, not once for each queue.
 */
class LetterGraph {
  readonly #vhost: Vhost;
  #ways = 0;

  constructor(vhost: Vhost) {
    this.#vhost = vhost;
  }

  /** Where all messages surely come from here without a consumer's doing. */
  *next(node: string): Generator<string> {
    const queue = this.#queueAt(node);
    if (!queue) yield* this.#targets(node.slice('exchange '.length), ANY_KEY);
    if (!queue || !deadLettersByItself(queue)) return;
    const exchange = queue.setting('dead-letter-exchange')?.value;
    if (typeof exchange !== 'string') return;
    const type = this.#vhost.exchange(exchange)?.type;
    if (type === 'fanout' || type === 'headers') yield `exchange ${exchange}`;
    else for (const key of deadLetterKeys(this.#vhost, queue)) yield* this.#targets(exchange, key);
  }

  queuesOf(nodes: readonly string[]): Queue[] {
    return nodes.flatMap((node) => this.#queueAt(node) ?? []);
  }

  *#targets(exchange: string, key: KeyWords): Generator<string> {
    for (const { kind, name } of route(this.#vhost, exchange, { keys: [key], wanted: 'certain' })) {
      if (++this.#ways > MOST_WAYS) return;
      if (kind === 'queue') yield queueNode(name);
    }
  }

  #queueAt(node: string): Queue | undefined {
    return node.startsWith('queue ') ? this.#vhost.queues.get(node.slice('queue '.length)) : undefined;
  }
}
