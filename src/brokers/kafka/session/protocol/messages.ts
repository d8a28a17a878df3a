import { api, boolean, bytes, int8, int16, int32, int64, nullableString, string } from './codec.ts';

/*
 * Requests that read and write records, and commit how far they were read, in a transaction or without one.
 * https://kafka.apache.org/protocol
 */

/** `isolation` 1: only what is committed; batches of aborted transactions come as well, and are named. */
export const Fetch = api(
  { key: 1, name: 'Fetch', version: 11, flexible: false },
  {
    ...{ replica: int32, maxWait: int32, minBytes: int32, maxBytes: int32, isolation: int8 },
    ...{ session: int32, epoch: int32 },
    topics: [
      {
        name: string,
        partitions: [{ index: int32, leaderEpoch: int32, offset: int64, logStart: int64, maxBytes: int32 }],
      },
    ],
    forgotten: [{ name: string, partitions: [int32] }],
    rack: string,
  },
  {
    ...{ throttle: int32, error: int16, session: int32 },
    topics: [
      {
        name: string,
        partitions: [
          {
            ...{ index: int32, error: int16, end: int64, stableEnd: int64, start: int64 },
            aborted: [{ producerId: int64, firstOffset: int64 }],
            ...{ preferredReplica: int32, records: bytes },
          },
        ],
      },
    ],
  },
);

/** `acks` −1: answered once all replicas that are in sync have the records. */
export const Produce = api(
  { key: 0, name: 'Produce', version: 8, flexible: false },
  {
    ...{ transaction: nullableString, acks: int16, timeout: int32 },
    topics: [{ name: string, partitions: [{ index: int32, records: bytes }] }],
  },
  {
    topics: [
      {
        name: string,
        partitions: [
          {
            ...{ index: int32, error: int16, offset: int64, appendedAt: int64, start: int64 },
            refused: [{ index: int32, message: nullableString }],
            message: nullableString,
          },
        ],
      },
    ],
    throttle: int32,
  },
);

/** `type` 0 is a group, 1 a transaction. */
export const FindCoordinator = api(
  { key: 10, name: 'FindCoordinator', version: 2, flexible: false },
  { name: string, type: int8 },
  { throttle: int32, error: int16, message: nullableString, node: int32, host: string, port: int32 },
);

/** Ends what a killed run with the same transaction left open, and locks it out. */
export const InitProducerId = api(
  { key: 22, name: 'InitProducerId', version: 1, flexible: false },
  { transaction: nullableString, timeout: int32 },
  { throttle: int32, error: int16, id: int64, epoch: int16 },
);

const PRODUCER = { transaction: string, id: int64, epoch: int16 } as const;

export const AddPartitionsToTxn = api(
  { key: 24, name: 'AddPartitionsToTxn', version: 1, flexible: false },
  { ...PRODUCER, topics: [{ name: string, partitions: [int32] }] },
  { throttle: int32, topics: [{ name: string, partitions: [{ index: int32, error: int16 }] }] },
);

export const AddOffsetsToTxn = api(
  { key: 25, name: 'AddOffsetsToTxn', version: 1, flexible: false },
  { ...PRODUCER, group: string },
  { throttle: int32, error: int16 },
);

const COMMITTED = [{ index: int32, error: int16 }] as const;

export const TxnOffsetCommit = api(
  { key: 28, name: 'TxnOffsetCommit', version: 2, flexible: false },
  {
    ...{ transaction: string, group: string, id: int64, epoch: int16 },
    topics: [
      {
        name: string,
        partitions: [{ index: int32, offset: int64, leaderEpoch: int32, metadata: nullableString }],
      },
    ],
  },
  { throttle: int32, topics: [{ name: string, partitions: COMMITTED }] },
);

export const EndTxn = api(
  { key: 26, name: 'EndTxn', version: 1, flexible: false },
  { ...PRODUCER, commits: boolean },
  { throttle: int32, error: int16 },
);

/** The last version in which a commit says for how long it is kept; later ones leave that to the cluster. */
export const OffsetCommit = api(
  { key: 8, name: 'OffsetCommit', version: 4, flexible: false },
  {
    ...{ group: string, generation: int32, member: string, retention: int64 },
    topics: [{ name: string, partitions: [{ index: int32, offset: int64, metadata: nullableString }] }],
  },
  { throttle: int32, topics: [{ name: string, partitions: COMMITTED }] },
);
