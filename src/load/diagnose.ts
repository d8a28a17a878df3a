import {
  type Diagnostic,
  isExactInt,
  isMapping,
  type Json,
  type JsonObject,
  type Source,
} from '../model/index.ts';
import { loadError, type Problem, quoted } from './problems.ts';
import type { Container, Key, Origin, Template } from './source-map.ts';
import type { Substitution } from './substitution.ts';

/** Where in loaded values a problem is. */
export interface Spot {
  /** The value's own container and key; undefined at the root. */
  readonly holder: { readonly container: Container; readonly key: Key } | undefined;
  readonly value: Json;
}

/** Follows a path of the schema validator through loaded values. */
export function locate(root: Json, path: readonly string[]): Spot {
  let value = root;
  let holder: Spot['holder'];
  for (const segment of path) {
    if (Array.isArray(value)) {
      holder = { container: value, key: Number(segment) };
      value = value[Number(segment)] ?? null;
    } else if (typeof value === 'object' && value !== null) {
      holder = { container: value, key: segment };
      value = (value as Record<string, Json>)[segment] ?? null;
    }
  }
  return { holder, value };
}

export interface Checked {
  readonly root: Json;
  readonly origin: Origin;
  /** How messages name the root: `rabbitmq`. */
  readonly name: string;
  /** The place of the root where it has none of its own. */
  readonly at?: Source;
}

/** The error that a problem is, at the file, line and column of the key or value that is wrong. */
function diagnose(problem: Problem, checked: Checked): Diagnostic {
  const { root, origin } = checked;
  const { holder, value } = locate(root, problem.path);
  const template = holder && origin.template(holder.container, holder.key);
  const isContainer = typeof value === 'object' && value !== null && !isExactInt(value);
  let at: Source | undefined;
  if (problem.key !== undefined && isContainer) at = origin.at(value, problem.key);
  // What a mapping lacks is best told at the key that it stands under.
  else if (problem.missing !== undefined && holder) at = origin.at(holder.container, holder.key);
  else if (holder) at = origin.atValue(holder.container, holder.key);
  else if (isContainer) at = origin.at(value);
  at ??= checked.at;
  const place = placeName(checked.name, problem.path);
  const said = problem.say(shown(value, template, problem));
  const message = place === '' ? said : `${place}: ${said}`;
  return loadError(codeOf(problem), message, at, problem.hint ?? 'correct the value');
}

function codeOf(problem: Problem): string {
  if (problem.key !== undefined) return 'unknown-key';
  return problem.missing === undefined ? 'wrong-value' : 'missing-key';
}

/** The value as a message may show it: never what came out of the environment, never what may be a secret. */
function shown(value: Json, template: Template | undefined, problem: Problem): string {
  if (template) return quoted(template.raw);
  if (problem.secret) return 'a hidden value';
  if (value === null) return 'null';
  if (isExactInt(value)) return value.$int;
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : String(value);
}

/** `rabbitmq.queues["a b"].bindings[0]` */
export function placeName(root: string, path: readonly string[]): string {
  return path.reduce((name, segment) => {
    if (/^\d+$/.test(segment)) return `${name}[${segment}]`;
    if (/^[\w-]+$/.test(segment)) return name === '' ? segment : `${name}.${segment}`;
    return `${name}[${quoted(segment)}]`;
  }, root);
}

/**
 * Checks values against a schema. Where a variable's value does not fit, its other reading is tried (text for a
 * number, a number for text); where the variable is missing, nothing but that is wrong with the place.
 *
 * @returns the errors, with the problems behind them, and whether a missing variable left something open that only its
 *   value can tell.
 */
export function checkValues(
  checked: Checked,
  check: () => Problem[],
  substitution: Substitution,
): { diagnostics: Diagnostic[]; problems: readonly Problem[]; open: boolean } {
  const templateAt = (problem: Problem): Template | undefined => {
    const { holder } = locate(checked.root, problem.path);
    return problem.key === undefined && holder
      ? checked.origin.template(holder.container, holder.key)
      : undefined;
  };
  let problems = check();
  const retried = problems.flatMap((problem) => {
    const template = templateAt(problem);
    return template && substitution.otherReading(template) ? [template] : [];
  });
  if (retried.length > 0) {
    problems = check();
    const wrong = new Set(problems.map(templateAt));
    for (const template of retried) if (wrong.has(template)) substitution.firstReading(template);
  }
  let open = false;
  const diagnostics = problems.flatMap((problem) => {
    const template = templateAt(problem);
    if (!template || !substitution.isMissing(template)) {
      return [diagnose(problem, checked)];
    }
    open = true;
    substitution.require(template);
    return [];
  });
  return { diagnostics, problems, open };
}

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
