import {
  addTo,
  type Change,
  type Context,
  disruptive,
  formatCount,
  kindOf,
  type Resource,
  type Risk,
} from '../../../../model/index.ts';
import { vhostAndName } from '../parts.ts';
import { type Matcher, matcherOf } from './effects.ts';

/**
 * What a policy means for others, of which only one applies to a queue or exchange, and of which the broker says
 * nothing: those that it puts out of force, with what it does not set itself; and undeclared ones that outrank it.
 */
export function rankRisks(change: Change, context: Context): Risk[] {
  if (change.action === 'delete') return [];
  const own = change.after;
  const before = policiesOf(context.live.values(), own, context);
  const kept = [...context.live.values()].filter(
    ({ address }) => !context.deleted?.has(address) && !context.desired.has(address),
  );
  const after = policiesOf([...kept, ...context.desired.values()], own, context);
  const self = after.find(({ policy }) => policy.address === own.address);
  const displaced = new Map<Resource, { readonly keys: Set<string>; readonly targets: string[] }>();
  const outranking = new Map<Ranked, string[]>();
  for (const target of targetsOf(own, context)) {
    if (self?.matches(target) !== true) continue;
    const name = `${kindOf(target.address)} ${vhostAndName(target).name}`;
    const [was, is] = [firstFor(target, before), firstFor(target, after)];
    const rival = rivalOf(self, target, after);
    if (rival && !context.desired.has(rival.policy.address)) addTo(outranking, rival, name);
    if (!was || is !== self || was.policy.address === own.address) continue;
    const lost = Object.keys(was.definition).filter((key) => self.definition[key] === undefined);
    if (lost.length === 0 || !after.some(({ policy }) => policy.address === was.policy.address)) continue;
    const entry = displaced.get(was.policy) ?? { keys: new Set(), targets: [] };
    for (const key of lost) entry.keys.add(key);
    entry.targets.push(name);
    displaced.set(was.policy, entry);
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

/** Those of the same kind and vhost, highest priority first. */
function policiesOf(resources: Iterable<Resource>, own: Resource, context: Context): Ranked[] {
  const kind = kindOf(own.address);
  const { vhost } = vhostAndName(own);
  return [...resources]
    .filter((one) => kindOf(one.address) === kind && vhostAndName(one).vhost === vhost)
    .map((policy) => ({ ...matcherOf(policy, context), policy }))
    .sort((a, b) => b.priority - a.priority);
}

/** Undefined where it is not known which one applies. */
function firstFor(target: Resource, policies: readonly Ranked[]): Ranked | undefined {
  for (const policy of policies) {
    const verdict = policy.matches(target);
    if (verdict !== false) return verdict ? policy : undefined;
  }
  return undefined;
}

function targetsOf(own: Resource, { live }: Context): Resource[] {
  const { vhost } = vhostAndName(own);
  return [...live.values()].filter(
    (one) =>
      (kindOf(one.address) === 'queue' || kindOf(one.address) === 'exchange') &&
      vhostAndName(one).vhost === vhost,
  );
}
