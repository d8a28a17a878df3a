import { equalJson, isObject, type Json } from '../model/index.ts';

const LONGEST = 120;

/** The first place in which the plan differs from what its changes make, in words; undefined where none does. */
export function firstDifference(told: Json, made: Json): string | undefined {
  const found = find(told, made, '');
  if (!found) return undefined;
  return `${found.path}: the plan has ${shown(found.told)}, its changes make ${shown(found.made)}`;
}

interface Found {
  readonly path: string;
  readonly told: Json | undefined;
  readonly made: Json | undefined;
}

function find(told: Json | undefined, made: Json | undefined, path: string): Found | undefined {
  if (equalJson(told, made)) return undefined;
  if (Array.isArray(told) && Array.isArray(made)) {
    for (let i = 0; i < Math.max(told.length, made.length); i++) {
      const inner = find(told[i], made[i], `${path}[${i}]`);
      if (inner) return inner;
    }
  }
  if (isObject(told) && isObject(made)) {
    for (const key of new Set([...Object.keys(told), ...Object.keys(made)])) {
      const inner = find(told[key], made[key], path === '' ? key : `${path}.${key}`);
      if (inner) return inner;
    }
  }
  return { path, told, made };
}

function shown(value: Json | undefined): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
