import fc from 'fast-check';
import type { NatsLine } from '../../../local/nats.ts';
import type { JsonObject } from '../../../src/model/index.ts';

const SECOND = 1_000_000_000;

/** What a server is to hold, in the API's own words and units, which YAML takes as they are. */
export interface GeneratedTopology {
  readonly streams: Readonly<Record<string, JsonObject>>;
  /** By stream, then by name. */
  readonly consumers: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly buckets: Readonly<Record<string, JsonObject>>;
}

const RANK: Readonly<Record<NatsLine, number>> = { old: 0, middle: 1, current: 2 };

/** Fields that may be left out; those of newer lines are left out on older ones. */
function fields(
  line: NatsLine,
  byLine: Readonly<Record<NatsLine, Readonly<Record<string, fc.Arbitrary<unknown>>>>>,
): fc.Arbitrary<JsonObject> {
  const known = (Object.keys(byLine) as NatsLine[]).filter((one) => RANK[one] <= RANK[line]);
  const model = Object.assign({}, ...known.map((one) => byLine[one]));
  return fc.record(model, { requiredKeys: [] }) as fc.Arbitrary<JsonObject>;
}

function streamBody(line: NatsLine): fc.Arbitrary<JsonObject> {
  return fields(line, {
    old: {
      retention: fc.constantFrom('limits', 'interest', 'workqueue'),
      storage: fc.constantFrom('file', 'memory'),
      max_msgs: fc.constantFrom(10, 1000, { $int: '9007199254740995' }),
      max_bytes: fc.constantFrom(100_000, 1_000_000),
      max_age: fc.constantFrom(60 * SECOND, 86_400 * SECOND, { $int: '31536000000000001' }),
      max_msgs_per_subject: fc.constantFrom(1, 5),
      discard: fc.constantFrom('old', 'new'),
      allow_direct: fc.boolean(),
      deny_delete: fc.boolean(),
      no_ack: fc.boolean(),
      description: fc.constantFrom('x', 'ÿ "quoted"\n'),
      duplicate_window: fc.constantFrom(SECOND, 30 * SECOND),
      republish: fc.constantFrom({ dest: 'copy.>' }, { src: '>', dest: 'heads.>', headers_only: true }),
    },
    middle: {
      compression: fc.constantFrom('s2', 'none'),
      metadata: fc.constantFrom({ team: 'a' }, { team: 'b', since: '2026' }),
      consumer_limits: fc.constantFrom({ max_ack_pending: 7 }, { inactive_threshold: 3600 * SECOND }),
    },
    current: {
      allow_msg_ttl: fc.boolean(),
      subject_delete_marker_ttl: fc.constantFrom(5 * SECOND),
      allow_atomic: fc.boolean(),
    },
  });
}

function consumerBody(line: NatsLine): fc.Arbitrary<JsonObject> {
  return fields(line, {
    old: {
      ack_policy: fc.constantFrom('explicit', 'all'),
      deliver_policy: fc.constantFrom('all', 'new'),
      ack_wait: fc.constantFrom(5 * SECOND),
      max_deliver: fc.constantFrom(5, 9),
      backoff: fc.constantFrom([SECOND, 60 * SECOND]),
      description: fc.constantFrom('x'),
      sample_freq: fc.constantFrom('30'),
      headers_only: fc.boolean(),
      inactive_threshold: fc.constantFrom(60 * SECOND),
      max_ack_pending: fc.constantFrom(3),
      deliver_subject: fc.constantFrom('push.x', 'push.y'),
      filtered: fc.boolean(),
    },
    middle: { metadata: fc.constantFrom({ team: 'a' }) },
    current: {},
  });
}

const SUBJECTS = ['a', 'b', 'c.>', 'd.*', 'e'];
const STREAMS = ['S1', 'S2', 'S3'];

/** Topologies that a server takes: no subject twice, and nothing that one field forbids another. */
export function topologies(line: NatsLine): fc.Arbitrary<GeneratedTopology> {
  const some = <T>(names: readonly string[], body: fc.Arbitrary<T>) =>
    fc.dictionary(fc.constantFrom(...names), body, { maxKeys: names.length });
  return fc
    .record({
      owners: fc.tuple(...SUBJECTS.map(() => fc.constantFrom(...STREAMS))),
      streams: some(STREAMS, streamBody(line)),
      mirrors: some(['M1', 'M2'], fc.constantFrom('S1', 'S2')),
      consumers: some(STREAMS, some(['c1', 'c2'], consumerBody(line))),
      buckets: some(
        ['B1', 'B2'],
        fields(line, {
          old: {
            history: fc.constantFrom(1, 5),
            ttl: fc.constantFrom(3600 * SECOND, 30 * SECOND),
            storage: fc.constantFrom('memory'),
            max_bytes: fc.constantFrom(1_000_000),
          },
          middle: {},
          current: {},
        }),
      ),
    })
    .map(({ owners, streams, mirrors, consumers, buckets }) => {
      const subjectsOf = (name: string) => SUBJECTS.filter((_, i) => owners[i] === name);
      const made: Record<string, JsonObject> = {};
      const withConsumers: Record<string, Record<string, JsonObject>> = {};
      for (const [name, body] of Object.entries(streams)) {
        const own = subjectsOf(name);
        made[name] = legalStream({ ...body, ...(own.length > 0 && { subjects: own }) });
        const mine = Object.entries(consumers[name] ?? {});
        const taken = made[name]?.retention === 'workqueue' ? mine.slice(0, 1) : mine;
        withConsumers[name] = Object.fromEntries(
          taken.map(([consumer, one]) => [consumer, legalConsumer(one, made[name] ?? {}, own[0] ?? name)]),
        );
      }
      for (const [name, origin] of Object.entries(mirrors)) {
        // Servers before 2.14 take a mirror of a work queue for one more consumer.
        if (made[origin] && made[origin].retention !== 'workqueue') made[name] = { mirror: { name: origin } };
      }
      return { streams: made, consumers: withConsumers, buckets };
    });
}

function legalStream(body: JsonObject): JsonObject {
  const { duplicate_window: window, subject_delete_marker_ttl: marker, ...rest } = body;
  const isShort = rest.max_age !== 60 * SECOND || window === SECOND;
  return {
    ...rest,
    ...(window !== undefined && isShort && { duplicate_window: window }),
    ...(marker !== undefined && { subject_delete_marker_ttl: marker }),
  };
}

function legalConsumer(body: JsonObject, stream: JsonObject, subject: string): JsonObject {
  const { filtered, backoff, ...rest } = body;
  return {
    ...rest,
    ...(filtered === true && { filter_subject: subject }),
    ...(backoff !== undefined && rest.max_deliver !== undefined && { backoff }),
    ...(stream.retention === 'workqueue' && { ack_policy: 'explicit', deliver_policy: 'all' }),
  };
}
