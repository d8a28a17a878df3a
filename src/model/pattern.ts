import type { Source } from './diagnostic.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { BrokerIdentity } from './plan.ts';

/** One entry of `patterns:` in a topology, as a broker's code expands it. */
export interface Pattern {
  readonly name: string;
  /** The entry without `kind`, `on` and `with`, which the schema of its kind accepted. */
  readonly body: JsonObject;
  /** The broker that it is for, as `Provider.assume` gives it. */
  readonly broker: BrokerIdentity;
  /** Whether a target version is configured. Without one, what comes out must suit all supported versions. */
  readonly targeted: boolean;
}

/** A kind of pattern on one broker: `work-queue`. Pure. */
export interface PatternKind {
  /** What it gives, one sentence. */
  readonly summary: string;
  /**
   * Lint rules whose findings are what the kind is for, with the reason: an event store has no limit. They are not
   * reported for its resources.
   */
  readonly intended?: Readonly<Record<string, string>>;
  /** JSON Schema (draft-07) of the entry without `kind`, `on` and `with`: an object with `properties`, without `$ref`. */
  readonly schema: JsonObject;
  /**
   * The section of the topology format that it stands for, without `broker`. A new value at each call.
   * @throws PatternError for what no schema can check; it is reported at the pattern
   */
  expand(pattern: Pattern): JsonObject;
}

/** Why an entry cannot be expanded, though the schema of its kind accepts it. */
export class PatternError extends Error {
  readonly hint: string;

  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
}

/**
 * A mapping of resources by name. @param noun of what they are: `exchange`
 * @throws PatternError two have the same name
 */
export function resourcesByName(noun: string, entries: readonly (readonly [string, Json])[]): JsonObject {
  const found = new Map<string, Json>();
  for (const [name, body] of entries) {
    if (found.has(name)) {
      throw new PatternError(
        `two of its ${noun}s have the name ${JSON.stringify(name)}`,
        'choose other names under names:',
      );
    }
    found.set(name, body);
  }
  return Object.fromEntries(found);
}

/** Why a broker lacks a kind, and what to use instead: a sentence each. */
interface AbsentPattern {
  readonly absent: string;
}

/** By the name of the kind. */
export type PatternKinds = Readonly<Record<string, PatternKind | AbsentPattern>>;

/** What a pattern of a project stands for. */
export interface ExpandedPattern {
  readonly name: string;
  readonly kind: string;
  /** The name of its broker. */
  readonly broker: string;
  /** The broker's type. */
  readonly type: string;
  readonly at: Source;
  /** Lint rules whose findings are what the kind is for, with the reason. */
  readonly intended: Readonly<Record<string, string>>;
  /** The section of the topology format, with `with` merged in, without the environment's overrides. */
  readonly section: JsonObject;
}

/** An expanded pattern as a topology file says it. */
export interface Expansion extends Omit<ExpandedPattern, 'section'> {
  /** A document of a topology file. */
  readonly topology: JsonObject;
  readonly yaml: string;
}

/*
 * Keys of patterns that mean the same on every broker: their JSON Schema (draft-07), and how they are read.
 */

/** With a unit, as a plain number would mean nanoseconds on one broker and milliseconds on another. Not zero. */
const DURATION: JsonObject = {
  title: 'a duration with its unit',
  type: 'string',
  pattern: '^(?=.*[1-9])(?:\\d{1,15}(?:\\.\\d{1,9})?(?:ns|us|ms|s|m|h|d|w))+$',
  examples: ['30s', '10m', '7d'],
};

export const KEEP_DEAD_LETTERS = '14d';
const MOST_RETRIES = 20;

export function durationKey(description: string): JsonObject {
  return { description, ...DURATION };
}

/** @param more what this broker makes of it, a sentence */
export function retriesKey(more: string): JsonObject {
  return {
    description: `Delays before a failed message is tried again: with [1s, 10s, 1m], it is tried four times. ${more}`,
    type: 'array',
    minItems: 1,
    maxItems: MOST_RETRIES,
    items: DURATION,
    examples: [['1s', '10s', '1m']],
  };
}

/** @param more what this broker makes of it, a sentence */
export function deadLettersKey(more: string): JsonObject {
  return {
    description: `Where a message goes after its last attempt. ${more}`,
    type: 'object',
    additionalProperties: false,
    properties: {
      keep: durationKey(`How long dead letters are kept. By default ${KEEP_DEAD_LETTERS}.`),
    },
    examples: [{ keep: '14d' }],
  };
}

/** @param more what this broker makes of it, a sentence */
export function subscribersKey(more: string): JsonObject {
  return {
    description: `Applications that each receive every message. ${more}`,
    type: 'array',
    minItems: 1,
    uniqueItems: true,
    items: { type: 'string', minLength: 1 },
    examples: [['cache', 'search']],
  };
}

/**
 * Names of resources that replace the derived ones.
 * @param roles what each resource is, by key: `{ 'dead-letters': 'the queue of dead letters; email.dead' }`
 */
export function namesKey(roles: Readonly<Record<string, string>>): JsonObject {
  return {
    description: 'Names of resources, instead of those derived from the name of the pattern.',
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(roles).map(([role, description]) => [
        role,
        { description, type: 'string', minLength: 1 },
      ]),
    ),
  };
}

/**
 * How long dead letters are kept; undefined where the pattern has no place for them.
 * @param isDefault whether it has one without being asked
 * @param usual where nobody says how long
 */
export function deadLettersKeep(
  body: JsonObject,
  isDefault: boolean,
  usual = KEEP_DEAD_LETTERS,
): string | undefined {
  const written = body['dead-letters'];
  if (!isObject(written)) return isDefault ? usual : undefined;
  return textOf(written.keep) ?? usual;
}

/** The name of a resource: that under `names`, else the derived one. */
export function nameFor(body: JsonObject, role: string, derived: string): string {
  return (isObject(body.names) ? textOf(body.names[role]) : undefined) ?? derived;
}

/**
 * A name for each retry: its delay as written, with a number where a delay repeats.
 * `[1m, 1m, 1h]` gives `1m`, `1m-2`, `1h`.
 */
export function retryNames(retries: readonly string[]): string[] {
  return retries.map((delay, index) => {
    const earlier = retries.slice(0, index).filter((other) => other === delay).length;
    return earlier === 0 ? delay : `${delay}-${earlier + 1}`;
  });
}

export function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A list of texts, or one text; none for any other value. */
export function textsOf(value: Json | undefined): string[] {
  return [value].flat().filter((item): item is string => typeof item === 'string');
}
