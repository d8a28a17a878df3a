import {
  api,
  boolean,
  type Codec,
  int8,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  string,
} from '../../../src/brokers/kafka/session/protocol/codec.ts';

/*
 * Requests of ordinary clients about what does not exist: brokers check rights first, so the answer tells whether the
 * client would be let, and nothing changes. https://kafka.apache.org/protocol
 */

/** Records: none are sent, and none come back. */
const noRecords: Codec<null> = {
  write: (to) => to.int32(-1),
  read: (from) => {
    if (from.int32() > 0) throw new Error('records came back');
    return null;
  },
};

export const Produce = api(
  { key: 0, name: 'Produce', version: 7, flexible: false },
  {
    transactionalId: nullableString,
    acks: int16,
    timeout: int32,
    topics: [{ name: string, partitions: [{ index: int32, records: noRecords }] }],
  },
  {
    topics: [
      {
        name: string,
        partitions: [{ index: int32, error: int16, offset: int64, appendTime: int64, startOffset: int64 }],
      },
    ],
    throttle: int32,
  },
);

export const Fetch = api(
  { key: 1, name: 'Fetch', version: 4, flexible: false },
  {
    ...{ replica: int32, maxWait: int32, minBytes: int32, maxBytes: int32, isolation: int8 },
    topics: [{ name: string, partitions: [{ index: int32, offset: int64, maxBytes: int32 }] }],
  },
  {
    throttle: int32,
    topics: [
      {
        name: string,
        partitions: [
          {
            ...{ index: int32, error: int16, highWatermark: int64, lastStable: int64 },
            ...{ aborted: nullable([{ producer: int64, offset: int64 }]), records: noRecords },
          },
        ],
      },
    ],
  },
);

export const DeleteRecords = api(
  { key: 21, name: 'DeleteRecords', version: 0, flexible: false },
  { topics: [{ name: string, partitions: [{ index: int32, offset: int64 }] }], timeout: int32 },
  {
    throttle: int32,
    topics: [{ name: string, partitions: [{ index: int32, lowWatermark: int64, error: int16 }] }],
  },
);

/** `operations`: a bit for each operation that the client may do, where it may describe the topic. */
export const TopicRights = api(
  { key: 3, name: 'Metadata', version: 8, flexible: false },
  { topics: [string], autoCreate: boolean, clusterOperations: boolean, topicOperations: boolean },
  {
    throttle: int32,
    brokers: [{ id: int32, host: string, port: int32, rack: nullableString }],
    cluster: nullableString,
    controller: int32,
    topics: [
      {
        ...{ error: int16, name: string, internal: boolean },
        partitions: [
          {
            ...{ error: int16, index: int32, leader: int32, epoch: int32 },
            ...{ replicas: [int32], inSync: [int32], offline: [int32] },
          },
        ],
        operations: int32,
      },
    ],
    operations: int32,
  },
);

export const Heartbeat = api(
  { key: 12, name: 'Heartbeat', version: 1, flexible: false },
  { group: string, generation: int32, member: string },
  { throttle: int32, error: int16 },
);

export const DeleteGroups = api(
  { key: 42, name: 'DeleteGroups', version: 1, flexible: false },
  { groups: [string] },
  { throttle: int32, groups: [{ group: string, error: int16 }] },
);

export const OffsetFetch = api(
  { key: 9, name: 'OffsetFetch', version: 3, flexible: false },
  { group: string, topics: [{ name: string, partitions: [int32] }] },
  {
    throttle: int32,
    topics: [
      {
        name: string,
        partitions: [{ index: int32, offset: int64, metadata: nullableString, error: int16 }],
      },
    ],
    error: int16,
  },
);

export const InitProducerId = api(
  { key: 22, name: 'InitProducerId', version: 1, flexible: false },
  { transactionalId: nullableString, timeout: int32 },
  { throttle: int32, error: int16, producer: int64, epoch: int16 },
);

export const DescribeTransactions = api(
  { key: 65, name: 'DescribeTransactions', version: 0, flexible: true },
  { ids: [string] },
  {
    throttle: int32,
    transactions: [
      {
        ...{ error: int16, id: string, state: string, timeout: int32, startTime: int64 },
        ...{ producer: int64, epoch: int16, topics: [{ name: string, partitions: [int32] }] },
      },
    ],
  },
);

/** Whose ACLs a broker has learned of. */
export const AclsOf = api(
  { key: 29, name: 'DescribeAcls', version: 1, flexible: false },
  {
    ...{ resourceType: int8, name: nullableString, pattern: int8, principal: nullableString },
    ...{ host: nullableString, operation: int8, permission: int8 },
  },
  {
    throttle: int32,
    error: int16,
    message: nullableString,
    resources: [
      {
        ...{ resourceType: int8, name: string, pattern: int8 },
        acls: [{ principal: string, host: string, operation: int8, permission: int8 }],
      },
    ],
  },
);
