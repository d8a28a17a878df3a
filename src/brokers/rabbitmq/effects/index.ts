import { type BrokerIdentity, EffectCollector, type Effects, type Resource } from '../../../model/index.ts';
import { deadLetterEffects } from './dead-letters.ts';
import { publishingEffects } from './publishing.ts';
import { readTopology } from './topology/read.ts';
import { touchedExchanges } from './touched.ts';

/** What becomes different for messages: which queues they reach, and where their dead letters go. */
export function effects(
  before: readonly Resource[],
  after: readonly Resource[],
  { name: broker, version }: BrokerIdentity,
): Effects {
  const collector = new EffectCollector();
  const old = readTopology(before, version).vhosts;
  for (const [vhost, now] of [...readTopology(after, version).vhosts].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const then = old.get(vhost);
    // In a new vhost nothing was sent before.
    if (!then) continue;
    const pair = { broker, then, now };
    const touched = touchedExchanges(then, now);
    publishingEffects(pair, touched, collector);
    deadLetterEffects(pair, touched, collector);
  }
  return collector.result();
}
