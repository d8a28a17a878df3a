import type { UpgradeRule } from '../../../model/index.ts';
import { repeatedSource } from './repeated-source.ts';

/** What releases change without rejecting it, oldest first. What they reject is in the lint rules. */
export const upgrades: readonly UpgradeRule[] = [repeatedSource];
