import type { Address } from './address.ts';
import type { Diagnostic, Severity, Source } from './diagnostic.ts';
import type { Json, JsonObject } from './json.ts';
import type { BrokerIdentity } from './plan.ts';
import type { Resource } from './resource.ts';
import type { ComparableQuantity } from './units.ts';

/** What a rule says; the engine adds code and severity. */
export interface Finding {
  readonly resource: Resource;
  /** The field that it is about, by spec path; the resource itself where absent. */
  readonly path?: readonly string[];
  readonly message: string;
  readonly hint?: string;
  readonly related?: readonly Source[];
}

/** The declared topology of one broker, completed, as rules see it. */
export interface RuleContext {
  readonly broker: BrokerIdentity;
  /** True when a `target-version` was configured or a live broker's version is known. */
  readonly versionKnown: boolean;
  readonly environment: string | undefined;
  readonly resources: readonly Resource[];
  get(address: Address): Resource | undefined;
  ofKind(kind: string): readonly Resource[];
  /** An option of the rule, from `lint.rules.<code>` in the configuration. */
  readonly options: Readonly<Record<string, Json>>;
}

/** What `explain` says about a code that commands print. */
export interface Page {
  readonly code: string;
  /** Default severity; the configuration may change it or turn the rule off. */
  readonly severity: Severity;
  /** One line for lists. */
  readonly summary: string;
  /** For `explain`: what happens on the broker, why it hurts, what to do. Markdown, with a bad and a good example. */
  readonly explain: string;
}

/** One lint rule, in one file, with everything about it: `rabbitmq/unbound-queue` is where its file is. */
export interface Rule extends Page {
  check(context: RuleContext): Iterable<Finding>;
}

/** What a release changes for resources of before, without rejecting them: a default, a limit. */
export interface UpgradeRule extends Rule {
  /** The release that changes it: `4.0`. */
  readonly since: string;
}

/** `lint.rules.<code>` of the configuration: `off`, a severity, or a mapping with a severity and the rule's options. */
export type RuleConfig = Severity | 'off' | JsonObject;

/** A comment `# brokerform-ignore <code>, <code>: <reason>`, which silences these rules on one line. */
export interface Suppression {
  readonly codes: readonly string[];
  readonly reason: string;
  /** The place of the comment. */
  readonly at: Source;
  /** The line, in the same file, whose findings it silences. */
  readonly covers: number;
}

/** Findings that are known and accepted. They are matched by rule, resource and field, because lines and texts change. */
export interface BaselineEntry {
  readonly code: string;
  /** Absent for a finding that belongs to no resource. */
  readonly address?: Address;
  readonly path?: string;
  /** How many such findings are accepted. */
  readonly count: number;
}

export interface Baseline {
  readonly entries: readonly BaselineEntry[];
  /** The start of its file, for what is wrong with it. */
  readonly at: Source;
}

/** What a finding and its entry have in common. */
export function baselineKey({
  code,
  address = '',
  path = '',
}: Pick<Diagnostic, 'code' | 'address' | 'path'>): string {
  return JSON.stringify([code, address, path]);
}

/** Begins the code of every rule of a project. */
export const CUSTOM_PREFIX = 'custom/';

/** A rule of `lint.custom`: a convention of a project, as data. */
export interface CustomRule {
  /** `custom/queue-names` */
  readonly code: string;
  readonly at: Source;
  readonly severity: Severity;
  readonly description?: string;
  readonly hint?: string;
  /** Globs of whole addresses. */
  readonly match: readonly string[];
  /** Globs of files, relative to the configuration; every file where absent. */
  readonly files?: readonly string[];
  /** A regular expression in RE2's syntax that the whole last part of an address must match. */
  readonly name?: string;
  /** By the name of a field, as plans show it. */
  readonly fields: ReadonlyMap<string, FieldRule>;
}

/** What a field must be. */
export interface FieldRule {
  readonly at: Source;
  /** True: a file must declare it. False: none may. */
  readonly required?: boolean;
  readonly oneOf?: readonly Json[];
  readonly min?: Bound;
  readonly max?: Bound;
}

/** A limit as it was written, and its value: nanoseconds of a duration, bytes of a size, or a plain number. */
export interface Bound {
  readonly text: string;
  readonly quantity: ComparableQuantity;
}
