import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Certificates, makeCertificates } from '../certificates.ts';
import { makeFolder, removeFolder } from '../folders.ts';
import { freePorts } from '../ports.ts';
import { type Starting, untilReady } from '../ready.ts';
import { countBrokers } from './answers.ts';
import { type KafkaNode, nodeConfig, plainUsers, rackOf } from './config.ts';
import type { KafkaLine, KafkaOptions, LocalKafka, LocalKafkaBroker } from './types.ts';

/** A node that was prepared, as a process of this machine or a container runs it. */
interface Runner extends Starting {
  start(): Promise<void>;
  kill(): Promise<void>;
  halt(): Promise<void>;
  /** After `halt`: nothing of it may stay. */
  remove(): Promise<void>;
}

/** What a way of running needs to know of a node. */
export interface PreparedNode {
  readonly name: string;
  /** The cluster's folder, which holds all of its nodes' files. */
  readonly folder: string;
  readonly config: string;
  /** The data folder, still empty. */
  readonly data: string;
  readonly id: number;
  /** The cluster's id: 16 random bytes as base64url. */
  readonly cluster: string;
}

export interface Running {
  readonly version: string;
  /** Puts into the data folder what a node needs to start as a member of a new cluster. */
  prepare(node: PreparedNode): Promise<Runner>;
}

/** Makes the files of a cluster, starts its nodes all at once, and waits until every one of them is known. */
export async function startCluster(
  line: KafkaLine,
  options: KafkaOptions,
  running: Running,
): Promise<LocalKafka> {
  const folder = makeFolder(`kafka-${line}`);
  const certificates = options.tls ? await makeCertificates(folder) : undefined;
  const nodes = await chooseNodes(options);
  const addresses = nodes.map((node) => `127.0.0.1:${node.ports.client}`);
  const cluster = Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
  const runners: Runner[] = [];

  const allKnown = async () => (await countBrokers(addresses)) === nodes.length;
  const stop = async () => {
    // Together: a node that stops in order waits for a controller, which may be gone.
    await Promise.all(runners.map((runner) => runner.kill()));
    await Promise.all(runners.map((runner) => runner.remove()));
    removeFolder(folder);
  };

  try {
    for (const { id } of nodes) {
      const name = `kafka-${id}`;
      const config = join(folder, `${name}.properties`);
      const node = { name, id, cluster, folder, config, data: join(folder, name) };
      mkdirSync(node.data);
      const settings = {
        id,
        nodes,
        data: node.data,
        authorizer: options.authorizer === true,
        properties: options.properties ?? [],
      };
      writeFileSync(node.config, nodeConfig({ ...settings, ...(certificates && { certificates }) }));
      runners.push(await running.prepare(node));
    }
    await Promise.all(runners.map((runner) => runner.start()));
    await Promise.all(runners.map((runner) => untilReady(allKnown, runner)));
  } catch (error) {
    await stop();
    throw error;
  }

  const brokers = nodes.map(({ id }, index): LocalKafkaBroker => {
    const runner = runners[index] as Runner;
    const address = addresses[index] as string;
    return {
      id,
      rack: rackOf(id),
      address,
      kill: () => runner.kill(),
      halt: () => runner.halt(),
      async start() {
        await runner.start();
        // By its own account it is up once it answers; the others may learn it a moment later.
        await untilReady(async () => (await countBrokers([address])) > 0, runner);
      },
    };
  });
  const version = running.version;
  return {
    ...{ line, version, bootstrap: addresses, brokers, folder, stop },
    ...doors(nodes, certificates),
  };
}

async function chooseNodes(options: KafkaOptions): Promise<KafkaNode[]> {
  const nodes: KafkaNode[] = [];
  const { brokers = 3, controllers = brokers } = options;
  for (let id = 1; id <= brokers; id++) {
    const [client, controller, sasl, tls] = (await freePorts(4)) as [number, number, number, number];
    const ports = { client, controller, ...(options.sasl && { sasl }), ...(options.tls && { tls }) };
    nodes.push({ id, ports, isController: id <= controllers });
  }
  return nodes;
}

/** The listeners beside the plain one. */
function doors(
  nodes: readonly KafkaNode[],
  certificates: Certificates | undefined,
): Pick<LocalKafka, 'sasl' | 'tls'> {
  const sasl = nodes.flatMap(({ ports }) => (ports.sasl ? [`127.0.0.1:${ports.sasl}`] : []));
  const tls = nodes.flatMap(({ ports }) => (ports.tls ? [`localhost:${ports.tls}`] : []));
  const files = certificates && {
    ca: certificates.ca,
    cert: certificates.clientCert,
    key: certificates.clientKey,
    principal: 'User:CN=client',
  };
  return {
    ...(sasl.length > 0 && { sasl: { bootstrap: sasl, users: plainUsers } }),
    ...(files && { tls: { bootstrap: tls, ...files } }),
  };
}
