import {
  formatDuration,
  type Json,
  type JsonObject,
  suggestionOr,
  type Verdict,
} from '../../../model/index.ts';
import type { End, Journey } from './journey.ts';
import { durationOf } from './message.ts';

/*
 * Whether the expectations of a test hold, by what was found out of a message; by the router, or on a broker.
 */

export interface Observed {
  /** The queues that surely get it directly, sorted. */
  readonly reached: readonly string[];
  /** Those that may get it directly: these, and the sure ones. */
  readonly possible: ReadonlySet<string>;
  /** Why it cannot be told which get it directly. */
  readonly doubts: readonly string[];
  /** Those that may get it directly or by dead-lettering. */
  readonly everywhere: () => ReadonlySet<string>;
  readonly surelyReachesOneOf: (queues: ReadonlySet<string>) => boolean;
  readonly journey: () => Journey;
  /** Whether a queue is declared, or bound. */
  readonly isKnown: (queue: string) => boolean;
  readonly names: Iterable<string>;
}

type Failure = Pick<Verdict, 'failure' | 'hint'>;

const HOLDS: Failure = {};

type Check = (wanted: Json, observed: Observed, test: JsonObject) => Failure;

/** By key of a test. */
const CHECKS: Readonly<Record<string, Check>> = {
  reaches: (wanted, { reached, possible, doubts }) => {
    if (doubts.length === 0) return unlike(queuesOf(wanted), reached) ?? HOLDS;
    return {
      failure: cannotTell(doubts),
      ...(possible.size > reached.length && {
        hint: 'name the queues under includes-one-of, and those that surely get it under includes',
      }),
    };
  },
  includes: (wanted, { reached, possible, doubts }) => {
    const missing = queuesOf(wanted).filter((name) => !reached.includes(name));
    if (missing.length === 0) return HOLDS;
    const isUnsure = missing.every((name) => possible.has(name)) && doubts.length > 0;
    return {
      failure: isUnsure
        ? `not certain: ${doubts.join('; ')}`
        : `expected ${queues(queuesOf(wanted))}; got ${queues(reached)}: missing ${missing.join(', ')}`,
    };
  },
  'includes-one-of': (wanted, { reached, surelyReachesOneOf }) =>
    surelyReachesOneOf(new Set(queuesOf(wanted)))
      ? HOLDS
      : { failure: `expected at least one of ${queuesOf(wanted).join(', ')}; got ${queues(reached)}` },
  never: (wanted, { possible, everywhere }) => {
    const direct = queuesOf(wanted).filter((name) => possible.has(name));
    const later = queuesOf(wanted).filter((name) => !possible.has(name) && everywhere().has(name));
    const parts = [
      ...(direct.length > 0 ? [`${queues(direct)} gets it`] : []),
      ...(later.length > 0 ? [`${queues(later)} gets it by dead-lettering`] : []),
    ];
    return parts.length === 0 ? HOLDS : { failure: parts.join(', and ') };
  },
  'rejected-by': given,
  'returned-by': given,
  'ends-in': (wanted, observed, test) => {
    const ends = endsOf(observed, test);
    const unknown = withoutEnd(observed, test);
    if (unknown) return unknown;
    const got = [...new Set(ends.flatMap(({ queue }) => queue ?? []))].sort();
    const isDropped = ends.some(({ queue }) => queue === undefined);
    const found = unlike(queuesOf(wanted), got, 'no queue: it is dropped');
    if (!isDropped || got.length === 0) return found ?? HOLDS;
    return { failure: `${found?.failure ?? `expected ${queues(got)}`}; some copies are dropped` };
  },
  after: (wanted, observed, test) => {
    const unknown = withoutEnd(observed, test);
    if (unknown) return unknown;
    const ends = endsOf(observed, test);
    const { tries, delay } = wanted as JsonObject;
    const time = durationOf('delay', delay);
    const isAsWanted = (end: Pick<End, 'tries' | 'delay'>) =>
      (tries === undefined || end.tries === tries) && (time === undefined || end.delay === time);
    // What is dropped at once ends before any of it.
    const all: readonly Pick<End, 'tries' | 'delay' | 'queue'>[] =
      ends.length > 0 ? ends : [{ tries: 0, delay: 0 }];
    if (all.every(isAsWanted)) return HOLDS;
    const parts = (count: Json | undefined, ms: number | undefined) =>
      [
        ...(tries === undefined ? [] : [`${String(count)} ${count === 1 ? 'try' : 'tries'}`]),
        ...(time === undefined || ms === undefined ? [] : [formatDuration(ms, 'ms')]),
      ].join(' and ');
    const got = all.map((end) => `${parts(end.tries, end.delay)} (${end.queue ?? DROPPED})`);
    return { failure: `expected ${parts(tries, time)}; got ${got.slice(0, SHOWN).join(', ')}` };
  },
};

