import type { Json, JsonObject } from './json.ts';
import type { BrokerIdentity } from './plan.ts';
import type { Source } from './source.ts';

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
