import { api } from '../api.ts';
import { array, int8, int16, int32, nullableString, string, struct } from '../codec.ts';

const FILTER = {
  resourceType: int8,
  name: nullableString,
  pattern: int8,
  principal: nullableString,
  host: nullableString,
  operation: int8,
  permission: int8,
};

const ACL = {
  resourceType: int8,
  name: string,
  pattern: int8,
  principal: string,
  host: string,
  operation: int8,
  permission: int8,
};

/** In filters: matches every type, pattern, operation or permission. */
export const ANY = 1;

export const DescribeAcls = api({
  key: 29,
  name: 'DescribeAcls',
  version: 1,
  flexible: false,
  question: struct(FILTER),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    resources: array(
      struct({
        resourceType: int8,
        name: string,
        pattern: int8,
        acls: array(struct({ principal: string, host: string, operation: int8, permission: int8 })),
      }),
    ),
  }),
});

/** Answered in the order of the question. */
export const CreateAcls = api({
  key: 30,
  name: 'CreateAcls',
  version: 1,
  flexible: false,
  question: struct({ acls: array(struct(ACL)) }),
  answer: struct({ throttle: int32, results: array(struct({ error: int16, message: nullableString })) }),
});

/** Answered in the order of the question. */
export const DeleteAcls = api({
  key: 31,
  name: 'DeleteAcls',
  version: 1,
  flexible: false,
  question: struct({ filters: array(struct(FILTER)) }),
  answer: struct({
    throttle: int32,
    results: array(
      struct({
        error: int16,
        message: nullableString,
        matching: array(struct({ error: int16, message: nullableString, ...ACL })),
      }),
    ),
  }),
});
