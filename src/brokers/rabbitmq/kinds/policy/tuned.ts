import {
  type Context,
  groupBy,
  type JsonObject,
  kindOf,
  makeAddress,
  oncePer,
  type Resource,
} from '../../../../model/index.ts';
import { brokerOf, tableOf, vhostAndName } from '../parts.ts';
import { type Matcher, matcherOf } from './effects.ts';

const SUFFIX = '.tuning';

/** The name of the policy of a queue with `tuning: policy`. */
export function tuningPolicyName(queue: string): string {
  return `${queue}${SUFFIX}`;
}

/** The queue whose policy has this name. */
export function queueTunedBy(policy: string): string | undefined {
  return policy.endsWith(SUFFIX) ? policy.slice(0, -SUFFIX.length) : undefined;
}

/**
 * The policy of a queue with `tuning: policy`: only one policy applies to a queue, so that it contains what the declared
 * policy sets that would apply otherwise, and has a higher priority.
 */
export function tunedPolicy(policy: Resource, context: Context): JsonObject {
  const { tunes, ...spec } = policy.spec;
  const { vhost } = vhostAndName(policy);
  const queue = context.desired.get(makeAddress(brokerOf(policy), 'queue', vhost, String(tunes)));
  const other = queue && outranked(policy, queue, context);
  const own = tableOf(spec.definition);
  if (!other) return { ...spec, priority: 0, definition: own };
  return { ...spec, priority: other.priority + 1, definition: { ...other.definition, ...own } };
}

function outranked(policy: Resource, queue: Resource, context: Context): Matcher | undefined {
  return (othersIn(context.desired).get(vhostAndName(policy).vhost) ?? [])
    .map((one) => matcherOf(one, context))
    .sort((a, b) => b.priority - a.priority)
    .find(({ matches }) => matches(queue) === true);
}

/** The policies by vhost that are of no single queue: such a one outranks no other. */
const othersIn = oncePer((desired: Context['desired']) =>
  groupBy(
    [...desired.values()].filter(
      ({ address, spec }) => kindOf(address) === 'policy' && spec.tunes === undefined,
    ),
    (policy) => vhostAndName(policy).vhost,
  ),
);
