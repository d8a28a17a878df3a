import { deliver } from './delivery.ts';
import { deadLettered, type Message, type Reason } from './message.ts';
import { matchesDeaths } from './sensitive.ts';
import type { Vhost } from './topology.ts';

const REASONS: readonly Reason[] = ['rejected', 'expired', 'maxlen', 'delivery_limit'];

/** Messages that are followed at most. */
const MOST = 20_000;

/** The queues that a message can come to: directly, and whatever queues do with it then. */
export function queuesEverywhere(vhost: Vhost, message: Message, live: boolean): ReadonlySet<string> {
  const found = new Set<string>();
  const seen = new Set<string>();
  const work: Message[] = [message];
  // To routing, reasons are alike, unless a binding matches them.
  const reasons = matchesDeaths(vhost) ? REASONS : REASONS.slice(0, 1);
  for (let next = work.pop(); next !== undefined && seen.size < MOST; next = work.pop()) {
    for (const name of deliver(vhost, next, live).possible) {
      found.add(name);
      const queue = vhost.queues.get(name);
      if (!queue || queue.type === 'stream') continue;
      for (const reason of reasons) {
        const sent = deadLettered(next, queue, reason, vhost.version);
        if (!sent) continue;
        const { exchange, keys, headers } = sent;
        const key = JSON.stringify([exchange, keys, matchesDeaths(vhost) ? headers : null]);
        if (seen.has(key)) continue;
        seen.add(key);
        work.push(sent);
      }
    }
  }
  return found;
}
