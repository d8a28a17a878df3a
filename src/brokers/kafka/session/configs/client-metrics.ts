import { clientMetrics as clientMetricsKind } from '../../kinds/configs/client-metrics.ts';
import type { Cluster } from '../cluster.ts';
import { CLIENT_METRICS, ListClientMetrics } from '../protocol/configs.ts';
import { refused } from '../refusals.ts';
import { configSession } from './resource.ts';

export const clientMetrics = configSession({
  definition: clientMetricsKind,
  type: CLIENT_METRICS,
  list,
  isAlwaysThere: false,
  right: (operation) => ({ operation }),
});

async function list(cluster: Cluster): Promise<string[]> {
  const { error: code, resources } = await cluster.read(ListClientMetrics, {});
  if (code !== 0) {
    throw refused(cluster.settings, {
      ...{ op: 'list client-metrics subscriptions', code },
      right: { operation: 'DescribeConfigs' },
    });
  }
  return resources.map(({ name }) => name);
}
