import fc from 'fast-check';
import type { Json, JsonObject } from '../../../../src/model/index.ts';
import type { Sketch } from '../../../brokers/rabbitmq/sketch.ts';

/*
 * Random vhosts and messages: few names and words, so that much matches, and chains and cycles come about.
 */

export interface RandomMessage {
  readonly exchange: string;
  readonly key: string;
  readonly cc: readonly string[];
  readonly bcc: readonly string[];
  readonly headers: JsonObject;
}

export interface RandomVhost {
  readonly sketch: Sketch;
  /** Queues whose consumers reject what they get. */
  readonly rejecting: readonly string[];
  readonly messages: readonly RandomMessage[];
}

const EXCHANGES = ['e0', 'e1', 'e2', 'e3', 'e4', 'e5'];
const PREDECLARED = ['amq.topic', 'amq.direct', 'amq.fanout', 'amq.headers', 'amq.match'];
const QUEUES = ['q0', 'q1', 'q2', 'q3', 'q4', 'q5', 'q6'];
const SOURCES = [...EXCHANGES, ...EXCHANGES, ...PREDECLARED];
/** What an argument or policy may name: also the default exchange, and one that is not there. */
const TARGETS = [...EXCHANGES, ...EXCHANGES, 'amq.topic', 'amq.fanout', '', '', 'missing'];

const pattern = fc
  .array(fc.constantFrom('a', 'a', 'b', '*', '*', '#', '#', ''), { maxLength: 3 })
  .map((words) => words.join('.'));
const words = fc
  .array(fc.constantFrom('a', 'a', 'a', 'b', 'b', '', '*', '#'), { maxLength: 3 })
  .map((list) => list.join('.'));
const key = fc.oneof({ weight: 3, arbitrary: words }, { weight: 1, arbitrary: fc.constantFrom(...QUEUES) });
/** `#` no more than twice: 4.3.5 refuses more. */
const bindingKey = fc
  .oneof({ weight: 4, arbitrary: pattern }, { weight: 1, arbitrary: key })
  .filter((one) => one.split('.').filter((word) => word === '#').length <= 2);

const VALUES: readonly Json[] = [
  1,
  { $type: 'byte', value: 1 },
  { $type: 'short', value: 1 },
  { $type: 'int', value: 1 },
  { $type: 'double', value: 1 },
  { $type: 'float', value: 1 },
  { $type: 'timestamp', value: 1 },
  1000,
  { $type: 'timestamp', value: 1000 },
  1.1,
  { $type: 'float', value: 1.1 },
  1.5,
  { $type: 'float', value: 1.5 },
  '1',
  '',
  'v',
  true,
  false,
  'true',
  { $type: 'void' },
  { $int: '9007199254740993' },
  ['v', 1],
];
const value = fc.oneof(fc.constantFrom<Json>(1, 'v', { $type: 'void' }), fc.constantFrom(...VALUES));
const HEADERS = ['h', 'i', 'x-h'];
const headers = fc.dictionary(fc.constantFrom(...HEADERS), value, { maxKeys: 3 });
/** What dead-lettering adds, and CC, which is a header too. */
const deaths = fc.dictionary(
  fc.constantFrom(
    ...['first', 'last'].flatMap((which) =>
      ['reason', 'queue', 'exchange'].map((what) => `x-${which}-death-${what}`),
    ),
    'x-death',
    'CC',
    'CC',
    'CC',
  ),
  fc.constantFrom<Json>('rejected', 'expired', ...QUEUES, ...EXCHANGES, { $type: 'void' }, { $type: 'void' }),
  { maxKeys: 2 },
);
const bindingArguments = fc
  .tuple(
    fc.option(fc.constantFrom('all', 'any', 'all-with-x', 'any-with-x')),
    headers,
    fc.oneof(fc.constant({}), deaths),
  )
  .map(([match, wanted, more]): JsonObject => ({ ...(match && { 'x-match': match }), ...wanted, ...more }));

function sometimes<T>(arbitrary: fc.Arbitrary<T>, percent: number): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { weight: percent, arbitrary },
    { weight: 100 - percent, arbitrary: fc.constant(undefined) },
  );
}

