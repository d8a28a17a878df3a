import {
  type Body,
  type Change,
  type Context,
  DeclareCollector,
  type Declared,
  kindOf,
  makeAddress,
  mapMembers,
  nearestWord,
  objectOf,
  overridden,
  parseAddress,
  type Resource,
  type Risk,
  refused,
  type Section,
} from '../../../model/index.ts';
import { factsOf } from '../facts.ts';
import { EXCHANGE_PLUGINS } from '../fields/exchange.ts';
import { binding } from './binding/index.ts';
import { cluster } from './cluster.ts';
import { exchange } from './exchange/index.ts';
import type { Collector, RabbitKind } from './kind.ts';
import { userLimits, vhostLimits } from './limits.ts';
import { globalParameter, parameter } from './parameter/index.ts';
import { checkName } from './parts.ts';
import { permission, topicPermission } from './permission.ts';
import { operatorPolicy, policy } from './policy/index.ts';
import { queue } from './queue/index.ts';
import { declareSuperStreams } from './super-stream.ts';
import { declareUsers, user } from './user.ts';
import { Vhosts, vhost } from './vhost.ts';

const own: Readonly<Record<string, RabbitKind>> = {
  vhost,
  'vhost-limits': vhostLimits,
  user,
  'user-limits': userLimits,
  exchange,
  queue,
  binding,
  policy,
  'operator-policy': operatorPolicy,
  permission,
  'topic-permission': topicPermission,
  parameter,
  'global-parameter': globalParameter,
  cluster,
};

/** Every kind by the name that stands in addresses, in the order in which people write them. */
export const kinds: Readonly<Record<string, RabbitKind>> = Object.fromEntries(
  Object.entries(own).map(([name, kind]) => [name, withPreflight(kind)]),
);

/** All that the sections of one broker declare, in the order of the files. */
export function declare(sections: readonly Section[]): Declared {
  const nameOf = (address: string) => kinds[kindOf(address)];
  const collector: Collector = new DeclareCollector(
    'rabbitmq',
    (resource) => nameOf(resource.address)?.title(resource).title,
  );
  const vhosts = new Vhosts(collector);
  for (const section of sections) {
    const { value } = section;
    const named = typeof value.vhost === 'string' ? value.vhost : undefined;
    const first = named === undefined ? Object.keys(value)[0] : 'vhost';
    const body = { section, value, at: section.at(value, first) };
    declareVhost(collector, vhosts, body, named ?? '/', named !== undefined);
    for (const [name, vhostBody] of mapMembers(section, objectOf(value.vhosts))) {
      declareVhost(collector, vhosts, vhostBody, name, true);
    }
    for (const [name, userBody] of declareUsers(collector, body)) {
      for (const { inUser } of Object.values(kinds)) inUser?.declare(collector, userBody, name);
    }
    for (const { beside } of Object.values(kinds)) beside?.declare?.(collector, body, '');
  }
  vhosts.declare();
  collector.checkRenames();
  return { resources: collector.resources, diagnostics: collector.diagnostics };
}

/** What a section says about one vhost: at its top level, or below `vhosts`. */
function declareVhost(
  collector: Collector,
  vhosts: Vhosts,
  written: Body,
  vhost: string,
  isNamed: boolean,
): void {
  const { section, at } = written;
  if (!checkName(collector, 'a vhost', vhost, at)) return;
  const body = overridden(written, makeAddress(section.broker, 'vhost', vhost));
  vhosts.name(vhost, body, isNamed);
  for (const { inVhost } of Object.values(kinds)) inVhost?.declare(collector, body, vhost);
  declareSuperStreams(collector, body, vhost);
}

/*
 * What the broker is known to refuse, found before anything is sent. Refusals seen on 3.10.8 and 4.3.6.
 */

/** The kind, with what it would be refused for added to its risks. */
function withPreflight(kind: RabbitKind): RabbitKind {
  return {
    ...kind,
    risks: (change, context) => [...kind.risks(change, context), ...refusalsOf(change, context)],
  };
}

function refusalsOf(change: Change, context: Context): Risk[] {
  if (change.action !== 'create' && change.action !== 'replace') return [];
  const { after } = change;
  const type = kindOf(after.address) === 'exchange' ? unknownType(after, context) : [];
  return [...type, ...(change.action === 'create' ? missingNeeds(after, context) : [])];
}

function unknownType({ spec }: Resource, { broker }: Context): Risk[] {
  const { exchangeTypes } = factsOf(broker);
  const type = String(spec.type);
  if (!exchangeTypes || exchangeTypes.includes(type)) return [];
  const plugin = EXCHANGE_PLUGINS[type];
  const nearest = nearestWord(type, exchangeTypes);
  const hint =
    plugin !== undefined
      ? `enable its plug-in on every node: rabbitmq-plugins enable ${plugin}`
      : nearest !== undefined
        ? `did you mean "${nearest}"?`
        : `it has ${[...exchangeTypes].sort().join(', ')}`;
  return [refused('exchange-type-missing', `the broker has no exchange type "${type}"`, hint)];
}

/** Kinds of needs without which the broker refuses a resource of a kind. It takes a policy without its exchange. */
function isVital(need: string, kind: string): boolean {
  if (need === 'vhost' || need === 'user') return true;
  return kind === 'binding' && (need === 'queue' || need === 'exchange');
}

function missingNeeds(resource: Resource, context: Context): Risk[] {
  const kind = kindOf(resource.address);
  return resource.dependsOn.flatMap((address): Risk[] => {
    const need = kindOf(address);
    if (!isVital(need, kind) || !isMissing(address, context)) return [];
    const name = parseAddress(address).path.at(-1) ?? '';
    const hint = `declare it in this project, or create it before this plan is made`;
    if (context.deleted?.has(address)) {
      return [refused('need-missing', `${need} "${name}" is deleted by this plan`, 'keep one of the two')];
    }
    return [refused('need-missing', `${need} "${name}" does not exist and is not declared`, hint)];
  });
}

/** Known only of a live broker: a file may hold a part of it. */
function isMissing(address: string, { broker, desired, live, deleted }: Context): boolean {
  const { user, vhosts } = factsOf(broker);
  if (user === undefined || desired.has(address)) return false;
  if (live.has(address)) return deleted?.has(address) === true;
  const { kind, path } = parseAddress(address);
  return kind !== 'vhost' || vhosts?.includes(path[0] ?? '') === false;
}
