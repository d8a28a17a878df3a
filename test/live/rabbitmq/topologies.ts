import fc from 'fast-check';

export type Body = Record<string, unknown>;

/** The body of one vhost, as a user writes it. */
export interface GeneratedTopology {
  readonly limits?: Body;
  readonly exchanges: Record<string, Body>;
  readonly queues: Record<string, Body>;
  readonly bindings: readonly Body[];
  readonly policies: Record<string, Body>;
  readonly 'operator-policies': Record<string, Body>;
  readonly permissions: Record<string, Body>;
  readonly 'federation-upstreams': Record<string, Body>;
  readonly 'super-streams': Record<string, Body>;
}

const EXCHANGES = ['e1', 'e2', 'e3', 'null', 'ünï/code %2F', 'it\'s "quoted" `x` |'];
const QUEUES = ['q1', 'q2', 'q3', 'q4', 'detailed', '\u001b[31mred\n::error::'.replace('\n', ''), 'a/b%2F c'];
const KEYS = ['', 'a', 'a.b', 'a.#', '*.b', '#', 'null', 'undefined', '%2F~x y', 'ключ'];
/** Users that a test run has made. */
export const USERS = ['brokerform-a', 'brokerform-b'];

const HOUR = 3_600_000;
const optional = { requiredKeys: [] };

const deadLetter = fc.record(
  { exchange: fc.constantFrom(...EXCHANGES), 'routing-key': fc.constantFrom(...KEYS.slice(1)) },
  { requiredKeys: ['exchange'] },
);

const limits = {
  'max-length': fc.integer({ min: 1, max: 1e6 }),
  'max-length-bytes': fc.integer({ min: 1, max: 1e12 }),
  'message-ttl': fc.integer({ min: 0, max: 7 * 24 * HOUR }),
  expires: fc.integer({ min: HOUR, max: 24 * HOUR }),
  'dead-letter': deadLetter,
  'single-active-consumer': fc.boolean(),
};

const classic = fc.record(
  {
    type: fc.constant('classic'),
    ...limits,
    overflow: fc.constantFrom('drop-head', 'reject-publish', 'reject-publish-dlx'),
    'max-priority': fc.integer({ min: 1, max: 5 }),
    'auto-delete': fc.boolean(),
    arguments: fc.record({ 'x-custom': fc.constantFrom('v', 1, true) }, optional),
  },
  optional,
);

const quorum = fc.record(
  {
    type: fc.constant('quorum'),
    ...limits,
    overflow: fc.constantFrom('drop-head', 'reject-publish'),
    'delivery-limit': fc.integer({ min: 1, max: 50 }),
  },
  { requiredKeys: ['type'] },
);

const stream = fc.record(
  {
    type: fc.constant('stream'),
    'max-length-bytes': fc.integer({ min: 1e6, max: 1e12 }),
    'max-age': fc.constantFrom('1h', '7D', '1M'),
    'stream-max-segment-size-bytes': fc.integer({ min: 1e6, max: 1e8 }),
  },
  { requiredKeys: ['type'] },
);

const exchange = fc.record(
  {
    type: fc.constantFrom('direct', 'fanout', 'topic', 'headers'),
    durable: fc.boolean(),
    'auto-delete': fc.boolean(),
    internal: fc.boolean(),
    'alternate-exchange': fc.constantFrom(...EXCHANGES),
  },
  { requiredKeys: ['type'] },
);

const bindingArguments = fc
  .dictionary(
    fc.constantFrom('type', 'n', 'x-match', 'ratio', 'present'),
    fc.constantFrom('invoice', 1, -7, true, 1.5, { $type: 'short', value: 3 }, { $type: 'void' }),
    { maxKeys: 3 },
  )
  .map((args) => ('x-match' in args ? { ...args, 'x-match': 'any' } : args));

const policyDefinition = fc
  .record(
    {
      'max-length': fc.integer({ min: 1, max: 1e6 }),
      'message-ttl': fc.integer({ min: 1000, max: HOUR }),
      'dead-letter-exchange': fc.constantFrom(...EXCHANGES),
    },
    optional,
  )
  .map((definition) => (Object.keys(definition).length === 0 ? { 'max-length': 5 } : definition));

