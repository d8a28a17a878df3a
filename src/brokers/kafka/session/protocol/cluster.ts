import type { Reader } from './bytes.ts';
import {
  type Api,
  api,
  array,
  boolean,
  int16,
  int32,
  int64,
  nullableArray,
  nullableString,
  string,
  struct,
  type ValueOf,
} from './codec.ts';
import { UNSUPPORTED_VERSION } from './errors.ts';

interface ApiRange {
  readonly key: number;
  readonly min: number;
  readonly max: number;
}

interface FeatureLevel {
  readonly name: string;
  readonly min: number;
  readonly max: number;
}

export interface ApiVersionsAnswer {
  readonly error: number;
  readonly ranges: readonly ApiRange[];
  /** What the broker's software could do. */
  readonly supported: readonly FeatureLevel[];
  /** What the cluster has agreed on. */
  readonly finalized: readonly FeatureLevel[];
}

const RANGE = struct({ key: int16, min: int16, max: int16 });
const SUPPORTED = array(struct({ name: string, min: int16, max: int16 }));
const FINALIZED = array(struct({ name: string, max: int16, min: int16 }));

export const ApiVersions: Api<{ client: string; version: string }, ApiVersionsAnswer> = {
  key: 18,
  name: 'ApiVersions',
  version: 3,
  flexible: true,
  question: struct({ client: string, version: string }),
  answer: {
    write: () => {},
    read(from) {
      const error = from.int16();
      // A broker that does not know this version answers in the oldest one.
      if (error === UNSUPPORTED_VERSION) return { ...features(), error: 0, ranges: ranges(from.rest(false)) };
      const known = ranges(from);
      from.int32();
      return { error, ranges: known, ...features(from) };
    },
  },
};

function ranges(from: Reader): readonly ApiRange[] {
  return array(RANGE).read(from);
}

function features(from?: Reader): Pick<ApiVersionsAnswer, 'supported' | 'finalized'> {
  let supported: readonly FeatureLevel[] = [];
  let finalized: readonly FeatureLevel[] = [];
  from?.end((tag, value) => {
    if (tag === 0) supported = SUPPORTED.read(value);
    if (tag === 2) finalized = FINALIZED.read(value);
  });
  return { supported, finalized };
}

const NODES = array(struct({ id: int32, host: string, port: int32, rack: nullableString }));

const METADATA_ANSWER = struct({
  throttle: int32,
  brokers: NODES,
  cluster: nullableString,
  controller: int32,
  topics: array(
    struct({
      error: int16,
      name: string,
      internal: boolean,
      partitions: array(
        struct({
          error: int16,
          index: int32,
          leader: int32,
          replicas: array(int32),
          inSync: array(int32),
          offline: array(int32),
        }),
      ),
    }),
  ),
});

export type TopicMetadata = ValueOf<typeof METADATA_ANSWER>['topics'][number];

/** `topics: null` asks for all. The controller is the real one only where there is ZooKeeper; else any broker. */
export const Metadata = api({
  key: 3,
  name: 'Metadata',
  version: 5,
  flexible: false,
  question: struct({ topics: nullableArray(string), autoCreate: boolean }),
  answer: METADATA_ANSWER,
});

export const DescribeCluster = api({
  key: 60,
  name: 'DescribeCluster',
  version: 0,
  flexible: true,
  question: struct({ includeOperations: boolean }),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    cluster: string,
    controller: int32,
    brokers: NODES,
    /** A bit for each AclOperation that we may do on the cluster. */
    operations: int32,
  }),
});

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
