import {
  type AnyApi,
  api,
  boolean,
  type Codec,
  codecOf,
  int16,
  int32,
  int64,
  nullable,
  nullableString,
  string,
  type ValueOf,
} from './codec.ts';
import { CODE } from './errors.ts';

export interface ApiVersionsResponse {
  readonly error: number;
  readonly ranges: ValueOf<typeof RANGES>;
  /** What the broker's software could do. */
  readonly supported: ValueOf<typeof SUPPORTED>;
  /** What the cluster has agreed on. */
  readonly finalized: ValueOf<typeof FINALIZED>;
}

const RANGES = [{ key: int16, min: int16, max: int16 }] as const;
const SUPPORTED = [{ name: string, min: int16, max: int16 }] as const;
const FINALIZED = [{ name: string, max: int16, min: int16 }] as const;

const ranges = codecOf(RANGES);

const apiVersionsResponse: Codec<ApiVersionsResponse> = {
  write: () => {},
  read(from) {
    const error = from.int16();
    // A broker that does not know this version answers in the oldest one.
    if (error === CODE.UNSUPPORTED_VERSION) {
      return { error: 0, ranges: ranges.read(from.rest(false)), supported: [], finalized: [] };
    }
    const known = ranges.read(from);
    from.int32();
    let supported: ApiVersionsResponse['supported'] = [];
    let finalized: ApiVersionsResponse['finalized'] = [];
    from.end((tag, value) => {
      if (tag === 0) supported = codecOf(SUPPORTED).read(value);
      if (tag === 2) finalized = codecOf(FINALIZED).read(value);
    });
    return { error, ranges: known, supported, finalized };
  },
};

/** Whether the broker offers a request in the version that brokerform speaks. */
export function isOffered({ ranges }: ApiVersionsResponse, { key, version }: AnyApi): boolean {
  return ranges.some((range) => range.key === key && range.min <= version && version <= range.max);
}

export const ApiVersions = api(
  { key: 18, name: 'ApiVersions', version: 3, flexible: true },
  { client: string, version: string },
  apiVersionsResponse,
);

const NODES = [{ id: int32, host: string, port: int32, rack: nullableString }] as const;

const METADATA_RESPONSE = {
  throttle: int32,
  brokers: NODES,
  cluster: nullableString,
  controller: int32,
  topics: [
    {
      error: int16,
      name: string,
      internal: boolean,
      partitions: [
        { error: int16, index: int32, leader: int32, replicas: [int32], inSync: [int32], offline: [int32] },
      ],
    },
  ],
} as const;

export type TopicMetadata = ValueOf<typeof METADATA_RESPONSE>['topics'][number];

/** `topics: null` asks for all. The controller is the real one only where there is ZooKeeper; else any broker. */
export const Metadata = api(
  { key: 3, name: 'Metadata', version: 5, flexible: false },
  { topics: nullable([string]), autoCreate: boolean },
  METADATA_RESPONSE,
);

export const DescribeCluster = api(
  { key: 60, name: 'DescribeCluster', version: 0, flexible: true },
  { includeOperations: boolean },
  {
    throttle: int32,
    error: int16,
    message: nullableString,
    cluster: string,
    controller: int32,
    brokers: NODES,
    /** A bit for each AclOperation that we may do on the cluster. */ operations: int32,
  },
);

/** The topic in which the controllers keep what they agree on. */
export const CLUSTER_METADATA = { name: '__cluster_metadata', partitions: [{ index: 0 }] } as const;

const REPLICAS = [{ id: int32, end: int64, fetchedAt: int64, caughtUpAt: int64 }] as const;

/** Times are the leader's, in milliseconds since 1970; -1 where unknown, and of the leader itself its time right now. */
export const DescribeQuorum = api(
  { key: 55, name: 'DescribeQuorum', version: 1, flexible: true },
  { topics: [{ name: string, partitions: [{ index: int32 }] }] },
  {
    error: int16,
    topics: [
      {
        name: string,
        partitions: [
          {
            ...{ index: int32, error: int16, leader: int32, epoch: int32, highWatermark: int64 },
            ...{ voters: REPLICAS, observers: REPLICAS },
          },
        ],
      },
    ],
  },
);
