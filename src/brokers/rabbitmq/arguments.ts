import { equalJson, isObject, type Json, type JsonObject } from '../../model/index.ts';
import { shownArguments } from './addresses.ts';
import { unitOf } from './fields/queue.ts';
import { secondsOf } from './fields/units.ts';
import type { Arguments } from './specs.ts';

/** Two ages are the same length: `7D` and `168h`. */
function sameAge(a: Json, b: Json): boolean {
  const seconds = secondsOf(a);
  return seconds !== undefined && seconds === secondsOf(b);
}

/** An argument table as brokers list it: an empty one is an empty list on 3.x. */
export function tableOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

/**
 * Live arguments, with each value that means the same as the declared one written as it is declared: without its
 * AMQP type in the listing, or an age in another unit.
 */
export function adoptEquivalents(live: Arguments, declared: Arguments | undefined): Arguments {
  if (!declared || equalJson(live, declared)) return live;
  const shown = shownArguments(declared);
  return Object.fromEntries(
    Object.entries(live).map(([key, value]) => {
      const wanted = declared[key];
      const same =
        wanted !== undefined &&
        (equalJson(value, shown[key]) || (unitOf(key) === 'age' && sameAge(value, wanted)));
      return [key, same ? wanted : value];
    }),
  );
}
