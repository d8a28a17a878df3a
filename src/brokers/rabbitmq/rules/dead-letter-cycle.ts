import type { Rule } from '../../../model/index.ts';
import { ANY_KEY, type KeyWords } from '../routing/matching.ts';
import { deadLetterKeys, deadLettersByItself, hasDeliveryLimit } from '../routing/reachability.ts';
import { type Queue, type Vhost, vhostsOf } from '../routing/read-topology.ts';
import { route } from '../routing/router.ts';

export const deadLetterCycle: Rule = {
  code: 'rabbitmq/dead-letter-cycle',
  severity: 'warning',
  summary: 'Dead letters return to the same queue without a consumer rejection and are dropped',
  explain: `
If a message returns to a queue that dead-lettered it before, and no consumer rejected it in between, RabbitMQ detects
a cycle and **drops the message silently**. Expiry, overflow and a quorum queue's delivery limit are automatic steps;
a rejection by a consumer is not. A retry loop works if messages leave its work queue only by rejection: the work
queue has no TTL, its length limit rejects new messages (\`overflow: reject-publish\`) instead of dead-lettering the
oldest ones, and it declares no delivery limit, or what exceeds it goes elsewhere. The rule follows what certainly
happens to every message; it does not report the default delivery limit of RabbitMQ 4.x. The pattern \`work-queue\`
gives a loop with an end. https://www.rabbitmq.com/docs/dlx#cycles

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
    for (const vhost of vhostsOf(context)) {
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

/** A cycle in which some queue dead-letters only on overflow is a retry loop: rejected messages may follow it. */
function problemOf(cycle: readonly Queue[], path: string): { message: string; hint: string } {
  const worked = cycle.find((queue) => !queue.setting('message-ttl'));
  if (worked && !deadLettersByItself(worked)) {
    return {
      message: `what exceeds the delivery-limit of "${worked.name}" follows the cycle ${path} and is dropped on return`,
      hint: `remove the delivery-limit of "${worked.name}", or use the pattern work-queue, which keeps what exceeds it`,
    };
  }
  return worked
    ? {
        message: `when "${worked.name}" is full, its overflow follows the cycle ${path} and is dropped on return`,
        hint: `set overflow: reject-publish on "${worked.name}"; rejected messages still follow the retry loop`,
      }
    : {
        message: `dead letters follow the cycle ${path} without a consumer rejection and are dropped on return`,
        hint: 'remove the TTL from one of these queues, so that messages leave it only by rejection',
      };
}

/** True when messages leave the queue though no consumer rejected them. */
function leavesUnrejected(queue: Queue): boolean {
  return deadLettersByItself(queue) || (queue.type === 'quorum' && hasDeliveryLimit(queue));
}

/** One cycle of each group of queues that certainly dead-letter into each other without a consumer. */
function automaticCycles(vhost: Vhost): Queue[][] {
  const graph = new LetterGraph(vhost);
  const state = new Map<string, number>();
  const cycles: Queue[][] = [];
  // Depth first with an explicit stack: a chain can contain every queue.
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

/** State of a node whose edges were all followed; otherwise the state is the node's position on the path. */
const DONE = -1;

/** Limit on edges: a denser topology would take too long. */
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

  /** Where every message from this node certainly goes without a consumer. */
  *next(node: string): Generator<string> {
    const queue = this.#queueAt(node);
    if (!queue) yield* this.#targets(node.slice('exchange '.length), ANY_KEY);
    if (!queue || !leavesUnrejected(queue)) return;
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
