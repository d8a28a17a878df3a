import { randomUUID } from 'node:crypto';
import kafkajs, { type Admin, type EachMessagePayload, type Kafka } from 'kafkajs';

// Node finds no named exports in it; vitest does.
const {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  ConfigResourceTypes,
  ConfigSource,
  logLevel,
  Partitioners,
  ResourcePatternTypes,
} = kafkajs;

export interface ListedTopic {
  readonly partitions: number;
  /** Of each partition, in order. */
  readonly replicas: readonly number[];
  /** Overrides, and the effective values of the configs that were asked for. */
  readonly configs: Readonly<Record<string, string>>;
}

const THROTTLED_REPLICAS = [
  'leader.replication.throttled.replicas',
  'follower.replication.throttled.replicas',
];
const THROTTLED_RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate'];

const OPERATIONS = new Map([
  [AclOperationTypes.READ, 'read'],
  [AclOperationTypes.WRITE, 'write'],
  [AclOperationTypes.DESCRIBE, 'describe'],
]);

/** Looks at the topics whose names begin alike, and their ACLs, by kafkajs alone: apart from the sessions it judges. */
export class Stranger {
  readonly #kafka: Kafka;
  readonly #admin: Admin;
  readonly #prefix: string;

  private constructor(kafka: Kafka, prefix: string) {
    this.#kafka = kafka;
    this.#admin = kafka.admin();
    this.#prefix = prefix;
  }

  static async connect(bootstrap: readonly string[], prefix: string): Promise<Stranger> {
    const kafka = new kafkajs.Kafka({
      brokers: [...bootstrap],
      logLevel: logLevel.NOTHING,
      retry: { retries: 4, initialRetryTime: 100 },
    });
    const stranger = new Stranger(kafka, prefix);
    await stranger.#admin.connect();
    return stranger;
  }

