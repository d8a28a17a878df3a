import type { Kind } from '../../../model/index.ts';
import { binding } from './binding.ts';
import { exchange } from './exchange.ts';
import { userLimits, vhostLimits } from './limits.ts';
import { globalParameter, parameter } from './parameter.ts';
import { permission, topicPermission } from './permission.ts';
import { operatorPolicy, policy } from './policy.ts';
import { withPreflight } from './preflight.ts';
import { queue } from './queue.ts';
import { user } from './user.ts';
import { vhost } from './vhost.ts';

const own: Readonly<Record<string, Kind>> = {
  vhost,
  'vhost-limits': vhostLimits,
  user,
  'user-limits': userLimits,
  permission,
  'topic-permission': topicPermission,
  exchange,
  queue,
  binding,
  policy,
  'operator-policy': operatorPolicy,
  parameter,
  'global-parameter': globalParameter,
};

/** Every kind by the name that stands in addresses. */
export const kinds: Readonly<Record<string, Kind>> = Object.fromEntries(
  Object.entries(own).map(([name, kind]) => [name, withPreflight(kind)]),
);
