import { isExactInt, isObject, type Json, type JsonObject } from '../model/index.ts';
import { locate } from './diagnose.ts';
import type { Problem } from './problems.ts';

/** What is removed may leave a mapping without a key that it needs, which then goes too; deeper than this is hopeless. */
const ROUNDS = 5;

/**
 * Takes out of a value, in place, what a schema says is wrong with it, so that the rest can be looked at in the same
 * run. Lists lose no items, as the places of the others hang on their numbers: the whole list goes.
 * @param check what is wrong with the value as it is by then
 * @returns what was taken out; undefined where no sound part is left.
 */
export function removeInvalid(
  root: JsonObject,
  problems: readonly Problem[],
  check: () => readonly Problem[],
): Json[] | undefined {
  const removed: Json[] = [];
  let wrong = problems;
  for (let round = 0; wrong.length > 0; round++) {
    if (round === ROUNDS) return undefined;
    for (const problem of wrong) {
      const spot = wrongKey(root, problem);
      if (!spot) return undefined;
      removed.push(spot.mapping[spot.key] ?? null);
      delete spot.mapping[spot.key];
    }
    wrong = check();
  }
  return removed;
}

/** The nearest mapping's key that holds what is wrong; undefined where that is the root itself. */
function wrongKey(
  root: JsonObject,
  { path, key }: Problem,
): { mapping: Record<string, Json>; key: string } | undefined {
  if (key !== undefined) {
    const { value } = locate(root, path);
    if (isMapping(value)) return { mapping: value, key };
  }
  for (let end = path.length; end > 0; end--) {
    const { value } = locate(root, path.slice(0, end - 1));
    if (isMapping(value)) return { mapping: value, key: path[end - 1] ?? '' };
  }
  return undefined;
}

function isMapping(value: Json): value is Record<string, Json> {
  return isObject(value) && !isExactInt(value);
}
