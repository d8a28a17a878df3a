/** The comment by which the YAML language server finds a schema; the path is relative to the file. */
export function withModeline(schema: string, yaml: string): string {
  return `# yaml-language-server: $schema=${schema}\n${yaml}`;
}

/** What a new project starts with, by the type of its broker. No secret is in the repository. */
const STARTERS = {
  rabbitmq: {
    variable: 'RABBITMQ_URL',
    entry: `  main:
    type: rabbitmq
    # Both from the environment, so that no secret is in the repository.
    url: \${RABBITMQ_URL:-amqp://guest:guest@localhost:5672}
    management: \${RABBITMQ_MANAGEMENT_URL:-http://localhost:15672}
`,
    owns: 'main: ["queue/%2F/*", "exchange/%2F/*"]',
    example: `# Order events: publishers send to the topic exchange "events"; what a consumer cannot handle ends in a queue
# of its own instead of being lost. Change it to your own; "brokerform plan" shows what would happen.
rabbitmq:
  exchanges:
    events: { type: topic }
    dead-letters: { type: topic }

  queues:
    order-notifications:
      type: quorum
      dead-letter: { exchange: dead-letters, routing-key: order-notifications }
      max-length: 100000
      delivery-limit: 5
      bindings:
        - { from: events, key: order.# }

    order-notifications.failed:
      type: quorum
      message-ttl: 14d
      max-length: 100000
      bindings:
        - { from: dead-letters, key: order-notifications }

# What must stay true of it: "brokerform test" checks this offline.
tests:
  - name: an order that its consumer rejects is kept
    publish: { exchange: events, key: order.created }
    rejected-by: order-notifications
    ends-in: order-notifications.failed
`,
  },
  kafka: {
    variable: 'KAFKA_BOOTSTRAP',
    entry: '  events:\n    type: kafka\n    bootstrap: ["${KAFKA_BOOTSTRAP:-localhost:9092}"]\n',
    owns: 'events: ["topic/orders.*"]',
    example: `# Order events, kept for two weeks, and the last state of each order. The replication factor is the cluster's default.
# Change it to your own; "brokerform plan" shows what would happen.
kafka:
  topics:
    orders.events:
      partitions: 6
      configs: { retention.ms: 14d }

    orders.state:
      partitions: 6
      configs: { cleanup.policy: compact }

# What must stay true of it: "brokerform test" checks this offline. Another number of partitions would move most keys.
tests:
  - name: all events of an order are in one partition
    publish: { topic: orders.events, key: order-1 }
    partition: 4
`,
  },
  nats: {
    variable: 'NATS_URL',
    entry: '  streams:\n    type: nats\n    servers: ["${NATS_URL:-nats://localhost:4222}"]\n',
    owns: 'streams: ["stream/ORDERS*"]',
    example: `# Order events, kept for a month, and who works on them. What a consumer gives up is told in the second stream.
# Change it to your own; "brokerform plan" shows what would happen.
nats:
  streams:
    ORDERS:
      subjects: [orders.>]
      max_bytes: 1GiB
      max_age: 30d
      consumers:
        order-processor:
          ack_wait: 30s
          max_deliver: 5
          filter_subject: orders.created

    ORDERS_GIVEN_UP:
      subjects: [$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.ORDERS.>]
      max_bytes: 64MiB
      max_age: 90d

# What must stay true of it: "brokerform test" checks this offline.
tests:
  - name: a created order is stored and processed
    publish: { subject: orders.created }
    stored-in: ORDERS
    delivered-to: ORDERS/order-processor
`,
  },
} as const;

export type StarterType = keyof typeof STARTERS;
export const STARTER_TYPES = Object.keys(STARTERS) as StarterType[];

/** The types whose variable is set; RabbitMQ, which has a default, where none is. */
export function liveTypes(env: Readonly<Record<string, string | undefined>>): StarterType[] {
  const named = STARTER_TYPES.filter((type) => env[STARTERS[type].variable]);
  return named.length > 0 ? named : ['rabbitmq'];
}

/** @param environment that pipelines use */
export function configText(directory: string, types: readonly StarterType[], environment?: string): string {
  // Folder names may hold anything; a project is named in plans and comments.
  const project = directory.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'example';
  return `# What this repository declares, and the brokers it is for.
project: ${JSON.stringify(project)}
topologies: [topologies/**/*.yaml]

brokers:
${types.map((type) => STARTERS[type].entry).join('')}
# What is on the broker and not declared here is never touched, unless it is owned and --prune is given:
# owns:
${types.map((type) => `#   ${STARTERS[type].owns}\n`).join('')}${environment === undefined ? '' : environmentText(environment)}`;
}

function environmentText(name: string): string {
  return `
environments:
  # Pipelines plan and apply with --env ${name}. What differs from the brokers above goes here.
  ${name}: {}
`;
}

/** File name → text, in the folder of topologies; one type alone is called `example.yaml`. */
export function exampleFiles(types: readonly StarterType[]): [string, string][] {
  return types.map((type) => [`${types.length === 1 ? 'example' : type}.yaml`, STARTERS[type].example]);
}