const DROPPED = 'dropped';

/** Of the copies that came to the queues whose consumers give them back; of all where there are no such queues. */
function endsOf({ journey }: Observed, test: JsonObject): readonly End[] {
  const { ends } = journey();
  return consumersOf(test).length > 0 ? ends.filter(({ given }) => given) : ends;
}

function consumersOf(test: JsonObject): string[] {
  return [...queuesOf(test['rejected-by']), ...queuesOf(test['returned-by'])];
}

/** Why there is no end to speak of. */
function withoutEnd(observed: Observed, test: JsonObject): Failure | undefined {
  const { ring, doubts } = observed.journey();
  if (doubts.length > 0) return { failure: cannotTell(doubts) };
  if (ring !== undefined) {
    return {
      failure: `it has no end: ${ring}`,
      hint: 'the consumer must count deliveries and give up; assert a single round with reaches, includes or never',
    };
  }
  const consumers = consumersOf(test);
  return consumers.length > 0 && endsOf(observed, test).length === 0 ? given(consumers, observed) : undefined;
}

/** In the order of the test. */
export function verdictsOf(test: JsonObject, observed: Observed): Verdict[] {
  return Object.entries(test).flatMap(([key, wanted]) => {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
    if (!check) return [];
    return [{ key, ...(unknownQueue(key, wanted, observed) ?? check(wanted, observed, test)) }];
  });
}

/** The queues that an expectation names. */
export function queuesOf(wanted: Json | undefined): string[] {
  if (typeof wanted === 'string') return [wanted];
  return Array.isArray(wanted) ? wanted.map(String) : [];
}

/** A name that nothing has would make `never` hold forever. */
function unknownQueue(key: string, wanted: Json, { isKnown, names }: Observed): Failure | undefined {
  const unknown = key === 'after' ? undefined : queuesOf(wanted).find((name) => !isKnown(name));
  if (unknown === undefined) return undefined;
  return {
    failure: `queue ${unknown} is not declared`,
    hint: suggestionOr('declare it, or name another queue', unknown, names),
  };
}

function given(wanted: Json, { journey, reached }: Observed): Failure {
  const { delivered, doubts } = journey();
  const missing = queuesOf(wanted).filter((name) => !delivered.has(name));
  if (missing.length === 0) return HOLDS;
  const why = doubts.length > 0 ? cannotTell(doubts) : `it reaches ${queues(reached)}`;
  return { failure: `consumers of ${queues(missing)} do not get it: ${why}` };
}

function cannotTell(doubts: readonly string[]): string {
  return `cannot be told: ${doubts.join('; ')}`;
}

function unlike(wanted: readonly string[], got: readonly string[], none = 'no queue'): Failure | undefined {
  const missing = wanted.filter((name) => !got.includes(name));
  const unexpected = got.filter((name) => !wanted.includes(name));
  if (missing.length + unexpected.length === 0) return undefined;
  const parts = [
    ...(missing.length > 0 ? [`missing ${missing.join(', ')}`] : []),
    ...(unexpected.length > 0 ? [`unexpected ${unexpected.join(', ')}`] : []),
  ];
  const expected = wanted.length === 0 ? 'no queue' : queues([...new Set(wanted)].sort());
  return {
    failure: `expected ${expected}; got ${got.length === 0 ? none : queues(got)}: ${parts.join(', ')}`,
  };
}

const SHOWN = 20;

function queues(names: readonly string[]): string {
  if (names.length === 0) return 'no queue';
  const rest = names.length - SHOWN;
  const shown = `${names.slice(0, SHOWN).join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
  return `${names.length === 1 ? 'queue' : 'queues'} ${shown}`;
}
