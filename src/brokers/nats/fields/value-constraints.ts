import { type BrokerIdentity, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { supports } from '../facts.ts';
import { hasWildcard, mappingProblem, subjectProblem } from './subjects.ts';
import { numberIn, textIn } from './values.ts';

/*
 * Values that a server rejects in any configuration: `checkStreamCfg` and `checkConsumerCfg`. Verified on 2.9.10,
 * 2.10.27 and 2.15.1.
 */

type Broker = Pick<BrokerIdentity, 'version' | 'facts'>;

export interface ValueConstraint {
  readonly field: string;
  /** Why the server rejects the value of the field in a completed spec; undefined if it accepts it. */
  problem(value: Json, broker: Broker): string | undefined;
}

const MILLISECOND = 1_000_000n;
const MAX_DESCRIPTION = 4096;
const MAX_METADATA = 128 * 1024;
const MAX_INT32 = 2n ** 31n - 1n;
/** Completion removes one percent sign. */
const PERCENT = /^\+?\d{1,9}$/;
const GROUP = /^[a-zA-Z0-9/_=-]{1,16}$/;

const list = (value: Json): readonly Json[] => (Array.isArray(value) ? value : [value]);
const bytes = (value: string) => new TextEncoder().encode(value).length;
const when = (isRejected: boolean, problem: string) => (isRejected ? problem : undefined);

function atLeast(field: string, least: bigint, words: string): ValueConstraint {
  const problem = (value: Json) =>
    when(numberIn(value) > 0n && numberIn(value) < least, `${field} must be at least ${words}`);
  return { field, problem };
}

const common: readonly ValueConstraint[] = [
  {
    field: 'description',
    problem: (value) =>
      when(bytes(textIn(value)) > MAX_DESCRIPTION, 'description must be at most 4,096 bytes'),
  },
  {
    field: 'metadata',
    problem: (value) =>
      when(
        isObject(value) && bytes(Object.entries(value).flat().join('')) >= MAX_METADATA,
        'metadata must be less than 128 KiB',
      ),
  },
];

export const streamValueConstraints: readonly ValueConstraint[] = [
  ...common,
  atLeast('duplicate_window', 100n * MILLISECOND, '100ms'),
  atLeast('subject_delete_marker_ttl', 1000n * MILLISECOND, '1s'),
  {
    field: 'max_msg_size',
    problem: (value) => when(numberIn(value) > MAX_INT32, 'max_msg_size must be at most 2,147,483,647 bytes'),
  },
  { field: 'subject_transform', problem: (value) => mappingProblemOf('subject_transform', value) },
  { field: 'republish', problem: (value) => mappingProblemOf('republish', value) },
  { field: 'mirror', problem: originProblem },
  { field: 'sources', problem: originProblem },
];

export const consumerValueConstraints: readonly ValueConstraint[] = [
  ...common,
  atLeast('max_expires', MILLISECOND, '1ms'),
  atLeast('idle_heartbeat', 100n * MILLISECOND, '100ms'),
  {
    field: 'sample_freq',
    problem: (value) =>
      when(
        textIn(value) !== '' && !PERCENT.test(textIn(value)),
        'sample_freq must be a whole number of percent, such as "30"',
      ),
  },
  {
    field: 'ack_wait',
    // 2.10.27 takes it.
    problem: (value, broker) =>
      when(numberIn(value) < 0n && supports(broker, '2.12'), 'ack_wait must not be negative'),
  },
  {
    field: 'backoff',
    problem: (value, broker) =>
      when(
        list(value).some((delay) => numberIn(delay) < 0n),
        `backoff has a negative delay${supports(broker, '2.12') ? '' : ', which has no effect'}`,
      ),
  },
  {
    field: 'priority_groups',
    problem: (value) =>
      when(
        list(value).some((name) => name !== null && !GROUP.test(String(name))),
        'names of priority_groups must have 1 to 16 letters, digits or -_/=',
      ),
  },
];

/** All rejected values of a completed spec. */
export function* valueProblems(
  constraints: readonly ValueConstraint[],
  spec: JsonObject,
  broker: Broker,
): Iterable<{ field: string; message: string }> {
  for (const { field, problem } of constraints) {
    const message = problem(spec[field] ?? null, broker);
    if (message !== undefined) yield { field, message };
  }
}

function mappingProblemOf(name: string, value: Json | undefined): string | undefined {
  for (const item of list(value ?? null).filter(isObject)) {
    const problem = mappingProblem(textIn(item.src), textIn(item.dest));
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

/** For a mirror, or for any of the sources. */
function originProblem(value: Json, broker: Broker): string | undefined {
  for (const { name, external, filter_subject: filter, subject_transforms } of list(value).filter(isObject)) {
    const origin = textIn(name);
    const api = isObject(external) ? textIn(external.api) : '';
    if (api !== '' && (subjectProblem(api.replace(/\.$/, '')) || hasWildcard(api))) {
      return `the API prefix ${JSON.stringify(api)} is no subject without wildcards`;
    }
    const wrong = textIn(filter) === '' ? undefined : subjectProblem(textIn(filter));
    if (wrong) return `the filter ${JSON.stringify(textIn(filter))} ${wrong}`;
    if (!supports(broker, '2.10')) continue;
    if (/[\s.*>\\/]/.test(origin)) return `${JSON.stringify(origin)} is no name of a stream`;
    const problem = mappingProblemOf('subject_transforms', subject_transforms);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
