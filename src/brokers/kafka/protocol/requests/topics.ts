import { api } from '../api.ts';
import {
  array,
  boolean,
  int8,
  int16,
  int32,
  nullableArray,
  nullableString,
  string,
  struct,
} from '../codec.ts';

/** Answers tell the values that a topic gets; so a creation that is only checked shows the broker's defaults. */
export const CreateTopics = api({
  key: 19,
  name: 'CreateTopics',
  version: 5,
  flexible: true,
  question: struct({
    topics: array(
      struct({
        name: string,
        partitions: int32,
        replicationFactor: int16,
        replicas: array(struct({ index: int32, brokers: array(int32) })),
        configs: array(struct({ name: string, value: nullableString })),
      }),
    ),
    timeout: int32,
    validateOnly: boolean,
  }),
  answer: struct({
    throttle: int32,
    topics: array(
      struct({
        name: string,
        error: int16,
        message: nullableString,
        partitions: int32,
        replicationFactor: int16,
        configs: array(
          struct({
            name: string,
            value: nullableString,
            readOnly: boolean,
            source: int8,
            sensitive: boolean,
          }),
        ),
      }),
    ),
  }),
});

export const DeleteTopics = api({
  key: 20,
  name: 'DeleteTopics',
  version: 3,
  flexible: false,
  question: struct({ names: array(string), timeout: int32 }),
  answer: struct({ throttle: int32, topics: array(struct({ name: string, error: int16 })) }),
});

/** `replicas` are of the added partitions only; null lets the broker place them. */
export const CreatePartitions = api({
  key: 37,
  name: 'CreatePartitions',
  version: 1,
  flexible: false,
  question: struct({
    topics: array(
      struct({
        name: string,
        count: int32,
        replicas: nullableArray(struct({ brokers: array(int32) })),
      }),
    ),
    timeout: int32,
    validateOnly: boolean,
  }),
  answer: struct({
    throttle: int32,
    topics: array(struct({ name: string, error: int16, message: nullableString })),
  }),
});