const exchange = fc.record({
  type: fc.constantFrom('direct', 'topic', 'topic', 'fanout', 'headers', 'headers'),
  internal: fc.nat(4).map((number) => number === 0),
  alternate: sometimes(fc.constantFrom(...TARGETS), 40),
});
const queue = sometimes(fc.constantFrom(...TARGETS), 60).chain((target) =>
  fc.record({
    type: fc.constantFrom('classic', 'classic', 'classic', 'classic', 'classic', 'quorum'),
    target: fc.constant(target),
    key: sometimes(key, 30),
    ttl: sometimes(fc.constant(0), target === undefined ? 5 : 50),
    length: sometimes(fc.constant(0), target === undefined ? 2 : 10),
  }),
);
const binding = fc.record({
  source: fc.constantFrom(...SOURCES),
  destination: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...QUEUES) },
    { weight: 1, arbitrary: fc.constantFrom(...EXCHANGES).map((name) => `→${name}`) },
  ),
  key: bindingKey,
  args: bindingArguments,
});
const policy = fc.record({
  pattern: fc.constantFrom('^e[0-2]$', '^q[0-3]$', '.*', 'q', '[4-6]', 'amq'),
  'apply-to': fc.constantFrom('all', 'exchanges', 'queues'),
  definition: fc
    .record(
      {
        'alternate-exchange': fc.constantFrom(...TARGETS),
        'dead-letter-exchange': fc.constantFrom(...TARGETS),
        'dead-letter-routing-key': key,
        'message-ttl': fc.constant(0),
      },
      { requiredKeys: [] },
    )
    .filter((definition) => Object.keys(definition).length > 0),
});

const sketch: fc.Arbitrary<Sketch> = fc
  .record({
    exchanges: fc.tuple(...EXCHANGES.map(() => exchange)),
    queues: fc.tuple(...QUEUES.map(() => queue)),
    bindings: fc.array(binding, { minLength: 16, maxLength: 60 }),
    policies: fc.array(policy, { maxLength: 3 }),
  })
  .map(({ exchanges, queues, bindings, policies }) => ({
    exchanges: Object.fromEntries(
      exchanges.map(({ type, internal, alternate }, i) => [
        `e${i}`,
        { type, internal, arguments: alternate === undefined ? {} : { 'alternate-exchange': alternate } },
      ]),
    ),
    queues: Object.fromEntries(
      queues.map(({ type, target, key: override, ttl, length }, i) => [
        `q${i}`,
        {
          type,
          arguments: {
            'x-queue-type': type,
            ...(target !== undefined && { 'x-dead-letter-exchange': target }),
            // Refused without an exchange.
            ...(target !== undefined && override !== undefined && { 'x-dead-letter-routing-key': override }),
            ...(ttl !== undefined && { 'x-message-ttl': ttl }),
            ...(length !== undefined && { 'x-max-length': length }),
          },
        },
      ]),
    ),
    bindings: bindings.map((one) => [one.source, one.destination, one.key, one.args] as const),
    policies: Object.fromEntries(policies.map((one, i) => [`p${i}`, { ...one, priority: i }])),
  }));

export function randomVhost(messages: number): fc.Arbitrary<RandomVhost> {
  return sketch.chain((made) => {
    const internal = (name: string) => made.exchanges?.[name]?.internal === true;
    const open = [...SOURCES, ''].filter((name) => !internal(name));
    const message = fc.constantFrom(...open).chain((exchange) =>
      fc.record({
        exchange: fc.constant(exchange),
        key: exchange === '' ? fc.constantFrom(...QUEUES, 'missing') : key,
        cc: fc.oneof(
          { weight: 2, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(key, { maxLength: 2 }) },
        ),
        bcc: fc.oneof(
          { weight: 4, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(key, { maxLength: 2 }) },
        ),
        headers,
      }),
    );
    return fc.record({
      sketch: fc.constant(made),
      rejecting: fc.subarray(QUEUES, { maxLength: 3 }),
      messages: fc.array(message, { minLength: messages, maxLength: messages, size: 'max' }),
    });
  });
}
