import { oncePer } from '../../../model/index.ts';
import { comparable } from './matching.ts';
import { deadLettered, isDeadLetterCycle, type Message, type Reason, routed } from './message.ts';
import { choiceOf, choosesOne, edges, isKnownType, type Routed, route } from './router.ts';
import type { Binding, Exchange, Vhost } from './topology.ts';

/** The queues that a message comes to, from one exchange. Queues that are bound and not declared are among them. */
export interface Delivery {
  /** In order of name. */
  readonly sure: readonly string[];
  /** Those that it may come to, the sure ones included. */
  readonly possible: readonly string[];
  /** Why it cannot be told where else it goes. */
  readonly doubts: readonly string[];
}

/** @param live undeclared exchanges are missing: the broker drops what would go there */
export function deliver(vhost: Vhost, message: Message, live: boolean): Delivery {
  const asked = routed(message);
  const sure = queuesIn(vhost, message, { ...asked, wanted: 'certain' });
  const possible = new Set<string>();
  const doubts = new Set<string>();
  const undeclared = (name: string) => {
    if (!live) doubts.add(`exchange ${name} is not declared here`);
  };
  if (!vhost.exchange(message.exchange)) undeclared(message.exchange);
  for (const edge of edges(vhost, message.exchange, asked)) {
    const { from, to } = edge;
    if (to.kind === 'undeclared-exchange') undeclared(to.name);
    else if (to.kind !== 'exchange' && !isDeadLetterCycle(to.name, message)) possible.add(to.name);
    if (!edge.sure) doubts.add(doubtOf(from));
  }
  return { sure, possible: [...possible].sort(), doubts: [...doubts] };
}

function queuesIn(vhost: Vhost, message: Message, asked: Routed): string[] {
  return Array.from(route(vhost, message.exchange, asked))
    .flatMap(({ kind, name }) => (kind === 'undeclared-exchange' ? [] : [name]))
    .filter((name) => !isDeadLetterCycle(name, message))
    .sort();
}

const SHOWN = 5;

function doubtOf(exchange: Exchange): string {
  const { name, type, outgoing } = exchange;
  if (!isKnownType(type)) return `exchange ${name} has type ${type}, whose routing is not known`;
  const ends = [...new Set(outgoing.map(({ destination }) => destination))].sort();
  const shown = `${ends.slice(0, SHOWN).join(', ')}${ends.length > SHOWN ? ` and ${ends.length - SHOWN} more` : ''}`;
  return `exchange ${name} gives it to one of ${shown}, ${choiceOf(exchange)}`;
}

/** Assumed choices that are followed at most. */
const MOST_CASES = 2_000;

/** Whether a message surely comes to one of these queues, whichever binding exchanges with a choice take. */
export function surelyReachesOneOf(vhost: Vhost, message: Message, queues: ReadonlySet<string>): boolean {
  let cases = 0;
  const holds = (choices: ReadonlyMap<string, Binding>): boolean => {
    cases++;
    if (cases > MOST_CASES) return false;
    const asked: Routed = { ...routed(message), wanted: 'certain', choices };
    if (queuesIn(vhost, message, asked).some((name) => queues.has(name))) return true;
    const open = openChoice(vhost, message, asked);
    return open?.outgoing.every((binding) => holds(new Map([...choices, [open.name, binding]]))) ?? false;
  };
  return holds(new Map());
}

/** An exchange with a choice that is not assumed yet, and that the message surely comes to. */
function openChoice(vhost: Vhost, message: Message, asked: Routed): Exchange | undefined {
  const isOpen = (exchange: Exchange | undefined): exchange is Exchange =>
    exchange !== undefined &&
    choosesOne(exchange) &&
    exchange.outgoing.length > 0 &&
    asked.choices?.has(exchange.name) !== true;
  const first = vhost.exchange(message.exchange);
  if (isOpen(first)) return first;
  for (const { to } of edges(vhost, message.exchange, asked)) {
    const exchange = to.kind === 'exchange' ? vhost.exchange(to.name) : undefined;
    if (isOpen(exchange)) return exchange;
  }
  return undefined;
}

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

/** Whether some binding of the vhost matches the headers that dead-lettering adds: then reasons are told apart. */
export const matchesDeaths = oncePer((vhost: Vhost): boolean =>
  vhost.bindings.some(
    ({ source, arguments: args }) =>
      vhost.exchange(source)?.type === 'headers' &&
      comparable(args).some(([name]) => /^x-(?:first-|last-)?death/.test(name)),
  ),
);
