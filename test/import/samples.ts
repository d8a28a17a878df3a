/** One rich file for each format of other tools: every part of it that brokerform reads, and some that it does not. */
export const SAMPLES: Readonly<Record<string, string>> = {
  'asyncapi 3': `asyncapi: 3.0.0
info: { title: Shop, version: 1.2.0 }
defaultContentType: application/json
servers:
  kafka:
    host: kafka.example:9092
    protocol: kafka-secure
    bindings: { kafka: { schemaRegistryUrl: "https://registry.example" } }
  rabbit: { host: "rabbit.example:5672", protocol: amqps }
channels:
  orderPlaced:
    address: shop.orders.placed
    servers: [{ $ref: "#/servers/kafka" }]
    messages: { placed: { $ref: "#/components/messages/placed" } }
    bindings:
      kafka:
        partitions: 12
        replicas: 3
        topicConfiguration:
          cleanup.policy: [delete, compact]
          retention.ms: 604800000
          confluent.key.schema.validation: true
        bindingVersion: 0.5.0
  stock:
    address: shop.{region}.stock
    parameters: { region: { enum: [eu, us], description: where } }
    bindings: { kafka: { partitions: 6 } }
  anyone:
    address: users/{id}
    servers: [{ $ref: "#/servers/kafka" }]
    parameters: { id: { description: whoever } }
  mail:
    address: mail.send
    bindings:
      amqp:
        is: routingKey
        name: mail.send
        channel: { $ref: "#/channels/mailQueue" }
        exchange: { name: mails, type: topic, durable: true, autoDelete: false, vhost: /shop }
        bindingVersion: 0.4.0
  mailQueue:
    address: mail-out
    bindings:
      amqp:
        is: queue
        queue: { name: mail-out, durable: true, exclusive: false, autoDelete: false, vhost: /shop }
  audit:
    address: null
    bindings: { $ref: "#/components/channelBindings/audit" }
  work:
    address: work.todo
    bindings: { nats: { queue: { name: workers } } }
operations:
  place:
    action: send
    channel: { $ref: "#/channels/orderPlaced" }
    traits: [{ bindings: { kafka: { clientId: { type: string } } } }]
    bindings: { kafka: { groupId: { type: string, enum: [g] }, bindingVersion: 0.5.0 } }
  sendMail:
    action: send
    channel: { $ref: "#/channels/mail" }
    bindings: { amqp: { cc: [mail.copy], deliveryMode: 2 } }
components:
  messages: { placed: { payload: { type: object } } }
  channelBindings:
    audit: { kafka: { topic: audit-log, partitions: 3, replicas: 3 } }
    unused: { kafka: { topic: nope } }
`,
  'asyncapi 2': `asyncapi: 2.6.0
info: { title: Mail, version: 1.0.0 }
servers:
  rabbit: { url: rabbit.example, protocol: amqp }
channels:
  mail/send:
    description: Mails to send
    publish:
      operationId: send
      message: { payload: { type: object } }
      bindings: { amqp: { bcc: [audit], priority: 3 } }
    bindings:
      amqp:
        is: routingKey
        exchange: { name: mails, type: direct }
        queue: { name: outbox, durable: true }
  mail/done:
    bindings:
      amqp: { is: queue, queue: { name: done, exclusive: true } }
  mail/none: {}
`,
  'kafka-gitops': `settings:
  ccloud: { enabled: false }
  topics:
    defaults: { replication: 3, partitions: 6 }
    blacklist: { prefixed: [_confluent] }
  services: { acls: { describeTopicEnabled: true } }
topics:
  orders: { partitions: 12, configs: { cleanup.policy: compact, segment.bytes: 2000000 } }
  payments: {}
  __consumer_offsets: { partitions: 50 }
services:
  billing:
    type: application
    principal: User:billing
    group-id: bills
    consumes: [orders]
    produces: [payments]
  sink:
    type: kafka-connect
    principal: User:sink
    storage-topics: { config: sink-config }
    connectors:
      to-db: { consumes: [payments] }
  agg:
    type: kafka-streams
    principal: User:agg
    application-id: agg-v2
    consumes: [orders]
  cloudy: { type: application, produces: [orders] }
users:
  ada: { principal: "User:ada", roles: [reader, operator] }
customServiceAcls:
  billing:
    prefixed:
      { name: service., type: TOPIC, pattern: PREFIXED, host: "*", principal: "User:billing", operation: READ, permission: ALLOW }
customUserAcls:
  ada:
    no: { name: secret, type: TOPIC, pattern: LITERAL, host: 10.0.0.1, operation: ALL, permission: DENY }
`,
  strimzi: `apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaTopic
metadata:
  name: orders
  namespace: kafka
  labels: { strimzi.io/cluster: my-cluster }
spec:
  partitions: 12
  replicas: 3
  config: { retention.ms: 604800000, cleanup.policy: "compact,delete" }
status: { observedGeneration: 1 }
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaUser
metadata: { name: billing, labels: { strimzi.io/cluster: my-cluster } }
spec:
  authentication: { type: scram-sha-512, password: { valueFrom: { secretKeyRef: { name: s, key: k } } } }
  authorization:
    type: simple
    acls:
      - { resource: { type: topic, name: orders, patternType: literal }, operations: [Describe, Read], host: "*" }
      - { resource: { type: group, name: billing-, patternType: prefix }, operations: [Read] }
      - { resource: { type: cluster }, operation: IdempotentWrite }
  quotas: { producerByteRate: 1048576, requestPercentage: 55 }
  template: { secret: { metadata: { labels: { a: b } } } }
---
apiVersion: kafka.strimzi.io/v1beta2
kind: KafkaUser
metadata: { name: edge, labels: { strimzi.io/cluster: my-cluster } }
spec: { authentication: { type: tls }, quotas: { consumerByteRate: 1000 } }
---
apiVersion: kafka.strimzi.io/v1beta2
kind: Kafka
metadata: { name: my-cluster }
spec: { kafka: { replicas: 3 } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: app }
`,
  topicctl: `meta: { name: orders, cluster: main, environment: prod, region: eu, description: All orders }
spec:
  partitions: 9
  replicationFactor: 3
  retentionMinutes: 10080
  settings: { cleanup.policy: delete, max.message.bytes: 5242880 }
  placement: { strategy: cross-rack, picker: randomized }
  migration: { throttleMB: 50, partitionBatchSize: 3 }
---
meta: { name: fixed, cluster: main, environment: prod, region: eu }
spec:
  partitions: 2
  replicationFactor: 2
  placement: { strategy: static, staticAssignments: [[1, 2], [2, 3]] }
---
meta: { name: racks, cluster: main, environment: prod, region: eu }
spec: { partitions: 3, replicationFactor: 2, placement: { strategy: balanced-leaders } }
---
meta: { name: billing-acls, cluster: main, environment: prod, region: eu }
spec:
  acls:
    - resource: { type: topic, name: orders, patternType: literal, principal: "User:billing", host: "*", permission: allow }
      operations: [read, describe]
---
meta: { name: main, environment: prod, region: eu }
spec: { bootstrapAddrs: ["b:9092"], versionMajor: v2 }
`,
  'rabbitmq-operator': `apiVersion: v1
kind: List
items:
  - apiVersion: rabbitmq.com/v1beta1
    kind: Vhost
    metadata: { name: shop, namespace: mq, uid: abc }
    spec:
      name: shop
      tags: [eu]
      defaultQueueType: quorum
      limits: { connections: 100, queues: 50 }
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Queue
    metadata: { name: orders, namespace: mq }
    spec:
      name: orders
      vhost: shop
      type: quorum
      durable: true
      deleteIfEmpty: true
      arguments: { x-message-ttl: 86400000, x-max-length: 1000 }
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Exchange
    metadata: { name: events, namespace: mq }
    spec: { name: events, vhost: shop, type: topic, durable: true, rabbitmqClusterReference: { name: rmq } }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Binding
    metadata: { name: b, namespace: mq }
    spec:
      vhost: shop
      source: events
      destination: orders
      destinationType: queue
      routingKey: order.#
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Policy
    metadata: { name: p, namespace: mq }
    spec:
      name: limit
      vhost: shop
      pattern: ^o
      applyTo: queues
      priority: 2
      definition: { max-length: 10000 }
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: rabbitmq.com/v1beta1
    kind: OperatorPolicy
    metadata: { name: op, namespace: mq }
    spec: { name: cap, vhost: shop, pattern: .*, definition: { max-length: 1 }, rabbitmqClusterReference: { name: rmq } }
  - apiVersion: rabbitmq.com/v1beta1
    kind: User
    metadata: { name: app, namespace: mq }
    spec:
      tags: [management]
      importCredentialsSecret: { name: app-secret }
      limits: { connections: 5 }
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: v1
    kind: Secret
    metadata: { name: app-secret, namespace: mq }
    type: Opaque
    stringData: { username: app, password: hunter2 }
  - apiVersion: rabbitmq.com/v1beta1
    kind: User
    metadata: { name: made-up, namespace: mq }
    spec: { rabbitmqClusterReference: { name: rmq } }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Permission
    metadata: { name: pe, namespace: mq }
    spec:
      vhost: shop
      userReference: { name: app }
      permissions: { write: .*, read: "" }
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Permission
    metadata: { name: pf, namespace: mq }
    spec: { vhost: shop, user: legacy, permissions: { read: .* }, rabbitmqClusterReference: { name: rmq } }
  - apiVersion: rabbitmq.com/v1beta1
    kind: TopicPermission
    metadata: { name: tp, namespace: mq }
    spec:
      vhost: shop
      user: legacy
      permissions: { exchange: events, write: ^a, read: ^b }
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Shovel
    metadata: { name: sh, namespace: mq }
    spec:
      name: move
      vhost: shop
      uriSecret: { name: shovel-uris }
      ackMode: on-confirm
      srcQueue: a
      destQueue: b
      reconnectDelay: 30
      srcDeleteAfter: never
      rabbitmqClusterReference: { name: rmq }
  - apiVersion: rabbitmq.com/v1beta1
    kind: Federation
    metadata: { name: fe, namespace: mq }
    spec: { name: up, vhost: shop, uriSecret: { name: fed }, messageTTL: 60000, rabbitmqClusterReference: { name: rmq } }
  - apiVersion: rabbitmq.com/v1alpha1
    kind: SuperStream
    metadata: { name: invoices, namespace: mq }
    spec: { name: invoices, vhost: shop, partitions: 2, rabbitmqClusterReference: { name: rmq } }
  - apiVersion: rabbitmq.com/v1beta1
    kind: SchemaReplication
    metadata: { name: s, namespace: mq }
    spec: { endpoints: "a:5672", rabbitmqClusterReference: { name: rmq } }
`,
};
