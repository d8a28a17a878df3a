import {
  type Body,
  DeclareCollector,
  type Declared,
  kindOf,
  makeAddress,
  mapMembers,
  objectOf,
  overridden,
  type Section,
} from '../../../model/index.ts';
import { binding } from './binding/index.ts';
import { cluster } from './cluster.ts';
import { exchange } from './exchange/index.ts';
import type { Collector, RabbitKind } from './kind.ts';
import { userLimits, vhostLimits } from './limits.ts';
import { checkName } from './names.ts';
import { globalParameter, parameter } from './parameter/index.ts';
import { permission, topicPermission } from './permission.ts';
import { operatorPolicy, policy } from './policy/index.ts';
import { withPreflight } from './preflight.ts';
import { queue } from './queue/index.ts';
import { declareSuperStreams } from './super-stream.ts';
import { declareUsers, user } from './user.ts';
import { vhost } from './vhost/index.ts';
import { Vhosts } from './vhost/resource.ts';

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
