import {
  type Change,
  type Context,
  type Json,
  type JsonObject,
  kindOf,
  makeAddress,
  parseAddress,
  type Resource,
  type Risk,
  subject,
} from '../../../model/index.ts';
import { formatUnit, tableOf, unitOf } from '../arguments.ts';
import type { QueueVolatile } from '../specs.ts';
import { countOf, destructive, vhostAndName } from './parts.ts';

/** Policy keys that drop messages, or queues, as soon as they are lower than before; and what they do. */
const LIMITS: ReadonlyMap<string, string> = new Map([
  ['message-ttl', 'messages older than that are dropped at once'],
  ['max-length', 'messages beyond that are dropped at once'],
  ['max-length-bytes', 'messages beyond that are dropped at once'],
  ['max-age', 'what is older is deleted from the stream'],
  ['expires', 'queues that nobody uses for that long are deleted with their messages'],
]);

export function isLimit(key: string): boolean {
  return LIMITS.has(key);
}

/**
 * What a change of a policy takes from the queues that are there: for each limit that it lowers for any of them,
 * one destructive risk. Only the policy of the highest priority acts on a queue, and an argument of the queue that
 * is lower still wins. https://www.rabbitmq.com/docs/policies#how-policies-work
 */
export function policyEffects(change: Change, context: Context): Risk[] {
  const affected = new Map<string, { count: number; after: Json }>();
  const others = rivals(change, context);
  const before = 'before' in change ? matcherOf(change.before) : undefined;
  const after = 'after' in change ? matcherOf(change.after) : undefined;
  for (const queue of queuesOf(change, context)) {
    if (!before?.matches(queue) && !after?.matches(queue)) continue;
    const old = winner(queue, before ? [...others, before] : others);
    const next = winner(queue, after ? [...others, after] : others);
    for (const key of LIMITS.keys()) {
      if (key !== 'expires' && isKnownEmpty(queue)) continue;
      const argument = limit(tableOf(queue.spec.arguments)[`x-${key}`], key);
      const wanted = Math.min(argument, limit(next[key], key));
      if (wanted >= Math.min(argument, limit(old[key], key))) continue;
      affected.set(key, { count: (affected.get(key)?.count ?? 0) + 1, after: next[key] ?? null });
    }
  }
  return [...affected].map(([key, { count, after: value }]) => {
    const unit = unitOf(key);
    const text = (unit && formatUnit(value, unit)) ?? String(value);
    return destructive(
      'policy-tightened',
      `${key} ${text} on ${countOf(count, 'queue')}: ${LIMITS.get(key)}`,
    );
  });
}

interface Matcher {
  readonly priority: number;
  readonly definition: JsonObject;
  matches(queue: Resource): boolean;
}

function matcherOf({ spec }: Resource): Matcher {
  const pattern = compile(String(spec.pattern));
  const applyTo = spec['apply-to'];
  return {
    priority: Number(spec.priority),
    definition: tableOf(spec.definition),
    matches(queue) {
      const { type } = queue.spec;
      const applies = applyTo === 'all' || applyTo === 'queues' || applyTo === APPLY_TO_TYPE[String(type)];
      return applies && pattern.test(vhostAndName(queue).name);
    },
  };
}

const APPLY_TO_TYPE: Readonly<Record<string, string>> = {
  classic: 'classic_queues',
  quorum: 'quorum_queues',
  stream: 'streams',
};

/** The broker's regular expressions are PCRE; one that JavaScript cannot read counts as matching everything. */
function compile(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    return /(?:)/;
  }
}

function winner(queue: Resource, policies: readonly Matcher[]): JsonObject {
  let best: Matcher | undefined;
  for (const policy of policies) {
    if ((!best || policy.priority > best.priority) && policy.matches(queue)) best = policy;
  }
  return best?.definition ?? {};
}

/** The other live policies of the same kind and vhost. */
function rivals(change: Change, context: Context): Matcher[] {
  const { address } = subject(change);
  return inVhostOf(change, context, kindOf(address))
    .filter((resource) => resource.address !== address)
    .map(matcherOf);
}

function queuesOf(change: Change, context: Context): Resource[] {
  return inVhostOf(change, context, 'queue');
}

function inVhostOf(change: Change, context: Context, kind: string): Resource[] {
  const { broker, path } = parseAddress(subject(change).address);
  const prefix = `${makeAddress(broker, kind, path[0] ?? '')}/`;
  return [...context.live.values()].filter(({ address }) => address.startsWith(prefix));
}

function isKnownEmpty(queue: Resource): boolean {
  const { ready, unacknowledged } = (queue.volatile ?? {}) as QueueVolatile;
  return ready === 0 && unacknowledged === 0;
}

const AGE_DAYS: Readonly<Record<string, number>> = {
  Y: 365,
  M: 30,
  D: 1,
  h: 1 / 24,
  m: 1 / 1440,
  s: 1 / 86_400,
};

/** A limit as a number to compare; none is infinite. */
function limit(value: Json | undefined, key: string): number {
  if (key === 'max-age' && typeof value === 'string') {
    return Number.parseInt(value, 10) * (AGE_DAYS[value.slice(-1)] ?? 1);
  }
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
}