  async names(): Promise<string[]> {
    return (await this.#admin.listTopics()).filter((name) => name.startsWith(this.#prefix)).sort();
  }

  /** @param named configs whose effective values are wanted, by topic */
  async topics(named: (topic: string) => readonly string[] = () => []): Promise<Map<string, ListedTopic>> {
    const names = await this.names();
    if (names.length === 0) return new Map();
    const [metadata, described] = await Promise.all([
      this.#admin.fetchTopicMetadata({ topics: names }),
      this.#admin.describeConfigs({
        includeSynonyms: false,
        resources: names.map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
      }),
    ]);
    const configs = new Map(
      described.resources.map(({ resourceName, configEntries }) => {
        const asked = named(resourceName);
        const told = configEntries.filter(
          ({ configName, configSource }) =>
            configSource === ConfigSource.TOPIC_CONFIG || asked.includes(configName),
        );
        return [resourceName, Object.fromEntries(told.map((entry) => [entry.configName, entry.configValue]))];
      }),
    );
    return new Map(
      metadata.topics.map(({ name, partitions }) => {
        const sorted = partitions.toSorted((a, b) => a.partitionId - b.partitionId);
        const replicas = sorted.map((partition) => new Set(partition.replicas).size);
        return [name, { partitions: partitions.length, replicas, configs: configs.get(name) ?? {} }];
      }),
    );
  }

  /** `principal operation topic`, of what allows literally named topics, in order. */
  async acls(): Promise<string[]> {
    const found = await this.#admin.describeAcls({
      resourceType: AclResourceTypes.TOPIC,
      resourcePatternType: ResourcePatternTypes.LITERAL,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ALLOW,
    });
    return found.resources
      .filter(({ resourceName }) => resourceName.startsWith(this.#prefix))
      .flatMap(({ resourceName, acls }) =>
        acls.map(({ principal, operation }) => `${principal} ${OPERATIONS.get(operation)} ${resourceName}`),
      )
      .sort();
  }

  /** Asks for the offsets of a group, for which the brokers need their internal topic. */
  async findCoordinator(group: string): Promise<void> {
    // While they make it, they have no coordinator to answer.
    await this.#admin.fetchOffsets({ groupId: group }).catch(() => {});
  }

  async create(
    name: string,
    partitions?: number,
    configs: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const configEntries = Object.entries(configs).map(([key, value]) => ({ name: key, value }));
    const topic = {
      topic: name,
      ...(partitions !== undefined && { numPartitions: partitions }),
      ...(configEntries.length > 0 && { configEntries }),
    };
    await this.#admin.createTopics({ topics: [topic], waitForLeaders: false });
  }

  /** Produces a record for each key, and tells which partition the broker put it into. */
  async partitionsOf(name: string, keys: readonly string[]): Promise<Map<string, number>> {
    const producer = this.#kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });
    await producer.connect();
    const found = new Map<string, number>();
    for (const key of keys) {
      const [stored] = await producer.send({ topic: name, messages: [{ key, value: 'x' }] });
      found.set(key, stored?.partition ?? -1);
    }
    await producer.disconnect();
    return found;
  }

  async produce(name: string, values: readonly string[]): Promise<void> {
    const producer = this.#kafka.producer();
    await producer.connect();
    await producer.send({ topic: name, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
  }

  /** Fills partitions with about as many bytes each. */
  async fill(name: string, partitions: readonly number[], bytes: number): Promise<void> {
    const size = 500_000;
    const producer = this.#kafka.producer();
    await producer.connect();
    for (const partition of partitions) {
      for (let i = 0; i < bytes / size; i++) {
        await producer.send({ topic: name, messages: [{ partition, value: 'x'.repeat(size) }] });
      }
    }
    await producer.disconnect();
  }

  /** Moves partitions to other brokers, without a throttle, and does not wait. */
  async move(name: string, replicas: Readonly<Record<number, number[]>>): Promise<void> {
    const partitionAssignment = Object.entries(replicas).map(([partition, ids]) => ({
      partition: Number(partition),
      replicas: ids,
    }));
    await this.#admin.alterPartitionReassignments({ topics: [{ topic: name, partitionAssignment }] });
  }

  /** Partitions that are on their way. */
  async moving(name: string): Promise<number[]> {
    const { topics } = await this.#admin.listPartitionReassignments({});
    // Not what the types of kafkajs say.
    const listed = topics as unknown as readonly { name: string; partitions: { partition: number }[] }[];
    const own = listed.find((one) => one.name === name);
    return (own?.partitions ?? []).map(({ partition }) => partition).sort();
  }

  /** All that slows a topic and the brokers down. */
  async throttles(name: string): Promise<string[]> {
    const { brokers } = await this.#admin.describeCluster();
    const asked = [
      { type: ConfigResourceTypes.TOPIC, name, configNames: [...THROTTLED_REPLICAS] },
      ...brokers.map(({ nodeId }) => ({
        type: ConfigResourceTypes.BROKER,
        name: String(nodeId),
        configNames: [...THROTTLED_RATES],
      })),
    ];
    // Of a broker only that broker itself can be asked, which kafkajs sees to for one resource at a time.
    const responses = await Promise.all(
      asked.map((resource) => this.#admin.describeConfigs({ includeSynonyms: false, resources: [resource] })),
    );
    return responses
      .flatMap(({ resources }) => resources.flatMap(({ configEntries }) => configEntries))
      .map(({ configValue }) => configValue)
      .filter((value) => value !== null && value !== undefined && value !== '');
  }

  /** Asks for the deletion of the records of the first partition before an offset. */
  async deleteRecords(name: string, before: number): Promise<void> {
    const partitions = [{ partition: 0, offset: String(before) }];
    await this.#admin.deleteTopicRecords({ topic: name, partitions });
  }

  /** The offsets of the records that are in the first partition. */
  async offsets(name: string): Promise<number[]> {
    const [end] = await this.#admin.fetchTopicOffsets(name);
    const found: number[] = [];
    const consumer = this.#kafka.consumer({
      groupId: `${name}-${randomUUID()}`,
      maxWaitTimeInMs: 100,
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [name], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      const eachMessage = async ({ message }: EachMessagePayload) => {
        found.push(Number(message.offset));
        if (Number(message.offset) >= Number(end?.high) - 1) resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
    await consumer.disconnect();
    return found;
  }

  async delete(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#admin.deleteTopics({ topics: [...names], timeout: 20_000 });
  }

  /** Removes what is left, and ends. */
  async close(): Promise<void> {
    // A broker may still list what is gone already.
    await this.delete(await this.names()).catch(() => {});
    await this.disconnect();
  }

  async disconnect(): Promise<void> {
    await this.#admin.disconnect();
  }
}
