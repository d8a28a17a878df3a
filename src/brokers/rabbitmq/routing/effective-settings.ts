import {
  type EffectiveSetting,
  type EffectiveSettings,
  type Json,
  kindOf,
  type MatchingPolicy,
  placeOf,
  type Resource,
  type RoutedTopology,
  type SettingSource,
} from '../../../model/index.ts';
import { exchangeArguments } from '../fields/exchange.ts';
import { formatUnit } from '../fields/field.ts';
import { QUEUE_ARGUMENTS, unitOf } from '../fields/queue.ts';
import { vhostAndName } from '../kinds/parts.ts';
import { appliesTo, disablingKeys } from '../kinds/policy/in-force.ts';
import {
  type Exchange,
  type Policy,
  type Queue,
  type Setting,
  type Vhost,
  vhostsOf,
} from './read-topology.ts';

/** What is in force for each queue and exchange, and where each value comes from. https://www.rabbitmq.com/docs/policies */
export function effectiveSettings(topology: RoutedTopology): EffectiveSettings[] {
  const all = [...vhostsOf(topology)].flatMap((vhost) => [
    ...Array.from(vhost.exchanges.values(), (exchange) => ofExchange(exchange, vhost)),
    ...Array.from(vhost.queues.values(), (queue) => ofQueue(queue, vhost)),
  ]);
  return all
    .filter(({ settings, policies }) => settings.length + policies.length > 0)
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** The type is shown anyway; a policy for all may hold settings of exchanges. */
const UNSHOWN: ReadonlySet<string> = new Set(['queue-type', ...Object.keys(exchangeArguments)]);

function ofQueue(queue: Queue, vhost: Vhost): EffectiveSettings {
  const { name, type, resource, policies, operatorPolicies, arguments: args } = queue;
  const own = Object.keys(args).flatMap((key) => (key.startsWith('x-') ? [key.slice(2)] : []));
  const definitions = [...policies, ...operatorPolicies].flatMap(({ definition }) => Object.keys(definition));
  const keys = [...new Set([...own, ...definitions])].filter((key) => !UNSHOWN.has(key)).sort();
  const context = { kind: 'queue', type, name, version: vhost.version } as const;
  return {
    ...headOf(resource, `queue ${name}`, `${type}, vhost ${vhost.name}`),
    settings: keys.flatMap((key) => settingOf(key, queue.settings(key))),
    policies: [
      ...statesOf(vhost.policies, policies, context),
      ...statesOf(vhost.operatorPolicies, operatorPolicies, context),
    ],
  };
}

function ofExchange({ name, type, resource, policies, settings }: Exchange, vhost: Vhost): EffectiveSettings {
  // A policy for all may hold settings of queues.
  const keys = policies.flatMap(({ definition }) =>
    Object.keys(definition).filter((key) => !QUEUE_ARGUMENTS.has(key)),
  );
  return {
    ...headOf(resource, `exchange ${name}`, `${type}, vhost ${vhost.name}`),
    settings: [...new Set(['alternate-exchange', ...keys])]
      .sort()
      .flatMap((key) => settingOf(key, settings(key))),
    policies: statesOf(vhost.policies, policies, { kind: 'exchange', type, name, version: vhost.version }),
  };
}

function headOf(resource: Resource | undefined, title: string, detail: string) {
  const { address = '', at } = resource ?? {};
  return { address, title, detail, ...(at && { at }) };
}

function settingOf(name: string, settings: readonly Setting[]): EffectiveSetting[] {
  const [inForce, ...overridden] = settings.map((one) => sourceOf(name, one));
  return inForce ? [{ name, ...inForce, overridden }] : [];
}

function sourceOf(key: string, { value, resource, path }: Setting): SettingSource {
  const at = placeOf(resource, path);
  return {
    value,
    text: textOf(key, value),
    from: path[0] === 'arguments' ? 'argument' : titleOf(resource),
    ...(at && { at }),
  };
}

function textOf(key: string, value: Json): string {
  return formatUnit(value, unitOf(key)) ?? (typeof value === 'string' ? value : JSON.stringify(value));
}

function titleOf(policy: Resource): string {
  const kind = kindOf(policy.address) === 'policy' ? 'policy' : 'operator policy';
  return `${kind} ${vhostAndName(policy).name}`;
}

interface Target {
  readonly kind: 'queue' | 'exchange';
  readonly type: string;
  readonly name: string;
  readonly version: string;
}

/** @param matching those of them that are known to match */
function statesOf(all: readonly Policy[], matching: readonly Policy[], target: Target): MatchingPolicy[] {
  const { type, version, name } = target;
  const disabling = (policy: Policy) =>
    target.kind === 'queue' ? disablingKeys(policy.definition, type, version) : [];
  const [first, second] = matching.filter((policy) => disabling(policy).length === 0);
  const tied = first && second?.priority === first.priority;
  return all.flatMap((policy): MatchingPolicy[] => {
    const { resource, priority, names } = policy;
    const said = { title: titleOf(resource), priority, ...(resource.at && { at: resource.at }) };
    if (!matching.includes(policy)) {
      if (!appliesTo(policy.applyTo, target.kind, type) || names.matches(name) !== undefined) return [];
      return [{ ...said, state: 'unknown', why: names.unknown ?? 'the name has a control character' }];
    }
    const [key] = disabling(policy);
    if (key !== undefined) {
      return [{ ...said, state: 'unsupported', why: `${type} queues do not support ${key}` }];
    }
    if (tied && priority === first.priority) {
      const other = policy === first ? second : first;
      return [{ ...said, state: 'tied', why: `${titleOf(other.resource)} has the same priority` }];
    }
    if (policy === first || !first) return [{ ...said, state: 'in-force' }];
    return [{ ...said, state: 'outranked', why: `${titleOf(first.resource)} has a higher priority` }];
  });
}
