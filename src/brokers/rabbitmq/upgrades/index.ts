import type { UpgradeRule } from '../../../model/index.ts';
import { deliveryLimitDefault } from './delivery-limit-default.ts';

/** What releases change without rejecting it. What they reject is in the lint rules. */
export const upgrades: readonly UpgradeRule[] = [deliveryLimitDefault];
