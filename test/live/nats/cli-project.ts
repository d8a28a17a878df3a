import { CliFolder, variable } from '../cli-folder.ts';

/** Applies of one project exclude each other, and test files, which run side by side, share servers. */
export const PROJECT = `shop-${process.pid}`;

/** A project about one server or cluster, worked on by the command line alone. */
export class NatsProject extends CliFolder {
  /** @param servers URLs, which `brokerform.yaml` takes from $NATS_URL */
  constructor(servers: readonly string[]) {
    super({ NATS_URL: servers.join(',') });
    this.configure();
  }

  /** Writes brokerform.yaml. `connection`: what the broker's entry has beside its servers. */
  configure(connection: object = {}, more: object = {}): void {
    const main = { type: 'nats', servers: [variable('NATS_URL')], ...connection };
    this.write('brokerform.yaml', {
      project: PROJECT,
      topologies: ['*.topology.yaml'],
      brokers: { main },
      ...more,
    });
  }

  /** Writes the topology: streams by name, and what stands beside them. */
  declare(
    streams: object,
    { retired, ...section }: { retired?: readonly string[]; [key: string]: unknown } = {},
  ): void {
    this.write('main.topology.yaml', { nats: { streams, ...section }, ...(retired && { retired }) });
  }
}

/** Streams `S0`, `S1` and so on, each with a consumer: `2 × howMany` resources. */
export function manyStreams(howMany: number, body: object = {}): Record<string, object> {
  const one = { storage: 'memory', max_msgs: 10, consumers: { worker: {} }, ...body };
  return Object.fromEntries(Array.from({ length: howMany }, (_, i) => [`S${i}`, one]));
}
