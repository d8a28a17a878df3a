import { inject } from 'vitest';
import { kafka } from '../../../src/brokers/kafka/index.ts';
import { nats } from '../../../src/brokers/nats/index.ts';
import { rabbitmq } from '../../../src/brokers/rabbitmq/index.ts';
import type { Address, JsonObject, Provider } from '../../../src/model/index.ts';
import { MemoryBroker } from '../../memory/broker.ts';
import { memoryProvider } from '../../memory/provider.ts';

/** What one broker supplies for the promises that all sessions keep. Every name in it begins with {@link UNIQUE}. */
export interface Fixture {
  readonly title: string;
  readonly provider: Provider;
  /** Settings of the connection; undefined where the broker cannot be had. */
  readonly settings: JsonObject | undefined;
  /** The topology to make, in YAML. */
  readonly topology: string;
  /** Resources of the topology that take others along. */
  readonly takers: readonly Address[];
  /** Globs that match the takers, and all that the other topologies make. */
  readonly globs: readonly string[];
  /** Globs of all resources beside a lock. */
  readonly lockGlobs: readonly string[];
  /** A name that no other run has. */
  readonly unique: string;
  /** Further resources in YAML, of which the broker refuses exactly one: the one named `refused`. */
  readonly further: string;
  /** Resources with the worst names that the broker takes, in YAML. */
  readonly hostile: string;
}

/** The value of ${CONTRACT_PASSWORD}. */
export const PASSWORD = 'correct horse';

/** Two runs may share a broker. */
const UNIQUE = `contract-${process.pid}`;

/** Encoded or not, in a path, a URI, a glob, JSON or a terminal: each of these must come back as it is. */
const HOSTILE = "a/b%2F..?#&=+ '$x*[é🐇]~;";

const HIDDEN_PASSWORD = '${CONTRACT_PASSWORD}';

function rabbitFixture(line: 'old' | 'current'): Fixture {
  const broker = inject('rabbitmq')[line];
  const v = UNIQUE;
  return {
    title: `RabbitMQ ${line}`,
    provider: rabbitmq,
    settings: broker && { url: broker.url, management: broker.management },
    topology: `
rabbitmq:
  users:
    ${v}-user: { password: "${HIDDEN_PASSWORD}", tags: [management], limits: { max-connections: 9 } }
  vhosts:
    ${v}:
      limits: { max-queues: 9 }
      permissions: { ${v}-user: { configure: a, write: b, read: c } }
      topic-permissions: { ${v}-user: { in: { write: a, read: b } } }
      exchanges: { in: { type: topic }, more: { type: fanout, bindings: [{ from: in, key: "#" }] } }
      queues:
        work: { bindings: [{ from: in, key: a }, { from: more }] }
        rest: { bindings: [{ from: more }] }
      policies: { short: { pattern: ^work$, definition: { max-length: 10 } } }
`,
    takers: [
      `rabbitmq/user/${v}-user`,
      `rabbitmq/vhost/${v}`,
      `rabbitmq/exchange/${v}/in`,
      `rabbitmq/exchange/${v}/more`,
      `rabbitmq/queue/${v}/work`,
    ],
    lockGlobs: ['rabbitmq/queue/%2F/*'],
    unique: UNIQUE,
    globs: [`rabbitmq/user/${v}-*`, `rabbitmq/vhost/${v}`, `rabbitmq/*/${v}/**`],
    further: `
rabbitmq:
  vhosts:
    ${v}:
      queues: { f1: {}, f2: {} }
      exchanges: { f3: { type: fanout, bindings: [{ from: refused }] } }
`,
    hostile: `
rabbitmq:
  vhosts:
    ${v}:
      exchanges: { "${HOSTILE}": { type: topic } }
      queues: { "${HOSTILE}": { bindings: [{ from: "${HOSTILE}", key: "${HOSTILE}" }] } }
      policies: { "${HOSTILE}": { pattern: "^nothing$", definition: { max-length: 10 } } }
`,
  };
}

