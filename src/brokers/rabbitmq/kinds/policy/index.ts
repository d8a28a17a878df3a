import {
  type Body,
  type Change,
  type Context,
  disruptive,
  equalJson,
  type JsonObject,
  makeAddress,
  membersOf,
  objectOf,
  overridden,
  type Resource,
  type Risk,
  type Source,
} from '../../../../model/index.ts';
import { bodyOf, byName, type Fields, formatUnit, humanised, propertiesOf, ref } from '../../fields/field.ts';
import { LIMITS, operatorPolicyFields, policyFields, policyKeys } from '../../fields/policy.ts';
import { unitOf } from '../../fields/queue.ts';
import { pick, placesOf, withUnits } from '../arguments.ts';
import type { Collector, RabbitKind } from '../kind.ts';
import { federationNeeds, upstreamsOf } from '../parameter/references.ts';
import { checkName, exchangeNeed, putOrDelete, tableOf, text, vhostAndName } from '../parts.ts';
import { escapeTexts } from '../secrets.ts';
import { ownerByMove } from '../system-owned.ts';
import { affectedQueues, policyEffects } from './effects.ts';
import { rankRisks, tunedPolicy } from './rank.ts';

/** https://www.rabbitmq.com/docs/policies */
export const policy: RabbitKind = {
  ...policyKind({
    kind: 'policy',
    list: 'policies',
    title: 'policy',
    doc: 'A policy: settings for all queues and exchanges whose names match.',
    fields: policyFields,
    keys: byName('Policies by name.', ref('policy')),
  }),
  exported: 'policies',
};

/** https://www.rabbitmq.com/docs/policies#operator-policies */
export const operatorPolicy: RabbitKind = {
  ...policyKind({
    kind: 'operator-policy',
    list: 'operator-policies',
    title: 'operator policy',
    doc: "An operator policy: limits that no user's policy can exceed; the smaller value wins. Needs the administrator tag.",
    fields: operatorPolicyFields,
    keys: byName('Operator policies by name.', ref('operator-policy')),
  }),
  exported: (file, { broker }) =>
    file
      .parameters('operator_policy')
      .map(({ vhost, name, value }) =>
        livePolicy('operator-policy', broker, { ...tableOf(value), vhost: vhost ?? '', name: name ?? '' }),
      ),
};

type PolicyKind = 'policy' | 'operator-policy';

/** Policies and operator policies differ in who may set them, and in that the smaller value of both wins. */
function policyKind(names: {
  readonly kind: PolicyKind;
  /** In YAML, and in the management API. */
  readonly list: string;
  readonly title: string;
  readonly doc: string;
  readonly fields: Fields;
  readonly keys: JsonObject;
}): RabbitKind {
  const { kind, list, fields } = names;
  return {
    definitions: { [kind]: policyBody(names.doc, fields) },
    inVhost: {
      keys: { [list]: names.keys },
      declare: (collector, body, vhost) => declarePolicies(collector, body, vhost, names),
      write: (resources) => ({
        [list]: Object.fromEntries(resources.map((one) => [vhostAndName(one).name, writePolicy(one)])),
      }),
    },
    listing: {
      path: list,
      per: 'vhost',
      // Policies change what queues and exchanges do.
      ...(kind === 'policy' && { alongIfAllowed: ['exchange', 'queue', 'binding'] }),
      // What a policy costs depends on the queues that it matches.
      wants: ['queue'],
      read: (items, { broker }) => items.map((item) => livePolicy(kind, broker, item)),
    },

    systemOwned: (resource) => ownerByMove(vhostAndName(resource).name),

    title(resource) {
      const { vhost, name } = vhostAndName(resource);
      return { title: `${names.title} ${name}`, detail: `vhost ${vhost}` };
    },

    complete(resource, context) {
      const spec = resource.spec.tunes === undefined ? resource.spec : tunedPolicy(resource, context);
      return {
        pattern: spec.pattern ?? '',
        'apply-to': spec['apply-to'] ?? 'all',
        priority: spec.priority ?? 0,
        definition: tableOf(spec.definition),
      };
    },

    risks: risksOf,
    alsoAffected: affectedQueues,

    calls(change) {
      const resource = change.action === 'delete' ? change.before : change.after;
      const { vhost, name } = vhostAndName(resource);
      return putOrDelete(change, [list, vhost, name], resource.spec);
    },

    cascadesFrom: ['vhost'],
    // It starts the links of its upstreams, which bring messages.
    actsAtOnce: ({ spec }) => upstreamsOf(tableOf(spec.definition)).length > 0,
    fieldName: (path) =>
      path[0] === 'definition' && path.length > 1 ? path.slice(1).join('.') : path.join('.'),
    fieldText: (path, value) =>
      path[0] === 'definition' ? formatUnit(value, unitOf(path[1] ?? '')) : undefined,
  };
}

