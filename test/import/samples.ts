/** The head of a Terraform state. */
const STATE = `version: 4
terraform_version: 1.11.4
serial: 12
lineage: 0a5f3d2c-0000-4000-8000-000000000001
outputs: { password: { value: hunter2, type: string, sensitive: true } }
check_results: null
resources:
`;

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
  julie: `context: acme
company: shop
env: prod
projects:
  - name: sales
    consumers:
      - { principal: "User:billing", group: billing-* }
      - { principal: "User:audit", metadata: { owner: x } }
    producers:
      - { principal: "User:web", transactionId: web, metadata: { system: web } }
      - { principal: "User:batch", idempotence: "true" }
    streams:
      - { principal: "User:agg", applicationId: agg, exactlyOnce: true, topics: { read: [acme.a], write: [acme.b] } }
      - { principal: "User:join", topics: { read: [acme.c] } }
    connectors:
      - { principal: "User:connect", group: sink, status_topic: sink-status, topics: { write: [acme.d] } }
    schemas: [{ principal: "User:s", subjects: [x] }]
    rbac: [{ Operator: [{ principal: "User:o" }] }]
    topics:
      - name: orders
        config: { replication.factor: "3", num.partitions: 12, retention.ms: "604800000" }
        consumers: [{ principal: "User:one" }]
        metadata: { domain: sales }
      - { name: payments, dataType: avro, plan: small, config: { cleanup.policy: compact } }
special_topics: [{ name: shared, config: { num.partitions: "1" } }]
platform: { schema_registry: { instances: [{ principal: "User:sr" }] } }
`,
  nack: `apiVersion: v1
kind: List
items:
  - apiVersion: jetstream.nats.io/v1beta2
    kind: Stream
    metadata: { name: orders, namespace: shop }
    spec:
      name: ORDERS
      account: shop
      description: All orders
      subjects: [orders.>]
      storage: file
      retention: limits
      maxAge: 8760h30m
      maxMsgsPerSubject: 0
      duplicateWindow: 1m30s
      replicas: 3
      placement: { cluster: eu, tags: [ssd] }
      subjectTransform: { source: orders.*, dest: "orders.{{wildcard(1)}}" }
      republish: { source: orders.paid, destination: live.paid }
      consumerLimits: { inactiveThreshold: 1h, maxAckPending: 500 }
      metadata: { team: shop }
      preventDelete: true
      servers: ["nats://nats:4222"]
  - apiVersion: jetstream.nats.io/v1beta2
    kind: Stream
    metadata: { name: copy, namespace: shop }
    spec: { name: COPY, account: shop, mirror: { name: ORDERS, filterSubject: orders.eu.>, externalApiPrefix: $JS.hub.API } }
  - apiVersion: jetstream.nats.io/v1beta2
    kind: Consumer
    metadata: { name: billing, namespace: shop }
    spec:
      streamName: ORDERS
      durableName: billing
      account: shop
      deliverPolicy: lastPerSubject
      ackPolicy: explicit
      ackWait: 45s
      maxDeliver: 3
      backoff: [1s, 1m30s]
      filterSubjects: [orders.a, orders.b]
      maxRequestBatch: 10
      maxRequestExpires: 30s
      metadata: { owner: billing }
  - apiVersion: jetstream.nats.io/v1beta2
    kind: Consumer
    metadata: { name: elsewhere, namespace: shop }
    spec: { streamName: OTHER, durableName: x, account: shop, ackPolicy: none }
  - apiVersion: jetstream.nats.io/v1beta2
    kind: KeyValue
    metadata: { name: profiles, namespace: shop }
    spec: { bucket: profiles, account: shop, history: 5, ttl: 1h, maxValueSize: 1024, storage: file, replicas: 1, limitMarkerTtl: 30000000000 }
  - apiVersion: jetstream.nats.io/v1beta2
    kind: ObjectStore
    metadata: { name: files, namespace: shop }
    spec: { bucket: files, account: shop, compression: true, maxBytes: 1048576, storage: memory }
  - apiVersion: jetstream.nats.io/v1beta2
    kind: Account
    metadata: { name: shop, namespace: shop }
    spec: { name: shop, servers: ["nats://nats:4222"], user: { secret: { name: s }, user: u, password: hunter2 } }
`,
  natscli: `config:
  name: ORDERS
  subjects: [orders.>]
  retention: limits
  max_consumers: -1
  max_msgs: -1
  max_bytes: 1073741824
  max_age: 31536000000000000
  max_msgs_per_subject: -1
  max_msg_size: -1
  discard: old
  storage: file
  num_replicas: 1
  duplicate_window: 120000000000
  sealed: false
  deny_delete: false
  placement: { cluster: eu }
  consumer_limits: {}
  metadata: { _nats.ver: 2.12.0, team: shop }
created: 2026-01-01T00:00:00Z
state: { messages: 5, bytes: 100 }
---
stream_name: ORDERS
name: billing
config:
  ack_policy: explicit
  ack_wait: 45000000000
  deliver_policy: all
  durable_name: billing
  name: billing
  filter_subject: orders.paid
  max_ack_pending: 1000
  max_deliver: -1
  max_waiting: 512
  replay_policy: instant
  num_replicas: 0
created: 2026-01-01T00:00:00Z
delivered: { consumer_seq: 0 }
num_pending: 3
---
stream_name: ORDERS
name: tmp
config: { ack_policy: none, deliver_policy: all }
---
config: { name: KV_profiles, subjects: [$KV.profiles.>], retention: limits, storage: file, max_msgs_per_subject: 5, max_age: 3600000000000, discard: new, allow_rollup_hdrs: true, deny_delete: true, allow_direct: true }
state: {}
---
name: PLAIN
subjects: [plain.*]
retention: workqueue
storage: memory
`,
  'terraform rabbitmq': `${STATE}  - mode: data
    type: rabbitmq_vhost
    name: shared
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances: [{ schema_version: 0, attributes: { name: shared } }]
  - mode: managed
    type: aws_mq_broker
    name: main
    provider: provider["registry.terraform.io/hashicorp/aws"]
    instances: [{ schema_version: 0, attributes: { id: b-1, password: hunter2 } }]
  - mode: managed
    type: rabbitmq_binding
    name: orders
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - index_key: eu
        schema_version: 0
        attributes:
          id: shop/events/orders.eu/queue/order.eu
          vhost: shop
          source: events
          destination: orders.eu
          destination_type: queue
          routing_key: order.eu
          properties_key: order.eu
          arguments: {}
          arguments_json: null
        sensitive_attributes: []
        private: bnVsbA==
        dependencies: [rabbitmq_exchange.events]
  - module: module.shop["eu"]
    mode: managed
    type: rabbitmq_exchange
    name: events
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 0
        attributes:
          id: events@shop
          name: events
          vhost: shop
          settings: [{ type: topic, durable: true, auto_delete: false, arguments: { alternate-exchange: lost } }]
  - mode: managed
    type: rabbitmq_exchange_fanout
    name: lost
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 0
        attributes:
          id: lost@shop
          name: lost
          vhost: shop
          type: fanout
          durable: true
          auto_delete: false
          internal: true
          alternate_exchange: ""
          argument: [{ key: x-copies, value: "2", type: numeric }, { key: x-note, value: a, type: string }]
  - mode: managed
    type: rabbitmq_queue
    name: orders
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - index_key: eu
        schema_version: 0
        attributes:
          id: orders.eu@shop
          name: orders.eu
          vhost: shop
          settings:
            - arguments: null
              arguments_json: '{"x-queue-type": "quorum", "x-delivery-limit": 5}'
              auto_delete: false
              durable: true
        sensitive_attributes: [[{ type: get_attr, value: vhost }]]
      - index_key: us
        schema_version: 0
        status: tainted
        attributes:
          id: orders.us@shop
          name: orders.us
          vhost: shop
          settings: [{ arguments: { x-queue-type: classic }, auto_delete: false, durable: true }]
  - mode: managed
    type: rabbitmq_policy
    name: limits
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 0
        attributes:
          id: limits@shop
          name: limits
          vhost: shop
          policy: [{ pattern: ^orders, priority: 3, apply_to: queues, definition: { message-ttl: "60000", overflow: reject-publish } }]
  - mode: managed
    type: rabbitmq_operator_policy
    name: cap
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 0
        attributes:
          name: cap
          vhost: shop
          policy: [{ pattern: .*, priority: 0, apply_to: queues, definition: { max-length: "1000000" } }]
  - mode: managed
    type: rabbitmq_vhost
    name: shop
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 0
        attributes: { id: shop, name: shop, description: All of it, default_queue_type: quorum, max_connections: "500", max_queues: "", tracing: true }
  - mode: managed
    type: rabbitmq_user
    name: app
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 0
        attributes: { id: app, name: app, password: hunter2, tags: [management], max_connections: "5", max_channels: null }
        sensitive_attributes: [[{ type: get_attr, value: password }]]
  - mode: managed
    type: rabbitmq_permissions
    name: app
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances: [{ schema_version: 0, attributes: { id: app@shop, user: app, vhost: shop, permissions: [{ configure: "", write: .*, read: .* }] } }]
  - mode: managed
    type: rabbitmq_topic_permissions
    name: app
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances: [{ schema_version: 0, attributes: { id: app@shop, user: app, vhost: shop, permissions: [{ exchange: events, write: ^order, read: "" }, { exchange: lost, write: "", read: ^x }] } }]
  - mode: managed
    type: rabbitmq_shovel
    name: move
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 1
        attributes:
          id: move@shop
          name: move
          vhost: shop
          info:
            - source_uri: amqp://app:hunter2@other/shop
              source_queue: orders.eu
              source_delete_after: "100"
              source_prefetch_count: 0
              destination_uri: amqp://
              destination_queue: orders.us
              destination_publish_properties: { delivery_mode: "2" }
              add_forward_headers: false
              reconnect_delay: 30
  - mode: managed
    type: rabbitmq_federation_upstream
    name: up
    provider: provider["registry.terraform.io/cyrilgdn/rabbitmq"]
    instances:
      - schema_version: 0
        attributes:
          id: up@shop
          name: up
          vhost: shop
          component: federation-upstream
          definition: [{ uri: "amqp://app:hunter2@other", expires: 0, message_ttl: 60000, max_hops: 1, prefetch_count: 1000, reconnect_delay: 5, ack_mode: on-confirm, trust_user_id: false, exchange: "", queue: "" }]
        sensitive_attributes: [[{ type: get_attr, value: definition }, { type: index, value: { value: 0, type: number } }, { type: get_attr, value: uri }]]
`,
  'terraform kafka': `${STATE}  - mode: managed
    type: kafka_topic
    name: events
    provider: provider["registry.terraform.io/mongey/kafka"]
    instances:
      - { index_key: 0, schema_version: 0, attributes: { id: events, name: events, partitions: 12, replication_factor: 3, config: { cleanup.policy: compact, retention.ms: "604800000" } } }
      - { index_key: 1, schema_version: 0, attributes: { id: plain, name: plain, partitions: 1, replication_factor: -1, config: null } }
  - mode: managed
    type: kafka_acl
    name: billing
    provider: provider["registry.terraform.io/mongey/kafka"]
    instances:
      - schema_version: 1
        attributes: { resource_name: bill, resource_type: Topic, resource_pattern_type_filter: Prefixed, acl_principal: "User:billing", acl_host: "*", acl_operation: Read, acl_permission_type: Allow }
  - mode: managed
    type: kafka_quota
    name: app
    provider: provider["registry.terraform.io/mongey/kafka"]
    instances: [{ schema_version: 0, attributes: { entity_name: app, entity_type: client-id, config: { consumer_byte_rate: "5000000" } } }]
  - mode: managed
    type: kafka_quota_composite
    name: both
    provider: provider["registry.terraform.io/mongey/kafka"]
    instances: [{ schema_version: 0, attributes: { entity: [{ type: user, name: app }, { type: client-id, name: "" }], config: { producer_byte_rate: 4000000 } } }]
  - mode: managed
    type: kafka_user_scram_credential
    name: ada
    provider: provider["registry.terraform.io/mongey/kafka"]
    instances: [{ schema_version: 0, attributes: { username: ada, scram_mechanism: SCRAM-SHA-256, scram_iterations: 8192, password: hunter2, password_wo: null, password_wo_version: null } }]
  - mode: managed
    type: kafka_mirror
    name: unknown
    provider: provider["registry.terraform.io/mongey/kafka"]
    instances: [{ schema_version: 0, attributes: { name: x } }]
`,
  'terraform jetstream': `${STATE}  - mode: managed
    type: jetstream_consumer
    name: billing
    provider: provider["registry.terraform.io/nats-io/jetstream"]
    instances:
      - schema_version: 0
        attributes: { id: JETSTREAM_STREAM_ORDERS_CONSUMER_billing, stream_id: JETSTREAM_STREAM_ORDERS, durable_name: billing, deliver_all: true, filter_subject: orders.paid, ack_policy: explicit, ack_wait: 45, max_delivery: 5, max_ack_pending: 300, max_waiting: 512, sample_freq: 30, backoff: [45, 60], metadata: { owner: billing }, replay_policy: instant, memory: false, stream_sequence: 0, start_time: "" }
  - mode: managed
    type: jetstream_consumer
    name: elsewhere
    provider: provider["registry.terraform.io/nats-io/jetstream"]
    instances: [{ schema_version: 0, attributes: { stream_id: JETSTREAM_STREAM_OTHER, durable_name: lost, deliver_new: true } }]
  - mode: managed
    type: jetstream_stream
    name: orders
    provider: provider["registry.terraform.io/nats-io/jetstream"]
    instances:
      - schema_version: 0
        attributes:
          id: JETSTREAM_STREAM_ORDERS
          name: ORDERS
          subjects: [orders.>]
          max_age: 31536000
          ack: false
          allow_direct: true
          duplicate_window: 120
          storage: file
          inactive_threshold: 3600000000000
          max_ack_pending: 500
          republish_source: orders.paid
          republish_destination: live.paid
          placement_cluster: eu
          placement_tags: [ssd]
          subject_transform: [{ source: orders.>, destination: orders.> }]
          source: [{ name: OTHER, filter_subject: x.>, start_seq: 5, start_time: "", external: [{ api: $JS.hub.API, deliver: "" }], subject_transform: [] }]
  - mode: managed
    type: jetstream_kv_bucket
    name: profiles
    provider: provider["registry.terraform.io/nats-io/jetstream"]
    instances: [{ schema_version: 0, attributes: { id: JETSTREAM_KV_profiles, name: profiles, history: 10, ttl: 3600, max_value_size: 1024, max_bucket_size: -1, replicas: 1, storage: file, limit_marker_ttl: 30 } }]
  - mode: managed
    type: jetstream_kv_entry
    name: one
    provider: provider["registry.terraform.io/nats-io/jetstream"]
    instances: [{ schema_version: 0, attributes: { bucket: profiles, key: a, value: hunter2 } }]
`,
  'terraform plan': `format_version: "1.2"
terraform_version: 1.11.4
variables: { pw: { value: hunter2 } }
planned_values:
  root_module:
    resources:
      - address: rabbitmq_queue.new
        mode: managed
        type: rabbitmq_queue
        name: new
        provider_name: registry.terraform.io/cyrilgdn/rabbitmq
        schema_version: 0
        values: { name: new, vhost: /, settings: [{ durable: true, auto_delete: false, arguments: null, arguments_json: null }] }
        sensitive_values: { settings: [{}] }
    child_modules:
      - address: module.streams["a"]
        resources:
          - address: module.streams["a"].jetstream_stream.orders
            mode: managed
            type: jetstream_stream
            name: orders
            provider_name: registry.terraform.io/nats-io/jetstream
            schema_version: 0
            values: { name: ORDERS, subjects: [orders.>], max_age: 60, metadata: { a: b } }
            sensitive_values: { metadata: { a: true } }
          - address: module.streams["a"].jetstream_consumer.billing
            mode: managed
            type: jetstream_consumer
            name: billing
            provider_name: registry.terraform.io/nats-io/jetstream
            schema_version: 0
            values: { durable_name: billing, start_time: "2026-01-01T00:00:00Z", filter_subjects: [orders.a, orders.b] }
            sensitive_values: {}
        child_modules:
          - address: module.streams["a"].module.acls
            resources:
              - address: module.streams["a"].module.acls.confluent_kafka_topic.orders
                mode: managed
                type: confluent_kafka_topic
                name: orders
                provider_name: registry.terraform.io/confluentinc/confluent
                schema_version: 2
                values: { topic_name: orders, partitions_count: 6, config: { cleanup.policy: compact }, kafka_cluster: [{ id: lkc-1 }], rest_endpoint: "https://example", credentials: [{ key: K, secret: hunter2 }] }
                sensitive_values: { credentials: [{ key: true, secret: true }] }
              - address: module.streams["a"].module.acls.confluent_kafka_acl.billing
                mode: managed
                type: confluent_kafka_acl
                name: billing
                provider_name: registry.terraform.io/confluentinc/confluent
                schema_version: 2
                values: { resource_type: TRANSACTIONAL_ID, resource_name: t, pattern_type: LITERAL, principal: "User:sa-1", host: "*", operation: DESCRIBE, permission: ALLOW, kafka_cluster: [{ id: lkc-1 }] }
resource_changes: [{ address: rabbitmq_queue.new, change: { actions: [create] } }]
prior_state:
  values: { root_module: { child_modules: [{ resources: [{ address: 'module.streams["a"].jetstream_stream.orders' }] }] } }
configuration:
  root_module:
    resources: [{ address: rabbitmq_queue.new, provider_config_key: rabbitmq.eu }]
    module_calls:
      streams:
        module:
          resources:
            - { address: jetstream_stream.orders, provider_config_key: jetstream }
            - address: jetstream_consumer.billing
              provider_config_key: jetstream
              expressions: { stream_id: { references: [jetstream_stream.orders.id, jetstream_stream.orders] } }
`,
};
