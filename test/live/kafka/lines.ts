import { inject } from 'vitest';
import type { SharedKafka } from '../../../local/shared-brokers.ts';

export const LINES = ['old', 'current'] as const;
export type Line = (typeof LINES)[number];

/** The shared cluster of a line; where it cannot be had, tests that need it are to be skipped. */
export function sharedCluster(line: Line): Pick<SharedKafka, 'bootstrap' | 'version'> & { missing: boolean } {
  const shared = inject('kafka')[line];
  return shared ? { ...shared, missing: false } : { bootstrap: [], version: line, missing: true };
}

let count = 0;

/** A beginning of names that no other test has. */
export function freshPrefix(): string {
  return `live-${process.pid}-${Date.now().toString(36)}-${count++}-`;
}
