import { randomBytes } from 'node:crypto';

/*
 * The names and subjects of copies. A stream has the time when its copy was made in its name, so that a later run finds
 * those of a run that was killed.
 */

/** The first token of all subjects of copies. */
export const ROOT = 'brokerform_test';

const NAME = /^brokerform-test-([0-9a-z]{8,9})-[0-9a-f]{8}-\d{1,6}$/;

/** Distinguishes a copy from others: one token of a subject. @param now epoch milliseconds */
export function newId(now: number): string {
  return `${now.toString(36)}-${randomBytes(4).toString('hex')}`;
}

/** The name of a stream of a copy. */
export function copyName(id: string, index: number): string {
  return `brokerform-test-${id}-${index}`;
}

/** When the copy of this stream was made, in epoch milliseconds; undefined for any other stream. */
export function madeAt(name: string): number | undefined {
  const [, time] = NAME.exec(name) ?? [];
  return time === undefined ? undefined : Number.parseInt(time, 36);
}
