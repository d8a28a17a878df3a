import { Kafka, logLevel } from 'kafkajs';

/** How many brokers of a cluster say that they are up. @throws when none answers, or there is no controller yet. */
export async function countBrokers(bootstrap: readonly string[]): Promise<number> {
  const kafka = new Kafka({
    brokers: [...bootstrap],
    clientId: 'brokerform-local',
    logLevel: logLevel.NOTHING,
    connectionTimeout: 2_000,
    requestTimeout: 5_000,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers, controller } = await admin.describeCluster();
    if (controller === null || controller < 0) throw new Error('no controller yet');
    return brokers.length;
  } finally {
    await admin.disconnect();
  }
}