function policyBody(description: string, fields: Fields): JsonObject {
  const shown = Object.fromEntries([...policyKeys].filter(([, { raw }]) => !raw));
  const definition = {
    description:
      "What the policy sets, by the broker's own keys. One key that a queue's type does not support disables the whole policy for that queue.",
    type: 'object',
    properties: propertiesOf(shown),
  };
  return bodyOf(
    description,
    { ...propertiesOf(fields), definition },
    { required: ['pattern', 'definition'] },
  );
}

/** `<broker>/policy/<vhost>/<name>`, `<broker>/operator-policy/<vhost>/<name>`; spec: `pattern`, `apply-to`, `priority`, `definition`. */
export function policyResource(
  broker: string,
  kind: PolicyKind,
  vhost: string,
  name: string,
  spec: JsonObject,
): Resource {
  const definition = tableOf(spec.definition);
  const exchanges = ['dead-letter-exchange', 'alternate-exchange'].flatMap((key) =>
    exchangeNeed(broker, vhost, definition[key]),
  );
  const upstreams = federationNeeds(broker, vhost, upstreamsOf(definition));
  return {
    address: makeAddress(broker, kind, vhost, name),
    spec,
    dependsOn: [makeAddress(broker, 'vhost', vhost), ...exchanges, ...upstreams],
  };
}

function livePolicy(kind: PolicyKind, broker: string, item: JsonObject): Resource {
  return policyResource(broker, kind, text(item.vhost), text(item.name), {
    pattern: text(item.pattern),
    'apply-to': text(item['apply-to'] ?? 'all'),
    priority: typeof item.priority === 'number' ? item.priority : 0,
    definition: tableOf(item.definition),
  });
}

function declarePolicies(
  collector: Collector,
  vhostBody: Body,
  vhost: string,
  { kind, list, fields }: { readonly kind: PolicyKind; readonly list: string; readonly fields: Fields },
): void {
  const { section } = vhostBody;
  for (const [name, written] of membersOf(vhostBody, list)) {
    if (!checkName(collector, 'a policy', name, written.at)) continue;
    const body = overridden(written, makeAddress(section.broker, kind, vhost, name));
    const given = objectOf(body.value.definition);
    const spec = { ...pick(body.value, fields), definition: withUnits(collector, section, given) };
    const places: Record<string, Source> = placesOf(body, fields);
    if (body.value.definition !== undefined) places.definition = section.at(body.value, 'definition');
    for (const field of Object.keys(given)) places[`definition.${field}`] = section.at(given, field);
    collector.add(policyResource(section.broker, kind, vhost, name, spec), body.at, places);
  }
}

function writePolicy({ spec }: Resource): JsonObject {
  const definition = Object.entries(tableOf(spec.definition)).map(([key, value]) => [
    key,
    humanised(value, unitOf(key)),
  ]);
  return escapeTexts({
    pattern: spec.pattern ?? '',
    ...(spec['apply-to'] !== 'all' && { 'apply-to': spec['apply-to'] ?? 'all' }),
    ...(spec.priority !== 0 && { priority: spec.priority ?? 0 }),
    definition: Object.fromEntries(definition),
  });
}

function risksOf(change: Change, context: Context): Risk[] {
  const risks: Risk[] = [...policyEffects(change, context), ...rankRisks(change, context)];
  if (change.action === 'delete') {
    risks.push(disruptive('policy-deleted', 'matching queues and exchanges lose its settings'));
  } else if (change.action !== 'create' && changesRouting(change.before, change.after)) {
    risks.push(disruptive('policy-changed', 'queues and exchanges that it matches act otherwise at once'));
  }
  return risks;
}

/** Whether more than limits changes; what a limit costs is reported by its effects. */
function changesRouting(before: Resource, after: Resource): boolean {
  const rest = ({ spec }: Resource): JsonObject => {
    const definition = Object.entries(tableOf(spec.definition)).filter(([key]) => !LIMITS.has(key));
    return { ...spec, definition: Object.fromEntries(definition) };
  };
  return !equalJson(rest(before), rest(after));
}
