import type { Cluster } from '../cluster.ts';
import { DescribeCluster, type TopicMetadata } from '../protocol/cluster.ts';
import { api, boolean, int16, int32, int64, nullable, nullableString, string } from '../protocol/codec.ts';
import { readRights } from '../refusals.ts';

/** Groups that the asked broker coordinates. */
export const ListGroups = api(
  { key: 16, name: 'ListGroups', version: 4, flexible: true },
  { states: [string] },
  { throttle: int32, error: int16, groups: [{ id: string, protocolType: string, state: string }] },
);

/** Of many groups at once; only their coordinator can be asked. */
export const OffsetFetch = api(
  { key: 9, name: 'OffsetFetch', version: 8, flexible: true },
  { groups: [{ id: string, topics: nullable([{ name: string, partitions: [int32] }]) }], stable: boolean },
  {
    throttle: int32,
    groups: [
      {
        id: string,
        topics: [
          {
            name: string,
            partitions: [
              { index: int32, offset: int64, leaderEpoch: int32, metadata: nullableString, error: int16 },
            ],
          },
        ],
        error: int16,
      },
    ],
  },
);

/** Committed offsets of a topic by partition, by group. */
export interface Committed {
  readonly group: string;
  readonly state: string;
  readonly offsets: ReadonlyMap<number, number>;
}

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
  const { error, may } = await readRights(cluster);
  return error === 0 && may('describe');
}

async function findGroups(
  cluster: Cluster,
  topics: readonly TopicMetadata[],
): Promise<Map<string, Committed[]> | undefined> {
  if (!cluster.offers(ListGroups) || !cluster.offers(OffsetFetch)) return undefined;
  const lists = await cluster.requestEach(ListGroups, () => ({ states: [] }));
  const states = new Map<string, string>();
  const coordinated = new Map<number, string[]>();
  for (const [id, response] of lists) {
    if (response instanceof Error || response.error !== 0) return undefined;
    coordinated.set(
      id,
      response.groups.map((group) => group.id),
    );
    for (const group of response.groups) states.set(group.id, group.state);
  }
  const asked = topics.map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ index }) => index),
  }));
  const responses = await cluster.requestEach(OffsetFetch, (id) => {
    const groups = coordinated.get(id) ?? [];
    return groups.length === 0
      ? undefined
      : { groups: groups.map((group) => ({ id: group, topics: asked })), stable: false };
  });
  const found = new Map<string, Committed[]>();
  for (const response of responses.values()) {
    if (response instanceof Error) return undefined;
    for (const { id, topics: fetched, error } of response.groups) {
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
