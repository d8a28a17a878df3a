import {
  type AclOperation,
  type AclResourceType,
  operations,
} from '../../../src/brokers/kafka/fields/acl.ts';
import { CLUSTER_NAME } from '../../../src/brokers/kafka/kinds/acl/spec.ts';
import type { Cluster } from '../../../src/brokers/kafka/session/cluster.ts';
import { DescribeCluster } from '../../../src/brokers/kafka/session/protocol/cluster.ts';
import { CreateTopics } from '../../../src/brokers/kafka/session/topics/changes.ts';
import {
  DeleteGroups,
  DeleteRecords,
  DescribeTransactions,
  Fetch,
  Heartbeat,
  InitProducerId,
  OffsetFetch,
  Produce,
  TopicRights,
} from './access-requests.ts';

/** `TOPIC_`, `GROUP_`, `CLUSTER_` and `TRANSACTIONAL_ID_AUTHORIZATION_FAILED`. */
const UNAUTHORIZED: readonly number[] = [29, 30, 31, 53];

/** One answer of a broker. `isRaw`: of its authorizer alone, and not to a request, which may ask for several rights. */
export interface Observed {
  readonly operation: AclOperation;
  readonly type: AclResourceType;
  readonly name: string;
  readonly allowed: boolean;
  readonly isRaw: boolean;
  readonly request: string;
}

/** What brokers answer to the requests of a user about resources of these names. */
export async function observe(user: Cluster, names: readonly string[]): Promise<Observed[]> {
  const found = await Promise.all([
    bitsOf(user, names),
    topicsOf(user, names),
    groupsOf(user, names),
    producersOf(user, names),
  ]);
  return found.flat();
}

/** What brokers say of the operations that a user has. */
async function bitsOf(user: Cluster, names: readonly string[]): Promise<Observed[]> {
  const asked = {
    topics: names,
    autoCreate: false,
    clusterOperations: false,
    topicOperations: true,
  };
  const { topics } = await user.read(TopicRights, asked);
  const cluster = await user.read(DescribeCluster, { includeOperations: true });
  const request = 'authorized operations';
  const all: readonly AclOperation[] = [
    ...(['read', 'write', 'create', 'delete', 'alter', 'describe'] as const),
    ...(['describe-configs', 'alter-configs'] as const),
  ];
  const onCluster: readonly AclOperation[] = [
    ...(['create', 'alter', 'describe', 'cluster-action', 'describe-configs', 'alter-configs'] as const),
    'idempotent-write',
  ];
  const of = (type: AclResourceType, name: string, bits: number, operationsOfType: readonly AclOperation[]) =>
    // Without `describe`, the others are not told.
    (has(bits, 'describe') ? operationsOfType : (['describe'] as const)).map(
      (operation): Observed => ({
        operation,
        type,
        name,
        allowed: has(bits, operation),
        isRaw: true,
        request,
      }),
    );
  return [
    ...topics.flatMap(({ name, error, operations: bits }) => of('topic', name, error === 29 ? 0 : bits, all)),
    ...of('cluster', CLUSTER_NAME, cluster.operations, onCluster),
  ];
}

async function topicsOf(user: Cluster, names: readonly string[]): Promise<Observed[]> {
  const asked = <T>(partition: T) => names.map((name) => ({ name, partitions: [partition] }));
  const [produced, fetched, deleted, created] = await Promise.all([
    user.read(Produce, {
      ...{ transactionalId: null, acks: 1, timeout: 1000 },
      topics: asked({ index: 0, records: null }),
    }),
    user.read(Fetch, {
      ...{ replica: -1, maxWait: 0, minBytes: 0, maxBytes: 1000, isolation: 0 },
      topics: asked({ index: 0, offset: 0, maxBytes: 1000 }),
    }),
    user.read(DeleteRecords, { topics: asked({ index: 0, offset: 0 }), timeout: 1000 }),
    user.read(CreateTopics, {
      topics: names.map((name) => ({
        ...{ name, partitions: 1, replicationFactor: 1, replicas: [], configs: [] },
      })),
      ...{ timeout: 5000, validateOnly: true },
    }),
  ]);
  const ofPartitions = (
    operation: AclOperation,
    request: string,
    topics: readonly {
      readonly name: string;
      readonly partitions: readonly { readonly error: number }[];
    }[],
  ) =>
    topics.map(({ name, partitions }) =>
      observed('topic', operation, name, partitions[0]?.error ?? -1, request),
    );
  return [
    ...ofPartitions('write', 'Produce', produced.topics),
    ...ofPartitions('read', 'Fetch', fetched.topics),
    ...ofPartitions('delete', 'DeleteRecords', deleted.topics),
    ...created.topics.map(({ name, error }) => observed('topic', 'create', name, error, 'CreateTopics')),
  ];
}

async function groupsOf(user: Cluster, names: readonly string[]): Promise<Observed[]> {
  const deleted = await user.read(DeleteGroups, { groups: names });
  const asked = await Promise.all(
    names.map(async (name): Promise<Observed[]> => {
      const beat = await user.read(Heartbeat, { group: name, generation: 1, member: 'm' });
      const offsets = await user.read(OffsetFetch, { group: name, topics: [] });
      return [
        observed('group', 'read', name, beat.error, 'Heartbeat'),
        observed('group', 'describe', name, offsets.error, 'OffsetFetch'),
      ];
    }),
  );
  const deletions = deleted.groups.map(({ group, error }) =>
    observed('group', 'delete', group, error, 'DeleteGroups'),
  );
  return [...deletions, ...asked.flat()];
}

async function producersOf(user: Cluster, names: readonly string[]): Promise<Observed[]> {
  // Longer than brokers allow: nothing is made even where the right is there.
  const timeout = 2 ** 31 - 1;
  const init = (transactionalId: string | null) => user.read(InitProducerId, { transactionalId, timeout });
  const [idempotent, described, ...transactional] = await Promise.all([
    init(null),
    user.read(DescribeTransactions, { ids: names }),
    ...names.map(init),
  ]);
  const ofId = (operation: AclOperation, name: string, error: number, request: string) =>
    observed('transactional-id', operation, name, error, request);
  return [
    observed('cluster', 'idempotent-write', CLUSTER_NAME, idempotent.error, 'InitProducerId'),
    ...described.transactions.map(({ id, error }) => ofId('describe', id, error, 'DescribeTransactions')),
    ...transactional.map(({ error }, i) => ofId('write', names[i] ?? '', error, 'InitProducerId')),
  ];
}

function observed(
  type: AclResourceType,
  operation: AclOperation,
  name: string,
  error: number,
  request: string,
): Observed {
  return { type, operation, name, allowed: !UNAUTHORIZED.includes(error), isRaw: false, request };
}

function has(bits: number, operation: AclOperation): boolean {
  return (bits & (1 << operations[operation].wire)) !== 0;
}
