import { api } from '../api.ts';
import { array, bytes, int8, int16, int32, nullableArray, nullableString, string, struct } from '../codec.ts';

export const DescribeUserScramCredentials = api({
  key: 50,
  name: 'DescribeUserScramCredentials',
  version: 0,
  flexible: true,
  question: struct({ users: nullableArray(struct({ name: string })) }),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    users: array(
      struct({
        name: string,
        error: int16,
        message: nullableString,
        credentials: array(struct({ mechanism: int8, iterations: int32 })),
      }),
    ),
  }),
});

/** Answered by user, however many credentials of one user were asked for. */
export const AlterUserScramCredentials = api({
  key: 51,
  name: 'AlterUserScramCredentials',
  version: 0,
  flexible: true,
  question: struct({
    deletions: array(struct({ name: string, mechanism: int8 })),
    upsertions: array(
      struct({ name: string, mechanism: int8, iterations: int32, salt: bytes, saltedPassword: bytes }),
    ),
  }),
  answer: struct({
    throttle: int32,
    users: array(struct({ name: string, error: int16, message: nullableString })),
  }),
});