const policy = fc.record(
  {
    pattern: fc.constantFrom('^q', '.*', '^q1$'),
    'apply-to': fc.constantFrom('queues', 'all'),
    priority: fc.integer({ min: -5, max: 100 }),
    definition: policyDefinition,
  },
  { requiredKeys: ['pattern', 'apply-to', 'definition'] },
);

const operatorPolicy = policy.map(({ definition: _, ...rest }) => ({
  ...rest,
  'apply-to': 'queues',
  definition: { 'max-length': 1000 },
}));

const permission = fc.record({
  configure: fc.constantFrom('', '.*', '^q'),
  write: fc.constantFrom('', '.*'),
  read: fc.constantFrom('', '^a\\.'),
});

const upstream = fc.record(
  {
    uri: fc.constant('amqp://elsewhere.invalid'),
    'max-hops': fc.integer({ min: 1, max: 5 }),
    expires: fc.constant(HOUR),
  },
  { requiredKeys: ['uri'] },
);

const superStream = fc.oneof(
  fc.record(
    { partitions: fc.integer({ min: 1, max: 3 }), 'max-age': fc.constantFrom('1h', '7D') },
    { requiredKeys: ['partitions'] },
  ),
  fc.record({
    'binding-keys': fc.uniqueArray(fc.constantFrom('a', '0', 'b/c %'), { minLength: 1 }),
    'queue-leader-locator': fc.constantFrom('client-local', null),
  }),
) as fc.Arbitrary<Body>;

function some<T>(
  names: readonly string[],
  body: fc.Arbitrary<T>,
  maxKeys = names.length,
): fc.Arbitrary<Record<string, T>> {
  return fc.dictionary(fc.constantFrom(...names), body, { maxKeys });
}

/** Any topology over a few names, so that two of them often differ in one resource rather than in all. */
export const topologies: fc.Arbitrary<GeneratedTopology> = fc
  .record(
    {
      limits: fc.record(
        { 'max-queues': fc.integer({ min: 50, max: 99 }), 'max-connections': fc.constant(-1) },
        optional,
      ),
      exchanges: some(EXCHANGES, exchange),
      queues: some(QUEUES, fc.oneof(classic, quorum, stream) as fc.Arbitrary<Body>),
      wires: fc.array(
        fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...KEYS), bindingArguments, fc.boolean()),
        { maxLength: 14 },
      ),
      policies: some(['p1', 'p2', 'p/3'], policy),
      'operator-policies': some(['o1', 'o2'], operatorPolicy),
      permissions: some(USERS, permission),
      'federation-upstreams': some(['u1', 'u2'], upstream),
      'super-streams': some(['s1', 's 2'], superStream),
    },
    {
      requiredKeys: [
        'exchanges',
        'queues',
        'wires',
        'policies',
        'operator-policies',
        'permissions',
        'federation-upstreams',
        'super-streams',
      ],
    },
  )
  .map(({ wires, limits, ...rest }) => ({
    ...rest,
    ...(limits && Object.keys(limits).length > 0 && { limits }),
    bindings: wire(wires, Object.keys(rest.exchanges), Object.keys(rest.queues)),
  }));

/** Bindings between what there is; the same one twice is a mistake that brokerform reports. */
function wire(
  wires: readonly (readonly [number, number, string, Body, boolean])[],
  exchanges: readonly string[],
  queues: readonly string[],
): Body[] {
  const found = new Map<string, Body>();
  for (const [from, to, key, args, toExchange] of wires) {
    const targets = toExchange ? exchanges : queues;
    if (exchanges.length === 0 || targets.length === 0) continue;
    const binding: Body = {
      from: exchanges[from % exchanges.length],
      [toExchange ? 'to-exchange' : 'to']: targets[to % targets.length],
      // Arguments and a "~" together break the broker's own listing; a lint rule of ours refuses that.
      key: Object.keys(args).length > 0 ? key.replace('~', '-') : key,
      ...(Object.keys(args).length > 0 && { arguments: args }),
    };
    found.set(JSON.stringify(binding), binding);
  }
  return [...found.values()];
}
