import fc from 'fast-check';
import type { Management } from './management.ts';

type Body = Record<string, unknown>;

/** A request that makes something in a vhost; `path` starts behind `/api/`, and V stands for the vhost. */
export interface Made {
  readonly method: 'PUT' | 'POST';
  readonly path: readonly string[];
  readonly body: Body;
}

/** What may be in a vhost, in the broker's own terms: what the vhost is, and requests in their order. */
export interface RawTopology {
  readonly vhost: Body;
  readonly made: readonly Made[];
}

/** Stands for the vhost in paths. */
export const V = 'V';
const HOUR = 3_600_000;
/** What YAML, patterns, addresses and variables could take for something else. */
const STRANGE = [
  'null',
  '12',
  '1e3',
  'yes',
  '7d',
  '${HOME}',
  'a/b%2F c',
  "it's: {x} #y",
  'ключ ✓',
  '~',
  '- a',
];
const EXCHANGES = ['e1', 'e.2', ...STRANGE.slice(0, 4)];
const QUEUES = ['q1', 'q.2', ...STRANGE.slice(4, 9)];
const KEYS = ['', 'a', 'a.*.#', ...STRANGE];
const TEXTS = ['v', '', ...STRANGE];
/** Everything that JSON has. */
const ANY = [
  ...TEXTS,
  0,
  -7,
  1.5,
  1e21,
  2 ** 53 - 1,
  true,
  false,
  null,
  [],
  [1, 'a', [true]],
  {},
  { a: { b: 1 } },
];

const some = (values: Readonly<Record<string, readonly unknown[]>>, required: readonly string[] = []) =>
  fc.record(
    Object.fromEntries(Object.entries(values).map(([key, list]) => [key, fc.constantFrom(...list)])),
    { requiredKeys: [...required] },
  ) as fc.Arbitrary<Body>;

/** Some keys of many, so that most bodies are taken. */
const few = (values: Readonly<Record<string, readonly unknown[]>>, most = 3): fc.Arbitrary<Body> =>
  fc.uniqueArray(fc.constantFrom(...Object.keys(values)), { maxLength: most }).chain((keys) => {
    const chosen = Object.fromEntries(keys.map((key) => [key, values[key] ?? []]));
    return some(chosen, keys);
  });

const LIMITS = {
  'message-ttl': [0, 1, 60_000, 90_061_000, 315_360_000_000],
  // Nothing may disappear before it is planned.
  expires: [HOUR, 1.5 * HOUR, 315_360_000_000],
  'max-length': [0, 1, 2 ** 53 - 1],
  'max-length-bytes': [0, 1, 1024, 1_000_000, 1e12],
  'dead-letter-exchange': ['', ...EXCHANGES, 'nowhere'],
  'dead-letter-routing-key': KEYS,
  overflow: ['drop-head', 'reject-publish', 'reject-publish-dlx'],
  'consumer-timeout': [0, 60_000],
};
const QUORUM = {
  ...LIMITS,
  'delivery-limit': [-1, -7, 0, 20],
  'dead-letter-strategy': ['at-most-once', 'at-least-once'],
  'max-in-memory-length': [0, 10],
  'max-in-memory-bytes': [0, 10],
  'queue-leader-locator': ['client-local', 'balanced', 'random', 'least-leaders'],
  'delayed-retry-type': ['all', 'disabled', 'other'],
  'delayed-retry-min': [0, 1, 1000],
  'consumer-disconnected-timeout': [0, 1000],
};
const CLASSIC = { ...LIMITS, 'queue-mode': ['lazy', 'default'], 'queue-version': [1, 2] };
const STREAM = {
  'max-age': ['7D', '1h', '0012m', '1Y'],
  'max-length-bytes': LIMITS['max-length-bytes'],
  'stream-max-segment-size-bytes': [1000, 500_000_000, 3_000_000_000],
  'stream-filter-size-bytes': [16, 255],
  'initial-cluster-size': [1, 3],
  'queue-leader-locator': QUORUM['queue-leader-locator'],
};

const CUSTOM = { custom: ANY, 'x-custom': ANY, 'Some Key': ANY };

/** Arguments of one type of queues, with their `x-`, and now and then one that only somebody's plug-in knows. */
function queueArguments(type: string | undefined, keys: Readonly<Record<string, readonly unknown[]>>) {
  const named = Object.fromEntries(Object.entries(keys).map(([key, values]) => [`x-${key}`, values]));
  return fc.tuple(few(named), few(CUSTOM, 1)).map(([args, custom]) => ({
    ...(type !== undefined && { 'x-queue-type': type }),
    ...args,
    ...custom,
  }));
}

const classicOnly = {
  ...CLASSIC,
  'max-priority': [0, 1, 255],
  'single-active-consumer': [true, false],
  'queue-master-locator': ['min-masters'],
};
const queue = fc
  .record({
    durable: fc.constantFrom(true, true, true, false),
    auto_delete: fc.constantFrom(false, false, true),
    arguments: fc.oneof(
      queueArguments(undefined, classicOnly),
      queueArguments('classic', classicOnly),
      queueArguments('quorum', {
        ...QUORUM,
        'single-active-consumer': [true, false],
        'quorum-initial-group-size': [1, 3],
      }),
      queueArguments('stream', STREAM),
    ),
  })
  .map((body) => ({ ...body, auto_delete: body.auto_delete && !('x-queue-type' in body.arguments) }));

