import { Cluster } from '../../../src/brokers/kafka/session/cluster.ts';
import { CLUSTER_METADATA, DescribeQuorum } from '../../../src/brokers/kafka/session/protocol/cluster.ts';
import { readSettings } from '../../../src/brokers/kafka/session/settings.ts';
/** The node that is the cluster's controller right now. */
export async function activeController(bootstrap: readonly string[]): Promise<number> {
  const settings = { bootstrap: [...bootstrap] };
  const resolve = (text: string) => text;
  const cluster = await Cluster.open(
    readSettings({ name: 'quorum', type: 'kafka', settings, resolve, timeout: 5_000 }),
  );
  try {
    const request = { topics: [CLUSTER_METADATA] };
    const response = await cluster.read(DescribeQuorum, request);
    return response.topics[0]?.partitions[0]?.leader ?? -1;
  } finally {
    cluster.close();
  }
}
