import type { UpgradeRule } from '../../../model/index.ts';
import { filterSizeActive, timeoutsActive } from './active-arguments.ts';
import { defaultQueueType } from './default-queue-type.ts';
import { deliveryLimitDefault } from './delivery-limit-default.ts';
import { headersNumber } from './headers-number.ts';
import { negativeDeliveryLimit } from './negative-delivery-limit.ts';
import { policyApplies } from './policy-applies.ts';
import { queueModeIgnored } from './queue-mode-ignored.ts';
import { transientQueueDenied } from './transient-queue.ts';

/** What releases change without rejecting it, oldest first. What they reject is in the lint rules. */
export const upgrades: readonly UpgradeRule[] = [
  defaultQueueType,
  queueModeIgnored,
  headersNumber,
  filterSizeActive,
  deliveryLimitDefault,
  negativeDeliveryLimit,
  policyApplies,
  transientQueueDenied,
  timeoutsActive,
];
