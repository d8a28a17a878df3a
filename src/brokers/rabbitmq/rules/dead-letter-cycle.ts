import type { Rule } from '../../../model/index.ts';
import { deadLetterKeys, deadLettersByItself } from '../routing/reachability.ts';
import { route } from '../routing/router.ts';
import { type Queue, topologyOf, type Vhost } from '../topology/index.ts';

export const deadLetterCycle: Rule = {
  code: 'rabbitmq/dead-letter-cycle',
  severity: 'warning',
  summary: 'Dead letters go round in a circle that no consumer takes part in, and are dropped',
  explain: `
When a message comes back to a queue that it was dead-lettered from before, and no consumer rejected it in between,
RabbitMQ takes that for an endless loop and **drops the message silently**. Expiry and overflow are such automatic
steps; a rejection by a consumer is not. A retry loop is sound when one of its queues is left by rejection only: the
work queue then has no TTL and no limit of its own.
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
  work:  { dead-letter: { exchange: "", routing-key: retry } }     # left by rejection
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
          message: `dead letters go round by themselves, ${path}, and are dropped the second time`,
          hint: 'end the circle in a queue without TTL and limit, or without a dead-letter exchange',
          related: cycle.slice(1).flatMap((queue) => queue.resource.at ?? []),
        };
      }
    }
  },
};

/** One circle of every group of queues that surely dead-letter into each other without a consumer. */
function automaticCycles(vhost: Vhost): Queue[][] {
  const next = new Map<string, string[]>();
  for (const queue of vhost.queues.values()) {
    if (deadLettersByItself(queue)) next.set(queue.name, deadLetterTargets(vhost, queue));
  }
  const state = new Map<string, number>();
  const cycles: Queue[][] = [];
  // Depth first, with its own stack: a chain may be as long as there are queues.
  for (const start of next.keys()) {
    if (state.has(start)) continue;
    const path: string[] = [start];
    const todo: string[][] = [[...(next.get(start) ?? [])]];
    state.set(start, 0);
    while (path.length > 0) {
      const target = todo.at(-1)?.pop();
      if (target === undefined) {
        todo.pop();
        state.set(path.pop() ?? '', DONE);
        continue;
      }
      const position = state.get(target);
      if (position === undefined && next.has(target)) {
        state.set(target, path.length);
        path.push(target);
        todo.push([...(next.get(target) ?? [])]);
      } else if (position !== undefined && position !== DONE) {
        cycles.push(path.slice(position).flatMap((name) => vhost.queues.get(name) ?? []));
      }
    }
  }
  return cycles;
}

/** The state of a queue whose ways on were all walked; else it is the queue's place on the path. */
const DONE = -1;

/** The queues that all dead letters of this one surely come to. */
function deadLetterTargets(vhost: Vhost, queue: Queue): string[] {
  const exchange = queue.setting('dead-letter-exchange')?.value;
  if (typeof exchange !== 'string') return [];
  const targets = new Set<string>();
  for (const key of deadLetterKeys(vhost, queue)) {
    for (const { kind, name } of route(vhost, exchange, { keys: [key], wanted: 'certain' })) {
      if (kind === 'queue') targets.add(name);
    }
  }
  return [...targets];
}
