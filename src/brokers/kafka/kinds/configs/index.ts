import { brokerConfigsDefinition } from './broker-configs.ts';
import { clientMetricsDefinition } from './client-metrics.ts';
import { groupDefinition } from './group.ts';
import type { ConfigKind } from './kind.ts';

/** Every kind of resource that is nothing but configs. */
export const configKinds: readonly ConfigKind[] = [
  groupDefinition,
  clientMetricsDefinition,
  brokerConfigsDefinition,
];
