import { acls } from './acls.ts';
import { brokerConfigs } from './configs/broker-configs.ts';
import { clientMetrics } from './configs/client-metrics.ts';
import { groups } from './configs/groups.ts';
import type { KindSession } from './kind-session.ts';
import { quotas } from './quotas.ts';
import { topics } from './topics/index.ts';
import { users } from './users.ts';

/** How a session reads and changes each kind, by the name that stands in addresses. */
export const kindSessions: ReadonlyMap<string, KindSession> = new Map<string, KindSession>([
  ['topic', topics],
  ['acl', acls],
  ['quota', quotas],
  ['user', users],
  ['group', groups],
  ['client-metrics', clientMetrics],
  ['broker-configs', brokerConfigs],
]);
