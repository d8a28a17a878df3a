/** Where `init` puts the JSON Schemas, so that editors find them offline and in the version that wrote the files. */
export const SCHEMA_FILES = {
  config: '.brokerform/config.schema.json',
  topology: '.brokerform/topology.schema.json',
} as const;

/** The comment by which the YAML language server finds a schema; the path is relative to the file. */
export function withModeline(schema: string, yaml: string): string {
  return `# yaml-language-server: $schema=${schema}\n${yaml}`;
}

/** By type: the variable that names a broker, and its entry in a configuration. No secret is in the repository. */
const BROKERS = {
  rabbitmq: {
    variable: 'RABBITMQ_URL',
    entry: `  main:
    type: rabbitmq
    # Both from the environment, so that no secret is in the repository.
    url: \${RABBITMQ_URL:-amqp://guest:guest@localhost:5672}
    management: \${RABBITMQ_MANAGEMENT_URL:-http://localhost:15672}
`,
  },
  kafka: {
    variable: 'KAFKA_BOOTSTRAP',
    entry: '  events:\n    type: kafka\n    bootstrap: ["${KAFKA_BOOTSTRAP:-localhost:9092}"]\n',
  },
  nats: {
    variable: 'NATS_URL',
    entry: '  streams:\n    type: nats\n    servers: ["${NATS_URL:-nats://localhost:4222}"]\n',
  },
} as const;

type BrokerType = keyof typeof BROKERS;

/** The types whose variable is set; RabbitMQ, which has a default, where none is. */
export function liveTypes(env: Readonly<Record<string, string | undefined>>): BrokerType[] {
  const types = Object.keys(BROKERS) as BrokerType[];
  const named = types.filter((type) => env[BROKERS[type].variable]);
  return named.length > 0 ? named : ['rabbitmq'];
}

export function configText(directory: string, types: readonly BrokerType[]): string {
  // Folder names may hold anything; a project is named in plans and comments.
  const project = directory.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'example';
  return `# What this repository declares, and the brokers it is for.
project: ${JSON.stringify(project)}
topologies: [topologies/**/*.yaml]

brokers:
${types.map((type) => BROKERS[type].entry).join('')}
# What is on the broker and not declared here is never touched, unless it is owned and --prune is given:
# owns:
#   main: ["queue/%2F/*", "exchange/%2F/*"]
`;
}

export const EXAMPLE_TOPOLOGY = `# Order events: publishers send to the topic exchange "events"; what a consumer cannot handle ends in a queue
# of its own instead of being lost. Change it to your own; "brokerform plan" shows what would happen.
rabbitmq:
  exchanges:
    events: { type: topic }
    dead-letters: { type: topic }

  queues:
    order-notifications:
      type: quorum
      dead-letter: { exchange: dead-letters, routing-key: order-notifications }
      delivery-limit: 5
      max-length: 100000
      bindings:
        - { from: events, key: order.# }

    order-notifications.failed:
      type: quorum
      message-ttl: 14d
      max-length: 100000
      bindings:
        - { from: dead-letters, key: order-notifications }
`;
