import fc from 'fast-check';
import type { NatsLine } from '../../../local/nats.ts';
import { overlap } from '../../../src/brokers/nats/fields/subjects.ts';
import { stringsIn } from '../../../src/brokers/nats/fields/values.ts';
import type { JsonObject } from '../../../src/model/index.ts';

/** Streams and consumers as a server is to hold them, in the order in which they are made; it may refuse some. */
export interface RoutedTopology {
  readonly streams: readonly JsonObject[];
  readonly consumers: readonly { readonly stream: string; readonly config: JsonObject }[];
}

export interface RoutedMessage {
  readonly subject: string;
  readonly headers: Readonly<Record<string, string>>;
}

const HOUR = 3_600_000_000_000;
const STREAMS = ['S0', 'S1', 'S2', 'S3', 'S4', 'S5'];
const WORDS = ['x', 'y', 'x-y-z', '-x--y', 'żółw', 'abcdefgh', '7', '$x', 'a*b'];

const word = fc.constantFrom(...WORDS);

/** Each stream has a first token of its own, so that no two overlap. */
function rootOf(index: number): string {
  return `s${index}`;
}

/** Sets of subjects that do not overlap. */
function subjectsOf(root: string): fc.Arbitrary<string[]> {
  const sets = [
    ['>'],
    ['*'],
    ['*', '*.*.>'],
    ['x', 'y.*'],
    ['*.x', 'y'],
    ['y.z', 'x.*'],
    ['x.>', 'y.*.*'],
    ['*.*'],
  ];
  return fc.constantFrom(...sets.map((set) => set.map((rest) => `${root}.${rest}`)));
}

/** Patterns of what streams hold, also of what a transform makes. Most match much. */
const pattern = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: fc.constant('*') },
      { weight: 3, arbitrary: fc.constantFrom('t', 'q') },
      { weight: 3, arbitrary: fc.constantFrom(...STREAMS.map((_, i) => rootOf(i))) },
    ),
    fc.array(fc.oneof({ weight: 1, arbitrary: word }, { weight: 3, arbitrary: fc.constant('*') }), {
      maxLength: 2,
    }),
    fc.boolean(),
  )
  .map(([first, rest, hasTail]) => [first, ...rest, ...(hasTail ? ['>'] : [])].join('.'));

/** A destination for the wildcards of a source, with each function that the line has. */
function destination(line: NatsLine, source: string, root: string): fc.Arbitrary<string> {
  const wildcards = source.split('.').filter((token) => token === '*').length;
  const index = fc.integer({ min: 1, max: Math.max(1, wildcards) });
  const size = fc.integer({ min: 0, max: 9 });
  const call = (name: string) => fc.tuple(index, size).map(([i, n]) => `{{${name}(${i},${n})}}`);
  const functions = [
    index.map((i) => `{{wildcard(${i})}}`),
    index.map((i) => `$${i}`),
    fc
      .tuple(fc.integer({ min: 1, max: 12 }), fc.array(index, { minLength: 1, maxLength: 2 }))
      .map(([n, at]) => `{{ Partition(${n}, ${at.join(',')}) }}`),
    fc.tuple(index, fc.constantFrom('-', '--', 'x')).map(([i, by]) => `{{split(${i},${by})}}`),
    ...['splitFromLeft', 'splitFromRight', 'SliceFromLeft', 'sliceFromRight'].map(call),
    ...(line === 'old' ? [] : ['left', 'Right'].map(call)),
  ];
  const anywhere = line === 'current' ? [fc.constantFrom('{{random(3)}}', '{{partition(5)}}')] : [];
  const tokens = [
    fc.constantFrom('t', 'x', 'pre-{{wildcard(1)}}'),
    ...anywhere,
    ...(wildcards > 0 ? functions : []),
  ];
  // Servers before 2.10 want all wildcards in the destination.
  const all =
    line === 'old'
      ? source
          .split('.')
          .flatMap((token) => (token === '*' ? ['*'] : []))
          .map((_, i) => `$${i + 1}`)
      : [];
  return fc
    .array(
      fc.oneof(
        { weight: 1, arbitrary: fc.constant('t') },
        ...tokens.map((arbitrary) => ({ weight: 2, arbitrary })),
      ),
      { maxLength: 3 },
    )
    .map((made) => [root, ...made, ...all, ...(source.endsWith('>') ? ['>'] : [])].join('.'));
}

function mapping(line: NatsLine, sources: fc.Arbitrary<string>, root: string): fc.Arbitrary<JsonObject> {
  return sources.chain((src) => destination(line, src, root).map((dest) => ({ src, dest })));
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>, freq = 2) => fc.option(arbitrary, { nil: undefined, freq });

/** Servers do not take overlapping ones, or take them and then do nothing with them. */
function disjoint(patterns: readonly string[]): boolean {
  return patterns.every((one, i) => patterns.slice(0, i).every((other) => !overlap(one, other)));
}

