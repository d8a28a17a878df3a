import { api } from '../api.ts';
import { array, int8, int16, int32, nullableArray, nullableString, string, struct } from '../codec.ts';

/** What became of each partition that was asked for. */
const VERDICTS = array(struct({ index: int32, error: int16, message: nullableString }));

/** `topics: null` asks for all partitions. */
export const ElectLeaders = api({
  key: 43,
  name: 'ElectLeaders',
  version: 1,
  flexible: false,
  question: struct({
    unclean: int8,
    topics: nullableArray(struct({ topic: string, partitions: array(int32) })),
    timeout: int32,
  }),
  answer: struct({
    throttle: int32,
    error: int16,
    results: array(
      struct({
        topic: string,
        partitions: VERDICTS,
      }),
    ),
  }),
});

export const AlterPartitionReassignments = api({
  key: 45,
  name: 'AlterPartitionReassignments',
  version: 0,
  flexible: true,
  question: struct({
    timeout: int32,
    topics: array(
      struct({ name: string, partitions: array(struct({ index: int32, replicas: nullableArray(int32) })) }),
    ),
  }),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    topics: array(
      struct({
        name: string,
        partitions: VERDICTS,
      }),
    ),
  }),
});

/** `topics: null` asks for all that are under way. */
export const ListPartitionReassignments = api({
  key: 46,
  name: 'ListPartitionReassignments',
  version: 0,
  flexible: true,
  question: struct({
    timeout: int32,
    topics: nullableArray(struct({ name: string, partitions: array(int32) })),
  }),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ index: int32, replicas: array(int32), adding: array(int32), removing: array(int32) }),
        ),
      }),
    ),
  }),
});
