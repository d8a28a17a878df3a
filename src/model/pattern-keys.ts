import { isObject, type Json, type JsonObject } from './json.ts';

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
