import { isObject, type Json, type JsonObject } from '../model/index.ts';

/** Keys of a plan that tell where something was declared, and nothing of what is done. */
const PLACES: ReadonlySet<string> = new Set(['at', 'places']);

/** Below these stand data of users and brokers, whose keys mean nothing here. */
const OPAQUE: ReadonlySet<string> = new Set(['spec', 'metrics', 'calls', 'values', 'fingerprints', 'facts']);

/** Whether two parts of plans are the same but for places in files. What is undefined is absent. */
export function samePart(a: unknown, b: unknown, isOpaque = false): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, i) => samePart(item, b[i], isOpaque));
  }
  if (!isObject(a) || !isObject(b)) return false;
  const isIgnored = (key: string) => !isOpaque && PLACES.has(key);
  const [left, right]: JsonObject[] = [a, b];
  for (const key in left) {
    if (isIgnored(key)) continue;
    if (!samePart(left[key], right?.[key], isOpaque || OPAQUE.has(key))) return false;
  }
  for (const key in right) {
    if (right[key] !== undefined && left?.[key] === undefined && !isIgnored(key)) return false;
  }
  return true;
}

/** A part of a plan without places in files. */
export function placeless(value: Json): Json {
  if (Array.isArray(value)) return value.map(placeless);
  if (!isObject(value)) return value;
  const fields: JsonObject = value;
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([key]) => !PLACES.has(key))
      .map(([key, item]) => [key, OPAQUE.has(key) ? item : placeless(item)]),
  );
}
