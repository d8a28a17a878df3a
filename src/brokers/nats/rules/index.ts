import type { Rule } from '../../../model/index.ts';
import { duplicateWindowOverAge } from './duplicate-window-over-age.ts';
import { filterOutsideStream } from './filter-outside-stream.ts';
import { illegalName } from './illegal-name.ts';
import { illegalSubject } from './illegal-subject.ts';
import { oneWayFlag } from './one-way-flag.ts';
import { overConsumerLimits } from './over-consumer-limits.ts';
import { overlappingSubjects } from './overlapping-subjects.ts';
import { overriddenAckWait } from './overridden-ack-wait.ts';
import { refusedCombination } from './refused-combination.ts';
import { refusedValue } from './refused-value.ts';
import { sourceCycle } from './source-cycle.ts';
import { tooManyReplicas } from './too-many-replicas.ts';
import { unlimitedStream } from './unlimited-stream.ts';
import { unsupportedField } from './unsupported-field.ts';
import { unwatchedMaxDeliver } from './unwatched-max-deliver.ts';
import { workqueueConsumers } from './workqueue-consumers.ts';

/** Every lint rule of NATS: one file each, named as its code. */
export const rules: readonly Rule[] = [
  duplicateWindowOverAge,
  filterOutsideStream,
  illegalName,
  illegalSubject,
  oneWayFlag,
  overConsumerLimits,
  overriddenAckWait,
  overlappingSubjects,
  refusedCombination,
  refusedValue,
  sourceCycle,
  tooManyReplicas,
  unlimitedStream,
  unsupportedField,
  unwatchedMaxDeliver,
  workqueueConsumers,
];
