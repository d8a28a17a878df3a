import { api } from '../api.ts';
import { array, int16, int32, int64, string, struct } from '../codec.ts';

/** The topic in which the controllers keep what they agree on. */
export const CLUSTER_METADATA = { name: '__cluster_metadata', partitions: [{ index: 0 }] } as const;

const REPLICAS = array(struct({ id: int32, end: int64, fetchedAt: int64, caughtUpAt: int64 }));

/** Times are the leader's, in milliseconds since 1970; -1 where unknown, and of the leader itself its time right now. */
export const DescribeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  version: 1,
  flexible: true,
  question: struct({ topics: array(struct({ name: string, partitions: array(struct({ index: int32 })) })) }),
  answer: struct({
    error: int16,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            ...{ index: int32, error: int16, leader: int32, epoch: int32, highWatermark: int64 },
            ...{ voters: REPLICAS, observers: REPLICAS },
          }),
        ),
      }),
    ),
  }),
});
