import { api } from '../api.ts';
import { array, boolean, float64, int8, int16, int32, nullableString, string, struct } from '../codec.ts';

const ENTITY = array(struct({ type: string, name: nullableString }));

/** No component asks for all; then `strict` must be off. */
export const DescribeClientQuotas = api({
  key: 48,
  name: 'DescribeClientQuotas',
  version: 0,
  flexible: false,
  question: struct({
    components: array(struct({ type: string, match: int8, name: nullableString })),
    strict: boolean,
  }),
  answer: struct({
    throttle: int32,
    error: int16,
    message: nullableString,
    entries: array(struct({ entity: ENTITY, values: array(struct({ key: string, value: float64 })) })),
  }),
});

export const AlterClientQuotas = api({
  key: 49,
  name: 'AlterClientQuotas',
  version: 0,
  flexible: false,
  question: struct({
    entries: array(
      struct({ entity: ENTITY, ops: array(struct({ key: string, value: float64, remove: boolean })) }),
    ),
    validateOnly: boolean,
  }),
  answer: struct({
    throttle: int32,
    entries: array(struct({ error: int16, message: nullableString, entity: ENTITY })),
  }),
});
