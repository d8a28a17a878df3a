import {
  type Change,
  type Context,
  type FieldChange,
  groupBy,
  indexByAddress,
  type Json,
  kindOf,
  makeAddress,
  oncePer,
  type Resource,
} from '../../../../model/index.ts';
import { formatUnit } from '../../fields/field.ts';
import { policyKeys } from '../../fields/policy.ts';
import { unitOf } from '../../fields/queue.ts';
import { brokerOf, vhostAndName } from '../parts.ts';
import { ownerByMove } from '../system-owned.ts';
import { type Matcher, matcherOf } from './effects.ts';
import { exactPattern } from './pattern.ts';

type Update = Extract<Change, { action: 'update' | 'replace' }>;

/**
 * The policy that would make a change of arguments without a new queue or exchange, as a line of YAML; undefined
 * where none can. Only one policy applies to a queue or exchange, so it contains what the present one sets, and has a
 * higher priority. https://www.rabbitmq.com/docs/policies#why
 */
export function inPlaceHint(change: Change, context: Context): { hint?: string } {
  const hint = inPlaceByPolicy(change, context);
  return hint === undefined ? {} : { hint };
}

function inPlaceByPolicy(change: Change, context: Context): string | undefined {
  if (change.action !== 'replace') return undefined;
  const { before } = change;
  const queueType = kindOf(before.address) === 'queue' ? String(before.spec.type) : undefined;
  const wanted: Record<string, Json> = {};
  for (const field of change.fields) {
    const [table, argument = ''] = field.path;
    const key = argument.replace(/^x-/, '');
    if (table !== 'arguments' || field.after === undefined || !canPolicy(key, field, queueType))
      return undefined;
    wanted[key] = field.after;
  }
  if (Object.keys(wanted).length === 0) return undefined;
  const present = presentPolicy(before, context);
  if (present === 'unknown') return undefined;
  const definition = Object.entries({ ...present?.definition, ...wanted });
  const priority = present ? `, priority: ${present.priority + 1}` : '';
  const pattern = yaml(exactPattern(vhostAndName(before).name));
  const items = definition.map(([key, value]) => `${key}: ${text(key, value)}`).join(', ');
  return (
    'a policy does this in place, without changing the declaration: ' +
    `policies: { ${yaml(freeName(change, context))}: { pattern: ${pattern}, apply-to: ${kindOf(before.address)}s${priority}, definition: { ${items} } } }`
  );
}

/** The resource's own name, numbered where a policy has it. */
function freeName({ before }: Update, { live, desired }: Context): string {
  const { vhost, name } = vhostAndName(before);
  for (let n = 1; ; n++) {
    const free = n === 1 ? name : `${name}-${n}`;
    const address = makeAddress(brokerOf(before), 'policy', vhost, free);
    if (!live.has(address) && !desired.has(address)) return free;
  }
}

/** The policy that applies to the resource once the plan is applied; `unknown` where a pattern cannot be told. */
export function presentPolicy(resource: Resource, context: Context): Matcher | 'unknown' | undefined {
  const { vhost } = vhostAndName(resource);
  const { live, desired, deleted } = context;
  const known = [live, desired].flatMap((side) => policiesIn(side).get(vhost) ?? []);
  const policies = [...indexByAddress(known).values()]
    .filter(({ address }) => !deleted?.has(address))
    .map((policy) => matcherOf(policy, context))
    .sort((a, b) => b.priority - a.priority);
  for (const policy of policies) {
    const applies = policy.matches(resource);
    if (applies === undefined) return 'unknown';
    if (applies) return policy;
  }
  return undefined;
}

/** Policies by vhost, without those of moves, which last no longer than these. */
const policiesIn = oncePer((side: Context['live']) =>
  groupBy(
    [...side.values()].filter(
      (one) => kindOf(one.address) === 'policy' && ownerByMove(vhostAndName(one).name) === undefined,
    ),
    (policy) => vhostAndName(policy).vhost,
  ),
);

function canPolicy(key: string, field: FieldChange, queueType: string | undefined): boolean {
  const { before, after } = field;
  const how = policyKeys.get(key)?.inPlace;
  switch (how) {
    case 'smaller':
    case 'lower':
      // The broker takes the smaller of argument and policy.
      if (typeof after !== 'number' || after < 0) return false;
      return before === undefined ? how === 'smaller' : typeof before === 'number' && after < before;
    case 'quorum-wins':
      return queueType === 'quorum' || before === undefined;
    default:
      return how === 'unset' && before === undefined;
  }
}

function text(key: string, value: Json): string {
  return formatUnit(value, unitOf(key)) ?? yaml(value);
}

/** A plain YAML scalar where that is safe, else a quoted one. */
function yaml(value: Json): string {
  return typeof value === 'string' && /^[A-Za-z^/][\w^$./-]*$/.test(value) ? value : JSON.stringify(value);
}
