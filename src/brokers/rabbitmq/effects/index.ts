import {
  type BrokerIdentity,
  EffectCollector,
  type Effects,
  listed,
  makeAddress,
  type Resource,
} from '../../../model/index.ts';
import { deadLetterKeys } from '../routing/reachability.ts';
import { readTopology } from '../routing/read-topology.ts';
import { type Destination, route } from '../routing/router.ts';
import type { Queue, Vhost } from '../routing/topology.ts';
import { publishingEffects, type VhostPair } from './publishing.ts';
import { type TouchedExchanges, touchedExchanges } from './samples.ts';

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

/** Queues whose dead letters are routed, on each side. */
const BUDGET = 3_000;

/** Finds out where the dead letters of queues that both sides have go. */
function deadLetterEffects(
  { broker, then, now }: VhostPair,
  touched: TouchedExchanges,
  collector: EffectCollector,
): void {
  let looked = 0;
  for (const name of [...now.queues.keys()].sort()) {
    const before = then.queues.get(name);
    const after = now.queues.get(name);
    if (!before || !after || !mayDiffer(before, after, touched)) continue;
    looked++;
    if (looked > BUDGET) {
      collector.cut(1);
      continue;
    }
    const from = fate(then, before);
    const to = fate(now, after);
    if (from.text === to.text) continue;
    collector.add({
      address: makeAddress(broker, 'queue', now.name, name),
      title: `queue ${name}`,
      detail: `vhost ${now.name}`,
      outcome: 'dead-letters',
      text: `dead letters go ${to.text}: they went ${from.text}`,
      risk: from.isLost ? 'safe' : 'disruptive',
    });
  }
}

function mayDiffer(before: Queue, after: Queue, { leading }: TouchedExchanges): boolean {
  const exchanges = [before, after].map((queue) => queue.setting('dead-letter-exchange')?.value);
  if (exchanges.every((exchange) => exchange === undefined)) return false;
  const keys = [before, after].map((queue) => queue.setting('dead-letter-routing-key')?.value);
  return (
    exchanges[0] !== exchanges[1] ||
    keys[0] !== keys[1] ||
    exchanges.some((exchange) => typeof exchange === 'string' && leading.has(exchange))
  );
}

interface Fate {
  readonly isLost: boolean;
  readonly text: string;
}

function fate(vhost: Vhost, queue: Queue): Fate {
  const exchange = queue.setting('dead-letter-exchange')?.value;
  if (typeof exchange !== 'string') return { isLost: true, text: 'nowhere, without a dead-letter exchange' };
  const routed = { keys: deadLetterKeys(vhost, queue), wanted: 'possible' } as const;
  const reached = [...route(vhost, exchange, routed)];
  const named = (kind: Destination['kind']) =>
    reached
      .filter((one) => one.kind === kind)
      .map(({ name }) => name)
      .sort();
  const queues = [...named('queue'), ...named('undeclared-queue')].sort();
  const foreign = named('undeclared-exchange');
  const parts = [
    ...(queues.length > 0 ? [listed('queue', queues)] : []),
    ...(foreign.length > 0 ? [`${listed('exchange', foreign)}, which is not declared`] : []),
  ];
  if (parts.length > 0) return { isLost: false, text: `to ${parts.join(' and ')}` };
  return { isLost: true, text: `nowhere from exchange ${exchange}` };
}