function kafkaFixture(line: 'old' | 'current'): Fixture {
  const broker = inject('kafka')[line];
  const t = UNIQUE;
  // The old release has no group configs.
  const groups = (body: string) => (line === 'current' ? `  groups: ${body}\n` : '');
  return {
    title: `Kafka ${line}`,
    provider: kafka,
    settings: broker && { bootstrap: [...broker.bootstrap] },
    topology: `
kafka:
  topics:
    ${t}.orders: { partitions: 2, replication-factor: 1, configs: { retention.ms: 1d } }
    ${t}.rest: { partitions: 1, replication-factor: 1 }
  client-metrics:
    ${t}.metrics: { metrics: ["*"], interval.ms: 1m }
${groups(`{ ${t}.group: { consumer.session.timeout.ms: 50s } }`)}`,
    takers: [`kafka/topic/${t}.orders`],
    lockGlobs: [],
    unique: UNIQUE,
    globs: [`kafka/topic/${t}.*`, `kafka/group/${t}.*`, `kafka/client-metrics/${t}.*`],
    further: `
kafka:
  topics:
    ${t}.f1: { partitions: 1, replication-factor: 1 }
    ${t}.f2: { partitions: 1, replication-factor: 1 }
    ${t}.refused: { partitions: 1, replication-factor: 99 }
`,
    hostile: `
kafka:
  topics:
    ${t}.__A-b_..c: { partitions: 1, replication-factor: 1 }
  client-metrics:
    "${t}${HOSTILE}": { metrics: ["*"] }
${groups(`{ "${t}${HOSTILE}": { consumer.session.timeout.ms: 50s } }`)}`,
  };
}

function natsFixture(line: 'old' | 'middle' | 'current'): Fixture {
  const broker = inject('nats')[line];
  const s = UNIQUE;
  return {
    title: `NATS ${line}`,
    provider: nats,
    settings: broker && { servers: broker.url },
    topology: `
nats:
  streams:
    ${s}:
      subjects: [${s}.>]
      consumers: { one: { filter_subjects: [${s}.a] }, two: {} }
    ${s}-other: { subjects: [${s}-other], consumers: { three: {} } }
  key-value:
    ${s}: { history: 2 }
`,
    takers: [`nats/stream/${s}`, `nats/stream/${s}-other`, `nats/key-value/${s}`],
    lockGlobs: ['nats/stream/*'],
    unique: UNIQUE,
    globs: [`nats/stream/${s}*`, `nats/key-value/${s}`],
    further: `
nats:
  streams:
    ${s}-f1: { subjects: [${s}-f1] }
    ${s}-f2: { subjects: [${s}-f2] }
    ${s}-refused: { subjects: [${s}-other] }
`,
    hostile: `
nats:
  streams:
    "${s}-%2F'$[é🐇]~;#&=": { subjects: [${s}-hostile], consumers: { "%2F'$[é🐇]~;#&=": {} } }
`,
  };
}

function memoryFixture(): Fixture {
  const provider = memoryProvider([new MemoryBroker('memory')]);
  return {
    title: 'the broker in memory',
    provider,
    settings: {},
    topology: `
memory:
  boxes: { a: { capacity: 3 }, b: {}, c: {} }
  links: [{ from: a, to: b }, { from: b, to: c }]
`,
    takers: ['memory/box/a', 'memory/box/b'],
    lockGlobs: ['memory/**'],
    unique: UNIQUE,
    globs: ['memory/**'],
    further: `
memory:
  boxes: { f1: {}, f2: {} }
  links: [{ from: refused, to: nowhere }]
`,
    hostile: `
memory:
  boxes: { "${HOSTILE}": {} }
`,
  };
}

export const fixtures: readonly Fixture[] = [
  memoryFixture(),
  rabbitFixture('old'),
  rabbitFixture('current'),
  kafkaFixture('old'),
  kafkaFixture('current'),
  natsFixture('old'),
  natsFixture('middle'),
  natsFixture('current'),
];
