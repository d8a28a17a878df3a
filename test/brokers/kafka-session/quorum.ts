import { api } from '../../../src/brokers/kafka/protocol/api.ts';
import { array, int16, int32, int64, string, struct } from '../../../src/brokers/kafka/protocol/codec.ts';
import { Cluster } from '../../../src/brokers/kafka/session/cluster.ts';
import { readSettings } from '../../../src/brokers/kafka/session/settings.ts';

const voters = array(struct({ id: int32, end: int64 }));

const DescribeQuorum = api({
  key: 55,
  name: 'DescribeQuorum',
  version: 0,
  flexible: true,
  question: struct({ topics: array(struct({ name: string, partitions: array(struct({ index: int32 })) })) }),
  answer: struct({
    error: int16,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            ...{ index: int32, error: int16, leader: int32, epoch: int32, highWatermark: int64 },
            ...{ voters, observers: voters },
          }),
        ),
      }),
    ),
  }),
});

/** The node that is the cluster's controller right now. */
export async function activeController(bootstrap: readonly string[]): Promise<number> {
  const settings = { bootstrap: [...bootstrap] };
  const connection = {
    name: 'quorum',
    type: 'kafka',
    settings,
    resolve: (text: string) => text,
    timeout: 5_000,
  };
  const cluster = await Cluster.open(readSettings(connection));
  try {
    const topics = [{ name: '__cluster_metadata', partitions: [{ index: 0 }] }];
    const answer = await cluster.ask(DescribeQuorum, { topics }, { to: 'home', repeatable: true });
    return answer.topics[0]?.partitions[0]?.leader ?? -1;
  } finally {
    cluster.close();
  }
}