const exchange = fc.record({
  type: fc.constantFrom('direct', 'fanout', 'topic', 'headers', 'x-local-random', 'x-consistent-hash'),
  durable: fc.constantFrom(true, true, false),
  auto_delete: fc.boolean(),
  internal: fc.constantFrom(false, false, true),
  arguments: fc
    .tuple(few({ 'alternate-exchange': ['', ...EXCHANGES, 'nowhere'] }, 1), few(CUSTOM, 1))
    .map(([args, custom]) => ({ ...args, ...custom })),
});

const bindingArguments = few({ 'x-match': ['all', 'any', 'any-with-x'], n: ANY, type: ANY, 'x-custom': ANY });

function policy(applyTo: readonly string[]): fc.Arbitrary<Body> {
  return fc.record({
    pattern: fc.constantFrom('^q', '.*', '^q1$', '(?i)^Q', '\\d', '${HOME}', ''),
    'apply-to': fc.constantFrom(...applyTo),
    priority: fc.integer({ min: -5, max: 100 }),
    definition: few(
      {
        ...QUORUM,
        ...CLASSIC,
        ...STREAM,
        'alternate-exchange': ['', 'e1', '${HOME}'],
        'target-group-size': [1, 3],
      },
      3,
    ),
  });
}

const QUEUE_WORDS = ['queues', 'classic_queues', 'quorum_queues', 'streams'];
const REGEXES = ['', '.*', '^a\\.', '${HOME}', '^(q|e)'];

/** Resources of one kind by name. */
function named(
  what: string,
  names: readonly string[],
  body: fc.Arbitrary<Body>,
  [minKeys, maxKeys]: readonly [number, number] = [0, 4],
): fc.Arbitrary<Made[]> {
  return fc
    .dictionary(fc.constantFrom(...names), body, { minKeys, maxKeys })
    .map((all) =>
      Object.entries(all).map(([name, one]): Made => ({ method: 'PUT', path: [what, V, name], body: one })),
    );
}

const binding = fc
  .record({
    from: fc.constantFrom('amq.topic', 'amq.headers', ...EXCHANGES),
    to: fc.oneof(
      fc.constantFrom(...QUEUES).map((name) => ['q', name]),
      fc.constantFrom(...EXCHANGES).map((name) => ['e', name]),
    ),
    routing_key: fc.constantFrom(...KEYS),
    arguments: bindingArguments,
  })
  .map(({ from, to, routing_key: key, arguments: args }): Made => {
    // Arguments and a "~" together break the broker's own listing.
    const routing_key = Object.keys(args).length > 0 ? key.replace('~', '-') : key;
    return {
      method: 'POST',
      path: ['bindings', V, 'e', from, ...to],
      body: { routing_key, arguments: args },
    };
  });

/** @param user one that exists */
export function rawTopologies(user: string): fc.Arbitrary<RawTopology> {
  const right = fc.constantFrom(...REGEXES);
  const put = (path: readonly string[], body: fc.Arbitrary<Body>) =>
    body.map((one): Made[] => [{ method: 'PUT', path, body: one }]);
  const parts = fc.tuple(
    named('exchanges', EXCHANGES, exchange, [3, 6]),
    named('queues', QUEUES, queue, [4, 7]),
    fc.array(binding, { minLength: 8, maxLength: 30 }),
    named('policies', ['p1', ...STRANGE], policy(['all', 'exchanges', ...QUEUE_WORDS])),
    named('operator-policies', ['o1', ...STRANGE], policy(QUEUE_WORDS), [0, 2]),
    fc.oneof(fc.constant([]), put(['vhost-limits', V, 'max-queues'], some({ value: [-1, 50] }, ['value']))),
    fc.oneof(
      fc.constant([]),
      put(['vhost-limits', V, 'max-connections'], some({ value: [-1, 0, 9] }, ['value'])),
    ),
    put(['permissions', V, user], fc.record({ configure: right, write: right, read: right })),
    fc.oneof(
      fc.constant([]),
      put(
        ['topic-permissions', V, user],
        fc.record({ exchange: fc.constantFrom('', 'amq.topic', ...EXCHANGES), write: right, read: right }),
      ),
    ),
    named(
      'parameters/federation-upstream',
      ['u1', ...STRANGE],
      few({
        'max-hops': [1, 5],
        expires: [HOUR],
        'message-ttl': [1000],
        'ack-mode': ['on-publish'],
        exchange: TEXTS,
      }).map((rest) => ({ value: { uri: 'amqp://elsewhere.invalid', ...rest } })),
      [0, 2],
    ).map((all) =>
      all.map((one) => ({ ...one, path: ['parameters', 'federation-upstream', ...one.path.slice(1)] })),
    ),
  );
  const vhost = some({
    description: TEXTS,
    tags: ['', 'a,b'],
    default_queue_type: ['classic', 'quorum', 'stream'],
  });
  return fc.record({ vhost, made: parts.map((all) => all.flat()) });
}

/** Makes what the broker takes, and leaves out what it refuses. @returns how much it took */
export async function make(broker: Management, vhost: string, topology: RawTopology): Promise<number> {
  await broker.put(['vhosts', vhost], topology.vhost);
  let taken = 0;
  for (const { method, path, body } of topology.made) {
    const named = path.map((part, index) => (part === V && index > 0 ? vhost : part));
    await broker.request(method, named, body).then(
      () => taken++,
      (error: Error) => {
        // Of some values it says that it has crashed.
        if (!/: (?:4\d\d|500) /.test(error.message)) throw error;
      },
    );
  }
  return taken;
}
