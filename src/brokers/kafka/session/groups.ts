import { DescribeCluster, type TopicMetadata } from '../protocol/requests/cluster.ts';
import { ListGroups, OffsetFetch } from '../protocol/requests/offsets.ts';
import type { Cluster } from './cluster.ts';
import type { Committed } from './observe.ts';
import { askRights } from './rights.ts';

/**
 * Who committed offsets in these topics, by topic: the groups of each broker that coordinates some, in one request
 * for the groups and one for their offsets. A topic is missing where it is not known whether it has a group: a broker
 * could not be asked, or lists only the groups that we may see.
 */
export async function readGroups(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Committed[]>> {
  const found = await findGroups(cluster, topics);
  if (!found) return new Map();
  const without = topics.filter(({ name }) => !found.has(name));
  if (without.length > 0 && (await seesAllGroups(cluster))) {
    for (const { name } of without) found.set(name, []);
  }
  return found;
}

/** Without Describe on the cluster, a broker leaves out the groups that we may not describe, and says nothing of it. */
async function seesAllGroups(cluster: Cluster): Promise<boolean> {
  if (!cluster.offers(DescribeCluster)) return false;
  const { error, may } = await askRights(cluster);
  return error === 0 && may('describe');
}

async function findGroups(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Committed[]> | undefined> {
  if (!cluster.offers(ListGroups) || !cluster.offers(OffsetFetch)) return undefined;
  const lists = await cluster.askEach(ListGroups, () => ({ states: [] }));
  const states = new Map<string, string>();
  const coordinated = new Map<number, string[]>();
  for (const [id, answer] of lists) {
    if (answer instanceof Error || answer.error !== 0) return undefined;
    coordinated.set(
      id,
      answer.groups.map((group) => group.id),
    );
    for (const group of answer.groups) states.set(group.id, group.state);
  }
  const asked = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index }) => index),
  }));
  const answers = await cluster.askEach(OffsetFetch, (id) => {
    const groups = coordinated.get(id) ?? [];
    return groups.length === 0
      ? undefined
      : { groups: groups.map((group) => ({ id: group, topics: asked })), stable: false };
  });
  const found = new Map<string, Committed[]>();
  for (const answer of answers.values()) {
    if (answer instanceof Error) return undefined;
    for (const { id, topics: fetched, error } of answer.groups) {
      // A group that went away between the two requests holds nothing any more.
      if (error !== 0) continue;
      for (const { name, partitions } of fetched) {
        const committed = partitions.filter(({ error: failed, offset }) => failed === 0 && offset >= 0);
        if (committed.length === 0) continue;
        const offsets = new Map(committed.map(({ index, offset }) => [index, offset]));
        const group = { group: id, state: states.get(id) ?? '', offsets };
        found.set(name, [...(found.get(name) ?? []), group]);
      }
    }
  }
  return found;
}
