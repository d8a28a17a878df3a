import {
  type Address,
  type Body,
  type BrokerIdentity,
  type Change,
  type DeclareCollector,
  disruptive,
  equalJson,
  type JsonObject,
  type Kind,
  type Resource,
  type Risk,
  refused,
  safe,
} from '../../../model/index.ts';
import { serverText } from '../facts.ts';
import { type Fields, fieldIn, type SectionSchema } from '../fields/field.ts';
import type { FieldConstraint } from '../fields/field-constraints.ts';
import type { Unsupported } from '../fields/normalize.ts';
import { type ValueConstraint, valueProblems } from '../fields/value-constraints.ts';
import { fieldText } from '../fields/values.ts';

/** A kind, its tables, and its notation in a section. */
export interface NatsKind extends Kind, Tables {
  readonly schema: SectionSchema;
  /** Its key in a section; absent for a kind that is declared below others. */
  readonly section?: string;
  /** Declares the resources of this kind in a section. */
  declare?(collector: Collector, section: Body): void;
  /** A completed resource as a body in YAML, by its name in the section. */
  toBody?(resource: Resource, writer: Writer): { name: string; body: JsonObject };
}

/** The fields of the API, and the rules of the server for them. */
export interface Tables {
  readonly fields: Fields;
  readonly constraints: readonly FieldConstraint[];
  readonly valueConstraints: readonly ValueConstraint[];
  /** What only later servers support, in a completed spec. */
  unsupported(spec: JsonObject, broker: BrokerIdentity): Unsupported[];
}

export interface Writer {
  readonly broker: BrokerIdentity;
  /** What the written file omits. */
  readonly notes: string[];
  /** Consumers by the address of their stream. Written ones are removed. */
  readonly consumers: Map<Address, Resource[]>;
}

/** Errors of declarations; lint rules have their own codes. */
export type DeclareCode = 'given-twice' | 'bad-value' | 'bucket-as-stream' | 'reserved-name';

export type Collector = DeclareCollector<DeclareCode>;

export type Update = Extract<Change, { action: 'update' | 'replace' }>;

/**
 * The risks of changed fields that affect clients, without loss of messages.
 * @param behaviour the effect of each field
 * @param isWidened true for a change that only permits more
 */
export function behaviourRisks(
  behaviour: Readonly<Record<string, string>>,
  { before, after }: Update,
  isWidened: (field: string, before: JsonObject, after: JsonObject) => boolean,
): Risk[] {
  return Object.entries(behaviour).flatMap(([field, message]): Risk[] => {
    const isSame = equalJson(before.spec[field] ?? null, after.spec[field] ?? null);
    return isSame || isWidened(field, before.spec, after.spec)
      ? []
      : [disruptive('behaviour-changed', `${field}: ${message}`)];
  });
}

/**
 * Why this server rejects a completed spec whatever is live. Lint rules report the same, but know the version of a
 * server only from YAML.
 */
export function rejections(
  { constraints, valueConstraints, unsupported }: Tables,
  spec: JsonObject,
  broker: BrokerIdentity,
): Risk[] {
  return [
    ...unsupportedRisks(unsupported(spec, broker), broker),
    ...constraints
      .filter(({ isViolated }) => isViolated(spec, broker))
      .map(({ message }) => refused('refused-combination', message)),
    ...[...valueProblems(valueConstraints, spec, broker)].map(({ message }) =>
      refused('refused-value', message),
    ),
  ];
}

/** The server would drop these fields silently, or reject them since 2.12. */
function unsupportedRisks(unsupported: readonly Unsupported[], broker: BrokerIdentity): Risk[] {
  // One hint for all: the latest of the required releases supports the others, too.
  const enough = unsupported
    .map(({ since }) => since)
    .sort()
    .at(-1);
  const what = unsupported.length === 1 ? 'it' : 'them';
  return unsupported.map(({ what: field, since }) =>
    refused(
      'unsupported-field',
      `${field} needs NATS ${since}, and this server is ${serverText(broker)}`,
      `leave ${what} out, or upgrade every server to ${enough} or later first`,
    ),
  );
}

/** What a renamed resource is other than under its old name, because a rename has no changed fields. */
export function differenceRisks(fields: Fields, before: Resource, after: Resource): Risk[] {
  const text = (name: string, { spec }: Resource) => {
    const value = spec[name] ?? null;
    if (value === null) return 'unset';
    return fieldText(fields, [name], value) ?? (typeof value === 'string' ? value : JSON.stringify(value));
  };
  const changed = Object.keys(after.spec)
    .filter(
      (name) => fieldIn(fields, name) && !equalJson(before.spec[name] ?? null, after.spec[name] ?? null),
    )
    .sort()
    .map((name) => `${name} ${text(name, before)} → ${text(name, after)}`);
  return changed.length === 0 ? [] : [safe('renamed-differs', `also changes ${changed.join(', ')}`)];
}
