import {
  type BrokerIdentity,
  EffectCollector,
  type Effects,
  listed,
  makeAddress,
  type Resource,
} from '../../../model/index.ts';
import { keysOfPattern, splitKey } from '../routing/matching.ts';
import { deadLetterKeys } from '../routing/reachability.ts';
import { readTopology } from '../routing/read-topology.ts';
import { type Destination, reachesAny, route } from '../routing/router.ts';
import type { Queue, Vhost } from '../routing/topology.ts';
import { type Sample, samplesOf, type TouchedExchanges, touchedExchanges } from './samples.ts';

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

/** Messages, and queues whose dead letters are routed, on each side: enough for any change that people read. */
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

/** One vhost on both sides. */
interface VhostPair {
  readonly broker: string;
  readonly then: Vhost;
  readonly now: Vhost;
}

/** Routes messages to each exchange from where something differs, on both sides. */
function publishingEffects(
  { broker, then, now }: VhostPair,
  touched: TouchedExchanges,
  collector: EffectCollector,
): void {
  let left = BUDGET;
  // Publishing to the default exchange names the queue itself, and what becomes of a queue is reported as a change.
  for (const name of [...touched.leading].filter((one) => one !== '').sort()) {
    const subject = {
      address: makeAddress(broker, 'exchange', now.name, name),
      title: `exchange ${name}`,
      detail: `vhost ${now.name}`,
    };
    const before = then.exchange(name);
    const after = now.exchange(name);
    // An exchange without publishers has no messages.
    if (!before || before.internal) continue;
    if (!after || after.internal) {
      const why = after ? 'it is internal now' : 'it is gone';
      const text = `publishing to it is refused: ${why}`;
      collector.add({ ...subject, outcome: 'refused', text, risk: 'disruptive' });
      continue;
    }
    const samples = samplesOf(name, [then, now], touched);
    if (samples.length > left) collector.cut(samples.length - left);
    for (const sample of samples.slice(0, left)) {
      const change = compare(arrival(then, name, sample), arrival(now, name, sample), {
        alternate: after.alternate?.value,
        isPartly: isPartlyTaken(now, name, sample),
      });
      if (change) collector.add({ ...subject, ...change }, sample.about);
    }
    left = Math.max(0, left - samples.length);
  }
}

interface Arrival {
  readonly queues: readonly string[];
  /** Whether only the exchange's alternate took it. */
  readonly byAlternate: boolean;
}

/** Where a message ends up. Plug-ins' exchanges may pass it to any of theirs, and are taken to do so. */
function arrival(vhost: Vhost, exchange: string, { routingKey, headers }: Sample): Arrival {
  const keys = [splitKey(routingKey)];
  const reached = (side: Vhost) =>
    Array.from(route(side, exchange, { keys, headers, wanted: 'possible' }))
      .flatMap(({ kind, name }) => (kind === 'undeclared-exchange' ? [] : [name]))
      .sort();
  const queues = reached(vhost);
  if (!vhost.exchange(exchange)?.alternate) return { queues, byAlternate: false };
  const withoutAlternate = reached({
    ...vhost,
    exchange: (name) => {
      const found = vhost.exchange(name);
      if (!found || name !== exchange) return found;
      const { alternate: _, ...own } = found;
      return own;
    },
  });
  return { queues, byAlternate: queues.length > 0 && withoutAlternate.length === 0 };
}

/** Whether some other key of the sample's pattern reaches a queue. */
function isPartlyTaken(vhost: Vhost, exchange: string, { pattern, headers }: Sample): boolean {
  if (pattern === undefined) return false;
  return reachesAny(vhost, exchange, { keys: [keysOfPattern(pattern)], headers, wanted: 'possible' });
}

function compare(
  before: Arrival,
  after: Arrival,
  { alternate, isPartly }: { alternate: unknown; isPartly: boolean },
) {
  const gained = after.queues.filter((queue) => !before.queues.includes(queue));
  const lost = before.queues.filter((queue) => !after.queues.includes(queue));
  if (gained.length + lost.length === 0) return undefined;
  if (after.queues.length === 0) {
    const but = isPartly ? ', unless another binding takes it' : '';
    const text = `reaches no queue any more, and is dropped${but}: it went to ${listed('queue', before.queues)}`;
    return { outcome: 'unroutable', text, risk: 'disruptive' } as const;
  }
  if (after.byAlternate && !before.byAlternate) {
    const to = `goes to the alternate exchange ${String(alternate)} now, and to ${listed('queue', after.queues)}`;
    const text = before.queues.length === 0 ? to : `${to}: it went to ${listed('queue', before.queues)}`;
    return { outcome: 'alternate', text, risk: lost.length > 0 ? 'disruptive' : 'safe' } as const;
  }
  if (before.queues.length === 0) {
    const text = `reaches ${listed('queue', gained)} now: it reached none`;
    return { outcome: 'routable', text, risk: 'safe' } as const;
  }
  if (lost.length === 0) {
    return { outcome: 'reaches', text: `now also reaches ${listed('queue', gained)}`, risk: 'safe' } as const;
  }
  const rest = gained.length > 0 ? `, and now reaches ${listed('queue', gained)}` : '';
  const text = `no longer reaches ${listed('queue', lost)}${rest}`;
  return { outcome: 'no-longer-reaches', text, risk: 'disruptive' } as const;
}