/** A stream of this index: it copies from earlier ones, and publishes to later ones, so that nothing goes round. */
function stream(line: NatsLine, index: number): fc.Arbitrary<JsonObject> {
  const root = rootOf(index);
  const earlier = STREAMS.slice(0, index);
  const later = fc.constantFrom('r', ...STREAMS.flatMap((_, i) => (i > index ? [rootOf(i)] : [])));
  const origin = fc
    .record({
      name: fc.constantFrom(...(earlier.length > 0 ? earlier : ['S0'])),
      filter: maybe(pattern, 1),
      maps: maybe(
        fc
          .array(mapping(line, pattern, 'q'), { minLength: 1, maxLength: 2 })
          .filter((maps) => disjoint(maps.map(({ src }) => String(src)))),
      ),
    })
    .map(({ name, filter, maps }) => ({
      name,
      ...(maps && line !== 'old' ? { subject_transforms: maps } : filter ? { filter_subject: filter } : {}),
    }));
  return fc
    .record({
      form:
        index === 0
          ? fc.constant('own' as const)
          : fc.constantFrom('own' as const, 'own', 'mirror', 'sources', 'both'),
      subjects: subjectsOf(root),
      origins: fc.uniqueArray(origin, {
        minLength: 1,
        maxLength: line === 'old' ? 1 : 3,
        selector: JSON.stringify,
      }),
      transform: maybe(
        mapping(
          line,
          fc.oneof(
            pattern,
            subjectsOf(root).map(([one = '']) => one),
          ),
          't',
        ),
      ),
      republish: maybe(
        later.chain((to) =>
          mapping(
            line,
            fc.oneof(
              fc.constant('>'),
              pattern,
              subjectsOf(root).map(([one = '']) => one),
            ),
            to,
          ),
        ),
        1,
      ),
      headers_only: fc.boolean(),
      retention: fc.constantFrom('limits', 'limits', 'limits', 'interest', 'workqueue'),
      allow_msg_ttl: fc.boolean(),
    })
    .map(({ form, subjects, origins, transform, republish, headers_only, retention, allow_msg_ttl }) => ({
      name: STREAMS[index] ?? '',
      storage: 'memory',
      retention,
      ...((form === 'own' || form === 'both') && { subjects }),
      ...(form === 'mirror' && { mirror: origins[0] ?? {} }),
      ...((form === 'sources' || form === 'both') && { sources: origins }),
      ...(transform && line !== 'old' && { subject_transform: transform }),
      ...(republish && { republish: { ...republish, headers_only } }),
      ...(line === 'current' && { allow_msg_ttl }),
    }));
}

function consumer(
  line: NatsLine,
  index: number,
  { retention }: JsonObject,
  number: number,
): fc.Arbitrary<JsonObject> {
  const later = STREAMS.flatMap((_, i) => (i > index ? [`${rootOf(i)}.x`, `${rootOf(i)}.y.z`] : []));
  return fc
    .record({
      filters: fc.array(pattern, { maxLength: line === 'old' ? 1 : 2 }).filter(disjoint),
      push: fc.option(fc.constantFrom('delivered', ...later), { nil: undefined, freq: 2 }),
      policy: fc.constantFrom('all', 'new'),
    })
    .map(({ filters, push, policy }) => ({
      durable_name: `c${number}`,
      ack_policy: push === undefined || retention !== 'limits' ? 'explicit' : 'none',
      ack_wait: HOUR,
      max_ack_pending: retention !== 'limits' || push === undefined ? 100_000 : 0,
      deliver_policy: retention === 'workqueue' ? 'all' : policy,
      ...(filters.length === 1 && { filter_subject: filters[0] }),
      ...(filters.length > 1 && { filter_subjects: filters }),
      ...(push !== undefined &&
        retention !== 'workqueue' && {
          deliver_subject: push === 'delivered' ? `delivered.${STREAMS[index]}.c${number}` : push,
        }),
    }));
}

export function routedTopologies(line: NatsLine): fc.Arbitrary<RoutedTopology> {
  return fc.tuple(...STREAMS.map((_, i) => stream(line, i))).chain((streams) =>
    fc
      .tuple(
        ...streams.map((one, i) =>
          fc
            .integer({ min: 0, max: 3 })
            .chain((count) =>
              fc.tuple(...Array.from({ length: count }, (_, number) => consumer(line, i, one, number))),
            ),
        ),
      )
      .map((consumers) => ({
        streams,
        consumers: consumers.flatMap((configs, i) =>
          configs.map((config) => ({ stream: STREAMS[i] ?? '', config })),
        ),
      })),
  );
}

/** Before 2.11.5, mirrors lose messages with a header that names another stream, or stop at them. */
const HEADERS: readonly Readonly<Record<string, string>>[] = [{ 'Nats-TTL': '1h' }, { 'X-Any': 'y' }];
const EXPECTING = STREAMS.map((name) => ({ 'Nats-Expected-Stream': name }));

/** Most are on subjects that a stream has. */
export function routedMessages(line: NatsLine, { streams }: RoutedTopology): fc.Arbitrary<RoutedMessage> {
  const patterns = streams.flatMap(({ subjects }) => stringsIn(subjects));
  const fitting = fc.constantFrom(...patterns, 's5.>').chain((one) => {
    const tokens = one.split('.').map((token) => {
      if (token === '>')
        return fc.array(word, { minLength: 1, maxLength: 3 }).map((words) => words.join('.'));
      return token === '*' ? word : fc.constant(token);
    });
    return fc.tuple(...tokens).map((filled) => filled.join('.'));
  });
  const any = fc
    .tuple(fc.constantFrom('other', ...STREAMS.map((_, i) => rootOf(i))), fc.array(word, { maxLength: 3 }))
    .map(([root, words]) => [root, ...words].join('.'));
  return fc.record({
    subject: fc.oneof({ weight: 6, arbitrary: fitting }, { weight: 1, arbitrary: any }),
    headers: fc.oneof(
      { weight: 6, arbitrary: fc.constant({}) },
      { weight: 1, arbitrary: fc.constantFrom(...HEADERS, ...(line === 'current' ? EXPECTING : [])) },
    ),
  });
}
