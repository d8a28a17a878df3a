import { group as groupKind } from '../../kinds/configs/group.ts';
import type { Cluster } from '../cluster.ts';
import { GROUP, ListConfigResources } from '../protocol/configs.ts';
import { refused } from '../refusals.ts';
import { configSession } from './resource.ts';

export const groups = configSession({
  definition: groupKind,
  type: GROUP,
  list,
  isAlwaysThere: true,
  right: (operation, group) => ({ operation, group }),
});

/** Groups that have configs. 4.0 cannot list them: there only those that are named are found. */
async function list(cluster: Cluster): Promise<string[]> {
  if (!cluster.offers(ListConfigResources)) return [];
  const { error: code, resources } = await cluster.read(ListConfigResources, { types: [GROUP] });
  if (code !== 0) {
    throw refused(cluster.settings, {
      ...{ op: 'list groups with configs', code },
      right: { operation: 'DescribeConfigs' },
    });
  }
  return resources.map(({ name }) => name);
}
