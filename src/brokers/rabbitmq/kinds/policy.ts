import {
  type Change,
  type Context,
  equalJson,
  type JsonObject,
  type Kind,
  type Resource,
  type Risk,
} from '../../../model/index.ts';
import { tableOf } from '../arguments.ts';
import { LIMITS } from '../fields/policy.ts';
import { unitOf } from '../fields/queue.ts';
import { formatUnit } from '../fields/units.ts';
import { upstreamsOf } from './parameter/references.ts';
import { disruptive, putOrDelete, vhostAndName } from './parts.ts';
import { policyEffects, queuesAtStake } from './policy-effects.ts';

/** Policies and operator policies differ in who may set them, and in that the smaller value of both wins. */
function policyKind(noun: 'policy' | 'operator policy', resourcePath: string): Kind {
  return {
    title(resource) {
      const { vhost, name } = vhostAndName(resource);
      return { title: `${noun} ${name}`, detail: `vhost ${vhost}` };
    },

    complete({ spec }) {
      return {
        pattern: spec.pattern ?? '',
        'apply-to': spec['apply-to'] ?? 'all',
        priority: spec.priority ?? 0,
        definition: tableOf(spec.definition),
      };
    },

    risks: (change, context) => risksOf(change, context),
    atStake: queuesAtStake,

    calls(change) {
      const resource = change.action === 'delete' ? change.before : change.after;
      const { vhost, name } = vhostAndName(resource);
      return putOrDelete(change, [resourcePath, vhost, name], resource.spec);
    },

    cascadesFrom: ['vhost'],
    // It starts the links of its upstreams, which bring messages.
    actsAtOnce: ({ spec }) => upstreamsOf(tableOf(spec.definition)).length > 0,
    fieldName: (path) =>
      path[0] === 'definition' && path.length > 1 ? path.slice(1).join('.') : path.join('.'),

    fieldText(path, value) {
      return path[0] === 'definition' ? formatUnit(value, unitOf(path[1] ?? '')) : undefined;
    },
  };
}

/** https://www.rabbitmq.com/docs/policies */
export const policy = policyKind('policy', 'policies');

/** https://www.rabbitmq.com/docs/policies#operator-policies */
export const operatorPolicy = policyKind('operator policy', 'operator-policies');

function risksOf(change: Change, context: Context): Risk[] {
  const risks: Risk[] = [...policyEffects(change, context)];
  if (change.action === 'delete') {
    risks.push(disruptive('policy-deleted', 'queues and exchanges that it matches lose what it sets'));
  } else if (change.action !== 'create' && changesRouting(change.before, change.after)) {
    risks.push(disruptive('policy-changed', 'queues and exchanges that it matches act otherwise at once'));
  }
  return risks;
}

/** Whether more than limits changes; what a limit costs is told by its effects. */
function changesRouting(before: Resource, after: Resource): boolean {
  const rest = ({ spec }: Resource): JsonObject => {
    const definition = Object.entries(tableOf(spec.definition)).filter(([key]) => !LIMITS.has(key));
    return { ...spec, definition: Object.fromEntries(definition) };
  };
  return !equalJson(rest(before), rest(after));
}
