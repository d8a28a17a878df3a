import type { Origin } from '../../kinds/configs/spec.ts';
import { api, boolean, int8, int16, int32, nullable, nullableString, string, type ValueOf } from './codec.ts';

/** Types of resources that have configs. */
export const TOPIC = 2;
export const BROKER = 4;
export const CLIENT_METRICS = 16;
export const GROUP = 32;

/** Where a value comes from, by its number on the wire (DescribeConfigsResponse.java, `ConfigSource`). */
const SOURCES = {
  1: 'topic',
  2: 'dynamic-broker',
  3: 'dynamic-default-broker',
  4: 'static-broker',
  5: 'default',
  7: 'client-metrics',
  8: 'group',
} as const;

export function originOf(source: number): Origin {
  return SOURCES[source as keyof typeof SOURCES] ?? 'default';
}

/** The source of what is set on a resource itself, by the type of the resource. */
const OWN: Readonly<Record<number, number>> = { [TOPIC]: 1, [BROKER]: 3, [CLIENT_METRICS]: 7, [GROUP]: 8 };

/** Whether a value is set on the resource itself; of all brokers, with an empty name, for all of them. */
export function isOwnSource(type: number, source: number | undefined): boolean {
  return source !== undefined && source === OWN[type];
}

const DESCRIBED = {
  error: int16,
  message: nullableString,
  type: int8,
  name: string,
  configs: [
    {
      name: string,
      value: nullableString,
      readOnly: boolean,
      source: int8,
      sensitive: boolean,
      /** The same setting at each level where it has a value, nearest first; on brokers under other names. */ synonyms:
        [{ name: string, value: nullableString, source: int8 }],
    },
  ],
} as const;

export type DescribedResource = ValueOf<typeof DESCRIBED>;

/** `keys: null` asks for all. Of a broker, only that broker itself can be asked. */
export const DescribeConfigs = api(
  { key: 32, name: 'DescribeConfigs', version: 1, flexible: false },
  { resources: [{ type: int8, name: string, keys: nullable([string]) }], synonyms: boolean },
  { throttle: int32, resources: [DESCRIBED] },
);

const ALTERED = {
  throttle: int32,
  resources: [{ error: int16, message: nullableString, type: int8, name: string }],
} as const;

export const SET = 0;
export const DELETE = 1;

export const IncrementalAlterConfigs = api(
  { key: 44, name: 'IncrementalAlterConfigs', version: 0, flexible: false },
  {
    resources: [
      { type: int8, name: string, configs: [{ name: string, operation: int8, value: nullableString }] },
    ],
    validateOnly: boolean,
  },
  ALTERED,
);

/** The old way: replaces all overrides of the resource. */
export const AlterConfigs = api(
  { key: 33, name: 'AlterConfigs', version: 1, flexible: false },
  {
    resources: [{ type: int8, name: string, configs: [{ name: string, value: nullableString }] }],
    validateOnly: boolean,
  },
  ALTERED,
);

/** Subscriptions to metrics of clients, by name. Until 4.0 the request was called ListClientMetricsResources. */
export const ListClientMetrics = api(
  { key: 74, name: 'ListConfigResources', version: 0, flexible: true },
  {},
  { throttle: int32, error: int16, resources: [{ name: string }] },
);

/** Resources of these types that have configs, from 4.1 on. */
export const ListConfigResources = api(
  { key: 74, name: 'ListConfigResources', version: 1, flexible: true },
  { types: [int8] },
  { throttle: int32, error: int16, resources: [{ name: string, type: int8 }] },
);
