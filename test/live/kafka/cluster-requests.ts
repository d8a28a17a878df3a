import { Cluster } from '../../../src/brokers/kafka/session/cluster.ts';
import { CLUSTER_METADATA, DescribeQuorum } from '../../../src/brokers/kafka/session/protocol/cluster.ts';
import {
  BROKER,
  DELETE,
  DescribeConfigs,
  IncrementalAlterConfigs,
  SET,
  TOPIC,
} from '../../../src/brokers/kafka/session/protocol/configs.ts';
import { readSettings } from '../../../src/brokers/kafka/session/settings.ts';

/* Requests that kafkajs does not offer. */

async function withCluster<T>(
  bootstrap: readonly string[],
  run: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const settings = { bootstrap: [...bootstrap] };
  const resolve = (text: string) => text;
  const cluster = await Cluster.open(
    readSettings({ name: 'requests', type: 'kafka', settings, resolve, timeout: 5_000 }),
  );
  try {
    return await run(cluster);
  } finally {
    cluster.close();
  }
}

/** The node that is the cluster's controller right now. */
export function activeController(bootstrap: readonly string[]): Promise<number> {
  return withCluster(bootstrap, async (cluster) => {
    const request = { topics: [CLUSTER_METADATA] };
    const response = await cluster.read(DescribeQuorum, request);
    return response.topics[0]?.partitions[0]?.leader ?? -1;
  });
}

/** Sets a dynamic default of all brokers, or removes it. */
export function setClusterDefault(
  bootstrap: readonly string[],
  name: string,
  value: string | null,
): Promise<void> {
  return withCluster(bootstrap, async (cluster) => {
    const configs = [{ name, operation: value === null ? DELETE : SET, value }];
    const request = { resources: [{ type: BROKER, name: '', configs }], validateOnly: false };
    const { resources } = await cluster.request(IncrementalAlterConfigs, request, 'controller');
    if (resources[0]?.error !== 0) throw new Error(resources[0]?.message ?? 'no answer');
  });
}

/** The effective config of a topic, as the broker that sessions read from shows it. */
export function effectiveConfig(
  bootstrap: readonly string[],
  topic: string,
  config: string,
): Promise<string | null | undefined> {
  return withCluster(bootstrap, async (cluster) => {
    const request = { resources: [{ type: TOPIC, name: topic, keys: [config] }], synonyms: false };
    const response = await cluster.read(DescribeConfigs, request);
    return response.resources[0]?.configs[0]?.value;
  });
}
