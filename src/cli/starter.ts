/** Where `init` puts the JSON Schemas, so that editors find them offline and in the version that wrote the files. */
export const SCHEMA_FILES = {
  config: '.brokerform/config.schema.json',
  topology: '.brokerform/topology.schema.json',
} as const;

/** The comment by which the YAML language server finds a schema; the path is relative to the file. */
export function withModeline(schema: string, yaml: string): string {
  return `# yaml-language-server: $schema=${schema}\n${yaml}`;
}

export function configText(directory: string): string {
  // Folder names may hold anything; a project is named in plans and comments.
  const project = directory.replace(/[^A-Za-z0-9._-]+/g, '-').replace(/^[^A-Za-z0-9]+/, '') || 'example';
  return `# What this repository declares, and the brokers it is for.
project: ${JSON.stringify(project)}
topologies: [topologies/**/*.yaml]

brokers:
  main:
    type: rabbitmq
    # Both from the environment, so that no secret is in the repository.
    url: \${RABBITMQ_URL:-amqp://guest:guest@localhost:5672}
    management: \${RABBITMQ_MANAGEMENT_URL:-http://localhost:15672}

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
