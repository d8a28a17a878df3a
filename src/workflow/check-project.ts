import { providers } from '../brokers/index.ts';
import { type Checked, checkWith, type ProjectOptions } from './check.ts';

/** Reads everything the user wrote and says all that is wrong with it, without any broker. */
export function check(options: ProjectOptions): Checked {
  return checkWith(options.providers ?? providers, options);
}
