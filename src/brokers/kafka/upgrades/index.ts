import type { UpgradeRule } from '../../../model/index.ts';
import { timestampLimit } from './timestamp-limit.ts';

/** What releases change without rejecting it, oldest first. What they reject is in the lint rules. */
export const upgrades: readonly UpgradeRule[] = [timestampLimit];
