import {
  type Change,
  type Context,
  countOf,
  destructive,
  disruptive,
  type Json,
  type JsonObject,
  kindOf,
  largest,
  oncePer,
  type Resource,
  type Risk,
  subject,
} from '../../../../model/index.ts';
import { formatUnit, secondsOf } from '../../fields/field.ts';
import { LIMITS } from '../../fields/policy.ts';
import { unitOf } from '../../fields/queue.ts';
import { brokerOf, countsOf, liveIn, tableOf, vhostAndName } from '../parts.ts';
import { appliesTo, disablingKeys, isArgumentInForce } from './in-force.ts';
import { NamePatterns } from './pattern.ts';

/**
 * What a change of a policy takes from the queues that are there: for each limit that it lowers for any of them,
 * one risk, destructive unless the queues are known to hold less. Only the policy of the highest priority acts on a queue, and an argument of the queue that
 * is lower still wins. https://www.rabbitmq.com/docs/policies#how-policies-work
 */
export function policyEffects(change: Change, context: Context): Risk[] {
  const affected = new Map<string, Affected>();
  for (const { queue, key, value } of tightened(change, context)) {
    const entry = affected.get(key) ?? { value, losing: 0, harmless: 0 };
    entry[key !== 'expires' && isHarmless(queue, key, value) ? 'harmless' : 'losing']++;
    affected.set(key, entry);
  }
  return [...affected].map(([key, { value, losing, harmless }]) => {
    const doubt = isUnknown(change, context)
      ? '; brokerform cannot tell what the pattern matches, so it counts as matching every queue'
      : '';
    const text = `${key} ${formatUnit(value, unitOf(key)) ?? String(value)}`;
    return losing > 0
      ? destructive('policy-tightened', `${text} on ${countOf(losing, 'queue')}: ${LIMITS.get(key)}${doubt}`)
      : disruptive(
          'policy-tightened',
          `${text} on ${countOf(harmless, 'queue')}, where it drops nothing now${doubt}`,
        );
  });
}

function isUnknown(change: Change, context: Context): boolean {
  return patternsOf(context.live).compile(String(subject(change).spec.pattern)).unknown !== undefined;
}

interface Affected {
  readonly value: Json;
  /** Queues that lose messages, or may. */
  losing: number;
  harmless: number;
}

/** The live queues whose limits the change lowers: how much they hold decides what it costs. */
export function affectedQueues(change: Change, context: Context): Resource[] {
  return [...new Set([...tightened(change, context)].map(({ queue }) => queue))];
}

interface Tightened {
  readonly queue: Resource;
  readonly key: string;
  /** The new limit. */
  readonly value: Json;
}

/** Each limit of each live queue that is lower, or may be, once the change is made. */
function* tightened(change: Change, context: Context): Iterable<Tightened> {
  const others = rivals(change, context);
  const before = 'before' in change ? matcherOf(change.before, context) : undefined;
  const after = 'after' in change ? matcherOf(change.after, context) : undefined;
  const policy = subject(change);
  for (const queue of liveIn(context, 'queue', brokerOf(policy), vhostAndName(policy).vhost)) {
    const old = before?.matches(queue) ?? (before ? undefined : false);
    const next = after?.matches(queue) ?? (after ? undefined : false);
    if (old === false && next === false) continue;
    // A pattern that stays the same matches before and after, or neither.
    const isSame = old === undefined && next === undefined && before?.pattern === after?.pattern;
    const was = inForce(queue, others, before, isSame || old);
    const will = inForce(queue, others, after, isSame || next);
    for (const key of LIMITS.keys()) {
      const held = (definition: JsonObject) => limit(heldValue(queue, key, definition, context), key);
      const tightest = will.toSorted((a, b) => held(a) - held(b))[0] ?? {};
      if (held(tightest) >= largest(was.map(held))) continue;
      yield { queue, key, value: heldValue(queue, key, tightest, context) ?? null };
    }
  }
}

/** What a queue has of a limit where this policy applies to it. */
function heldValue(
  queue: Resource,
  key: string,
  definition: JsonObject,
  { broker }: Context,
): Json | undefined {
  const argument = tableOf(queue.spec.arguments)[`x-${key}`];
  const policy = definition[key];
  if (argument === undefined || policy === undefined) return argument ?? policy;
  const held = { type: String(queue.spec.type), version: broker.version };
  return isArgumentInForce(key, held, argument, policy) ? argument : policy;
}

export interface Matcher {
  readonly pattern: string;
  readonly priority: number;
  readonly definition: JsonObject;
  /** Undefined where it is not known. */
  matches(resource: Resource): boolean | undefined;
}

/** Of one state of a broker; together they may take only so long. */
const patternsOf = oncePer((_live: Context['live']) => new NamePatterns());

/** @param policy as declared, or completed */
export function matcherOf({ spec }: Resource, context: Context): Matcher {
  const pattern = String(spec.pattern ?? '');
  const names = patternsOf(context.live).compile(pattern);
  const applyTo = spec['apply-to'] ?? 'all';
  const definition = tableOf(spec.definition);
  return {
    pattern,
    priority: Number(spec.priority ?? 0),
    definition,
    matches(resource) {
      const { type } = resource.spec;
      const kind = kindOf(resource.address) === 'queue' ? 'queue' : 'exchange';
      if (!appliesTo(applyTo, kind, type)) return false;
      if (disablingKeys(definition, String(type), context.broker.version).length > 0) return false;
      return names.matches(vhostAndName(resource).name);
    },
  };
}

/** The definitions one of which holds for a queue: several where it is not known which policies match. */
function inForce(
  queue: Resource,
  others: readonly Matcher[],
  own: Matcher | undefined,
  ownMatches: boolean | undefined,
): JsonObject[] {
  const policies = own ? [...others, own] : [...others];
  const found: JsonObject[] = [];
  for (const policy of policies.sort((a, b) => b.priority - a.priority)) {
    const verdict = policy === own ? ownMatches : policy.matches(queue);
    if (verdict !== false) found.push(policy.definition);
    if (verdict === true) return found;
  }
  return [...found, {}];
}

/** The other live policies of the same kind and vhost. */
function rivals(change: Change, context: Context): Matcher[] {
  const { address } = subject(change);
  return liveIn(context, kindOf(address), brokerOf({ address }), vhostAndName({ address }).vhost)
    .filter((resource) => resource.address !== address)
    .map((resource) => matcherOf(resource, context));
}

/** Known to hold nothing, or no more messages than the new limit. What is not known is not harmless. */
function isHarmless(queue: Resource, key: string, value: Json): boolean {
  const { ready, unacknowledged } = countsOf(queue);
  if (ready === undefined || unacknowledged === undefined) return false;
  return ready + unacknowledged <= (key === 'max-length' ? limit(value, key) : 0);
}

/** A limit as a number to compare; none is infinite. */
function limit(value: Json | undefined, key: string): number {
  if (key === 'max-age' && typeof value === 'string') {
    return secondsOf(value) ?? Number.POSITIVE_INFINITY;
  }
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
}
