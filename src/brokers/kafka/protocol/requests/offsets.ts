import { api } from '../api.ts';
import {
  array,
  boolean,
  int8,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  string,
  struct,
} from '../codec.ts';

/** Times that ListOffsets takes for words: the end of the log, its begin, and the record with the newest time. */
export const LATEST = -1;
export const EARLIEST = -2;
export const NEWEST = -3;

/** Only a partition's leader can be asked; a partition may stand in a question once. */
export const ListOffsets = api({
  key: 2,
  name: 'ListOffsets',
  version: 7,
  flexible: true,
  question: struct({
    replica: int32,
    isolation: int8,
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ index: int32, leaderEpoch: int32, time: int64 })),
      }),
    ),
  }),
  answer: struct({
    throttle: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ index: int32, error: int16, time: int64, offset: int64, leaderEpoch: int32 }),
        ),
      }),
    ),
  }),
});

/** Of the disks of the broker that is asked. */
export const DescribeLogDirs = api({
  key: 35,
  name: 'DescribeLogDirs',
  version: 1,
  flexible: false,
  question: struct({ topics: nullableArray(struct({ topic: string, partitions: array(int32) })) }),
  answer: struct({
    throttle: int32,
    directories: array(
      struct({
        error: int16,
        path: string,
        topics: array(
          struct({
            name: string,
            partitions: array(struct({ index: int32, size: int64, lag: int64, future: boolean })),
          }),
        ),
      }),
    ),
  }),
});

/** Groups that the asked broker coordinates. */
export const ListGroups = api({
  key: 16,
  name: 'ListGroups',
  version: 4,
  flexible: true,
  question: struct({ states: array(string) }),
  answer: struct({
    throttle: int32,
    error: int16,
    groups: array(struct({ id: string, protocolType: string, state: string })),
  }),
});

/** Of many groups at once; only their coordinator can be asked. */
export const OffsetFetch = api({
  key: 9,
  name: 'OffsetFetch',
  version: 8,
  flexible: true,
  question: struct({
    groups: array(
      struct({
        id: string,
        topics: nullableArray(struct({ name: string, partitions: array(int32) })),
      }),
    ),
    stable: boolean,
  }),
  answer: struct({
    throttle: int32,
    groups: array(
      struct({
        id: string,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                index: int32,
                offset: int64,
                leaderEpoch: int32,
                metadata: nullableString,
                error: int16,
              }),
            ),
          }),
        ),
        error: int16,
      }),
    ),
  }),
});
