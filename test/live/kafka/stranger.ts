import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  ConfigResourceTypes,
  ConfigSource,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';

export interface ListedTopic {
  readonly partitions: number;
  /** Of each partition, in order. */
  readonly replicas: readonly number[];
  /** Overrides, and the effective values of the configs that were asked for. */
  readonly configs: Readonly<Record<string, string>>;
}

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
    const kafka = new Kafka({
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

  async create(name: string): Promise<void> {
    await this.#admin.createTopics({ topics: [{ topic: name }], waitForLeaders: false });
  }

  async produce(name: string, values: readonly string[]): Promise<void> {
    const producer = this.#kafka.producer();
    await producer.connect();
    await producer.send({ topic: name, messages: values.map((value) => ({ value })) });
    await producer.disconnect();
  }

  async delete(names: readonly string[]): Promise<void> {
    if (names.length > 0) await this.#admin.deleteTopics({ topics: [...names], timeout: 20_000 });
  }

  /** Removes what is left, and ends. */
  async close(): Promise<void> {
    // A broker may still list what is gone already.
    await this.delete(await this.names()).catch(() => {});
    await this.#admin.disconnect();
  }
}
