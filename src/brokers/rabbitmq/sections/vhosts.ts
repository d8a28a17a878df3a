import {
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  kindOf,
  type Resource,
} from '../../../model/index.ts';
import { tableOf } from '../arguments.ts';
import { type Field, fits, humanised } from '../fields/field.ts';
import { COMPONENTS, type Component } from '../fields/parameter.ts';
import { unitOf } from '../fields/queue.ts';
import { escapeTexts, type Literals } from '../import/literals.ts';
import { pathOf } from '../kinds/parts.ts';
import { WrittenBindings } from './bindings.ts';
import { exchangeBody, queueBody } from './queues.ts';
import { rightsIn } from './rights.ts';

/** What is in one vhost, as the section of one file. */
export function vhostSection(
  vhost: string,
  resources: readonly Resource[],
  literals: Literals,
): { section: JsonObject; notes: string[] } {
  const ofKind = (kind: string) => resources.filter(({ address }) => kindOf(address) === kind);
  const metadata = ofKind('vhost')[0]?.spec;
  const bindings = new WrittenBindings(ofKind('binding'));
  const queues = bodies(ofKind('queue'), (queue, name) => queueBody(queue, bindings.take('queue', name)));
  const exchanges = bodies(ofKind('exchange'), (exchange, name) =>
    exchangeBody(exchange, bindings.take('exchange', name)),
  );
  const limits = tableOf(ofKind('vhost-limits')[0]?.spec.limits);
  const { permissions, topicPermissions } = rightsIn(resources);
  const section = present({
    ...vhostFields(vhost, metadata),
    limits,
    exchanges,
    queues,
    bindings: bindings.rest(),
    policies: bodies(ofKind('policy'), policyBody),
    'operator-policies': bodies(ofKind('operator-policy'), policyBody),
    permissions,
    'topic-permissions': topicPermissions,
    ...parameters(ofKind('parameter'), literals),
  });
  return { section, notes: bindings.notes };
}

/** Bodies by name, sorted. */
function bodies(
  resources: readonly Resource[],
  bodyOf: (resource: Resource, name: string) => JsonObject,
): JsonObject {
  const named = resources.map((resource) => [pathOf(resource)[1] ?? '', resource] as const);
  named.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(named.map(([name, resource]) => [name, bodyOf(resource, name)]));
}

function vhostFields(vhost: string, metadata: JsonObject | undefined): JsonObject {
  const {
    description,
    tags,
    'default-queue-type': type,
    'deletion-protection': isProtected,
  } = metadata ?? {};
  // What a broker says about the vhost that it starts with, from 3.11 on.
  const isDefault = vhost === '/' && description === 'Default virtual host';
  return escapeTexts({
    vhost,
    ...(typeof description === 'string' && description !== '' && !isDefault && { description }),
    ...(Array.isArray(tags) && tags.length > 0 && { tags }),
    ...(typeof type === 'string' && type !== 'classic' && { 'default-queue-type': type }),
    ...(isProtected === true && { 'deletion-protection': true }),
  });
}

function policyBody({ spec }: Resource): JsonObject {
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

/** Shovels and federation under their own keys, the rest raw. */
function parameters(resources: readonly Resource[], literals: Literals): JsonObject {
  const sections: Record<string, Record<string, Json>> = {};
  const raw: Record<string, Record<string, Json>> = {};
  const sorted = [...resources].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const resource of sorted) {
    const [, component = '', name = ''] = pathOf(resource);
    const value = resource.spec.value ?? null;
    const known = COMPONENTS.get(component);
    const isFriendly = known !== undefined && isExpressible(known, value);
    const group = isFriendly ? grouped(sections, known.key) : grouped(raw, component);
    const shown = isFriendly ? withUnits(known, value) : value;
    group[name] = literals.of(shown, [component, name]);
  }
  return { ...sections, parameters: raw };
}

function grouped(groups: Record<string, Record<string, Json>>, key: string): Record<string, Json> {
  const group = groups[key] ?? {};
  groups[key] = group;
  return group;
}

/** Whether all of a value can be written under the component's own key. */
function isExpressible({ fields, required, isList }: Component, value: Json): boolean {
  const items: readonly Json[] = isList && Array.isArray(value) ? value : [value];
  return (
    Array.isArray(value) === (isList === true) &&
    items.every(
      (item) =>
        isObject(item) &&
        required.every((key) => item[key] !== undefined) &&
        Object.entries(item).every(
          ([key, field]) => Object.hasOwn(fields, key) && isWritable(fields[key], field),
        ),
    )
  );
}

function isWritable(field: Field | undefined, value: Json): boolean {
  return isSecretRef(value) || (Array.isArray(value) && value.some(isSecretRef)) || fits(field, value);
}

/** With units, and in the order of the rows: brokers list the fields in any. */
function withUnits(component: Component, value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => withUnits(component, item));
  const given = value as JsonObject;
  return Object.fromEntries(
    Object.entries(component.fields).flatMap(([key, { unit }]) =>
      given[key] === undefined ? [] : [[key, humanised(given[key], unit)]],
    ),
  );
}

/** Without the keys whose mapping or list is empty. */
export function present(fields: JsonObject): JsonObject {
  const isEmpty = (value: Json) =>
    Array.isArray(value) ? value.length === 0 : isObject(value) && Object.keys(value).length === 0;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => !isEmpty(value)));
}
