import { BrokerError, type JsonObject, type Resource } from '../../../../model/index.ts';
import { tableOf, text } from '../../kinds/parts.ts';
import { escapePattern, NamePatterns } from '../../kinds/policy/pattern.ts';
import {
  effectivePolicy as firstEffective,
  matchingPolicies,
  type Policy,
  readPolicy,
} from '../../routing/topology.ts';
import type { MoveRun } from './run.ts';
import type { LiveQueue } from './state.ts';

/** What would drop messages of hold and park, or give them up. */
const HARMFUL = ['message-ttl', 'expires', 'max-length', 'max-length-bytes'];

/** A limit that no queue reaches: a policy must hold something, and every type of queue knows this. */
const NO_LIMIT = { 'max-length': Number.MAX_SAFE_INTEGER };

/** Also above policies that are set during the move. Every version takes it, and gives it back as it is. */
const HIGHEST = Number.MAX_SAFE_INTEGER;

interface Listed extends Policy {
  /** The pattern may match: it does, or it is not known. */
  mayMatch(name: string, type: string): boolean;
}

/** @throws ConnectionError, BrokerError */
async function readPolicies(run: MoveRun, what: 'policies' | 'operator-policies'): Promise<Listed[]> {
  const items = await run.options.listings.ofVhostIfAllowed(what, run.vhost);
  const patterns = new NamePatterns();
  return items
    .map((item): Listed => {
      const spec = {
        pattern: text(item.pattern),
        'apply-to': text(item['apply-to']) || 'all',
        priority: item.priority ?? 0,
        definition: tableOf(item.definition),
      };
      const policy = readPolicy({ spec } as unknown as Resource, text(item.name), patterns);
      const mayMatch = (name: string, type: string) =>
        matchingPolicies([policy], 'queue', type, name).length > 0 ||
        policy.names.matches(name) === undefined;
      return { ...policy, mayMatch };
    })
    .sort((a, b) => b.priority - a.priority);
}

/**
 * Refuses a move whose hold or park queue an operator policy would limit: no other policy keeps that away.
 * @throws ConnectionError, BrokerError
 */
export async function checkOperatorPolicies(run: MoveRun): Promise<void> {
  const { hold, park } = run.names;
  for (const policy of await readPolicies(run, 'operator-policies')) {
    const name = [hold, park].find((one) => policy.mayMatch(one, run.newType));
    const harmful = run.newType === 'quorum' ? [...HARMFUL, 'delivery-limit'] : HARMFUL;
    const key = harmful.find((one) => policy.definition[one] !== undefined);
    if (name === undefined || key === undefined) continue;
    run.fail(
      `operator policy ${JSON.stringify(policy.name)} (${key}) applies to ${JSON.stringify(name)}, which holds the messages during the move, and could drop them`,
      'let its pattern leave out names that end with .brokerform-hold and .brokerform-park',
    );
  }
}

/**
 * Keeps every other policy away from hold and park: only one of highest priority applies to a queue. Where none matches
 * them, the right to set one is not required.
 * @throws ConnectionError, BrokerError
 */
export async function keepPoliciesAway(run: MoveRun): Promise<void> {
  const { hold, park, policy: name } = run.names;
  const others = (await readPolicies(run, 'policies')).filter((one) => one.name !== name);
  const matching = others.filter((one) => [hold, park].some((queue) => one.mayMatch(queue, run.newType)));
  const priority = Math.max(HIGHEST, (others[0]?.priority ?? 0) + 1);
  const payload: JsonObject = {
    pattern: `^(?:${escapePattern(hold)}|${escapePattern(park)})$`,
    'apply-to': 'queues',
    priority,
    definition: { ...NO_LIMIT, ...mirroring(run, others) },
  };
  const path = ['policies', run.vhost, name];
  try {
    await run.do({ op: 'http.put', target: run.target, body: { path, payload } });
  } catch (error) {
    if (!(error instanceof BrokerError)) throw error;
    const [first] = matching;
    if (first === undefined) return;
    run.fail(
      `policy ${JSON.stringify(first.name)} applies to the queues that hold the messages during the move, and the policy that keeps it away cannot be set: ${error.failure.message}`,
      error.failure.hint,
    );
  }
}

/** @throws ConnectionError, BrokerError */
export async function removePolicy(run: MoveRun): Promise<void> {
  const { policy: name } = run.names;
  const policies = await run.options.listings.ofVhostIfAllowed('policies', run.vhost);
  if (!policies.some((one) => one.name === name)) return;
  await run.do({ op: 'http.delete', target: run.target, body: { path: ['policies', run.vhost, name] } });
}

/** The dead-letter settings that hold for a queue: those of its arguments, else of its policy. */
export async function deadLettering(run: MoveRun, queue: LiveQueue): Promise<JsonObject> {
  const policy = effectivePolicy(run, await readPolicies(run, 'policies'), queue.type);
  const entries = ['dead-letter-exchange', 'dead-letter-routing-key'].flatMap((key) => {
    const value = queue.arguments[`x-${key}`] ?? policy?.definition[key];
    return value === undefined ? [] : [[`x-${key}`, value] as const];
  });
  return Object.fromEntries(entries);
}

/** The copies that classic queues have on other nodes by a policy, before 4.0. */
function mirroring(run: MoveRun, policies: readonly Policy[]): JsonObject {
  if (run.newType !== 'classic') return {};
  const { definition = {} } = effectivePolicy(run, policies, 'classic') ?? {};
  return Object.fromEntries(Object.entries(definition).filter(([key]) => key.startsWith('ha-')));
}

/** Of the policy and the operator policy that apply to a queue, and of those that may. */
export async function definitionsFor(run: MoveRun, name: string, type: string): Promise<JsonObject[]> {
  const lists = await Promise.all([readPolicies(run, 'policies'), readPolicies(run, 'operator-policies')]);
  return lists.flatMap((policies) => {
    const matching = matchingPolicies(policies, 'queue', type, name);
    const first = firstEffective(matching, type, run.options.broker.version);
    const unclear = policies.filter((one) => !matching.includes(one) && one.mayMatch(name, type));
    return [first, ...unclear].flatMap((policy) => (policy ? [policy.definition] : []));
  });
}

function effectivePolicy(run: MoveRun, policies: readonly Policy[], type: string): Policy | undefined {
  const matching = matchingPolicies(policies, 'queue', type, run.queue);
  return firstEffective(matching, type, run.options.broker.version);
}
