import {
  addTo,
  type Change,
  type Context,
  disruptive,
  formatCount,
  groupBy,
  type JsonObject,
  kindOf,
  makeAddress,
  oncePer,
  type Resource,
  type Risk,
} from '../../../../model/index.ts';
import { brokerOf, tableOf, vhostAndName } from '../parts.ts';
import { type Matcher, matcherOf } from './effects.ts';

/**
 * What a policy means for others, of which only one applies to a queue or exchange, and of which the broker says
 * nothing: those that it puts out of force, with what it does not set itself; and undeclared ones that outrank it.
 */
export function rankRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [];
  const own = change.after;
  const { vhost } = vhostAndName(own);
  const { before, after, targets } = rankedIn(context);
  const [was, is] = [before, after].map((side) => side.get(`${kindOf(own.address)} ${vhost}`) ?? []) as [
    Ranked[],
    Ranked[],
  ];
  const self = is.find(({ policy }) => policy.address === own.address);
  const stays = new Set(is.map(({ policy }) => policy.address));
  const displaced = new Map<Resource, { readonly keys: Set<string>; readonly targets: string[] }>();
  const outranking = new Map<Ranked, string[]>();
  for (const target of targets.get(vhost) ?? []) {
    if (self?.matches(target) !== true) continue;
    const name = `${kindOf(target.address)} ${vhostAndName(target).name}`;
    const [first, next] = [firstFor(target, was), firstFor(target, is)];
    const rival = rivalOf(self, target, is);
    if (rival && !context.desired.has(rival.policy.address)) addTo(outranking, rival, name);
    if (!first || next !== self || first.policy.address === own.address) continue;
    const lost = Object.keys(first.definition).filter((key) => self.definition[key] === undefined);
    if (lost.length === 0 || !stays.has(first.policy.address)) continue;
    const entry = displaced.get(first.policy) ?? { keys: new Set(), targets: [] };
    for (const key of lost) entry.keys.add(key);
    entry.targets.push(name);
    displaced.set(first.policy, entry);
  }
  return [
    ...Array.from(displaced, ([policy, { keys, targets }]) => {
      const lost = [...keys].sort().join(', ');
      const message = `displaces policy "${vhostAndName(policy).name}" for ${some(targets)}: ${lost} no longer in force`;
      return disruptive('policy-displaced', message);
    }),
    ...Array.from(outranking, ([{ policy, priority }, targets]): Risk => {
      const rank = priority === self?.priority ? 'the same priority' : `priority ${priority}`;
      const { name } = vhostAndName(policy);
      const effect = priority === self?.priority ? 'may have no effect' : 'has no effect';
      const message = `${effect} on ${some(targets)}: policy "${name}", which is not declared, has ${rank}`;
      return { class: 'safe', code: 'policy-outranked', message };
    }),
  ];
}

function some(targets: readonly string[]): string {
  const [first = '', ...more] = targets.toSorted();
  return more.length > 0 ? `${first} and ${formatCount(more.length)} more` : first;
}

/** Another policy that applies instead, or may. */
function rivalOf(self: Ranked, target: Resource, all: readonly Ranked[]): Ranked | undefined {
  return all.find((one) => one !== self && one.priority >= self.priority && one.matches(target) === true);
}

interface Ranked extends Matcher {
  readonly policy: Resource;
}

/** The policies by kind and vhost, highest priority first, on the broker and once the plan is applied; and all targets. */
const rankedIn = oncePer((context: Context) => {
  const { live, desired, deleted } = context;
  const kept = [...live.values()].filter(({ address }) => !deleted?.has(address) && !desired.has(address));
  const targets = [...live.values()].filter(({ address }) => TARGETS.has(kindOf(address)));
  return {
    before: byRank(live.values(), context),
    after: byRank([...kept, ...desired.values()], context),
    targets: groupBy(targets, (one) => vhostAndName(one).vhost),
  };
});

const POLICIES: ReadonlySet<string> = new Set(['policy', 'operator-policy']);
const TARGETS: ReadonlySet<string> = new Set(['queue', 'exchange']);

function byRank(resources: Iterable<Resource>, context: Context): Map<string, Ranked[]> {
  const policies = [...resources].filter(({ address }) => POLICIES.has(kindOf(address)));
  const ranked = policies.map((policy) => ({ ...matcherOf(policy, context), policy }));
  return groupBy(
    ranked.sort((a, b) => b.priority - a.priority),
    ({ policy }) => `${kindOf(policy.address)} ${vhostAndName(policy).vhost}`,
  );
}

/** Undefined where it is not known which one applies. */
function firstFor(target: Resource, policies: readonly Ranked[]): Ranked | undefined {
  for (const policy of policies) {
    const verdict = policy.matches(target);
    if (verdict !== false) return verdict ? policy : undefined;
  }
  return undefined;
}

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
