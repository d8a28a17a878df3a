import { readFileSync } from 'node:fs';
import type { Certificates } from '../certificates.ts';

interface KafkaPorts {
  client: number;
  controller: number;
  sasl?: number;
  tls?: number;
}

export interface KafkaNode {
  /** From 1. */
  id: number;
  ports: KafkaPorts;
  /** Whether it is a controller beside being a broker. */
  isController: boolean;
}

export interface NodeSettings {
  /** Which of the nodes this is. */
  id: number;
  nodes: readonly KafkaNode[];
  /** The data folder. */
  data: string;
  authorizer?: boolean;
  properties?: readonly string[];
  certificates?: Certificates;
}

/** Users of the mechanism PLAIN, which have their passwords in the broker's configuration. */
export const plainUsers = { admin: 'admin-secret', alice: 'alice-secret' } as const;

/** The rack of a broker. */
export function rackOf(id: number): string {
  return `r${id}`;
}

/** The text of server.properties. */
export function nodeConfig(settings: NodeSettings): string {
  const { id, nodes, data, certificates } = settings;
  const own = nodes.find((node) => node.id === id);
  if (!own) throw new Error(`no node ${id}`);
  const { client, controller, sasl, tls } = own.ports;
  const listeners = [
    `PLAINTEXT://127.0.0.1:${client}`,
    ...(sasl ? [`SASL://127.0.0.1:${sasl}`] : []),
    ...(tls ? [`SSL://localhost:${tls}`] : []),
  ].join(',');
  const voters = nodes
    .filter((node) => node.isController)
    .map((node) => `${node.id}@127.0.0.1:${node.ports.controller}`);
  const lines = [
    `process.roles=broker${own.isController ? ',controller' : ''}`,
    `node.id=${id}`,
    `broker.rack=${rackOf(id)}`,
    `controller.quorum.voters=${voters.join(',')}`,
    `listeners=${listeners}${own.isController ? `,CONTROLLER://127.0.0.1:${controller}` : ''}`,
    `advertised.listeners=${listeners}`,
    'controller.listener.names=CONTROLLER',
    'inter.broker.listener.name=PLAINTEXT',
    'listener.security.protocol.map=PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,SSL:SSL,CONTROLLER:PLAINTEXT',
    `log.dirs=${data}`,
    // A killed broker is to be noticed soon, and a slow one on a busy machine not to be taken for dead.
    'broker.heartbeat.interval.ms=1000',
    'broker.session.timeout.ms=6000',
    // Little memory and few threads: three brokers share a small machine with the tests.
    'log.cleaner.dedupe.buffer.size=2097152',
    'log.cleaner.threads=1',
    'log.cleaner.backoff.ms=1000',
    'num.io.threads=4',
    'num.network.threads=2',
    'num.recovery.threads.per.data.dir=1',
    `offsets.topic.num.partitions=3`,
    `offsets.topic.replication.factor=${nodes.length}`,
    `transaction.state.log.num.partitions=3`,
    `transaction.state.log.replication.factor=${nodes.length}`,
    `transaction.state.log.min.isr=1`,
    // Consumers of tests do not wait for others to join them.
    'group.initial.rebalance.delay.ms=0',
    'auto.create.topics.enable=false',
    ...(settings.authorizer ? authorizer : []),
    ...(sasl ? saslConfig() : []),
    ...(tls && certificates ? tlsConfig(certificates) : []),
    ...(settings.properties ?? []),
  ];
  return `${lines.join('\n')}\n`;
}

/** Who comes without a login is a super user, the other brokers among them. */
const authorizer = [
  'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users=User:ANONYMOUS;User:admin',
];

const security = 'org.apache.kafka.common.security';

function saslConfig(): string[] {
  const users = Object.entries(plainUsers).map(([name, password]) => `user_${name}="${password}"`);
  const jaas = (mechanism: string, module: string) =>
    `listener.name.sasl.${mechanism}.sasl.jaas.config=${security}.${module};`;
  return [
    'sasl.enabled.mechanisms=PLAIN,SCRAM-SHA-256,SCRAM-SHA-512,OAUTHBEARER',
    jaas('plain', `plain.PlainLoginModule required ${users.join(' ')}`),
    jaas('scram-sha-256', 'scram.ScramLoginModule required'),
    jaas('scram-sha-512', 'scram.ScramLoginModule required'),
    // Takes tokens that nobody signed.
    jaas('oauthbearer', 'oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker"'),
  ];
}

function tlsConfig({ ca, serverCert, serverKey }: Certificates): string[] {
  const pem = (...files: string[]) =>
    files
      .map((file) => readFileSync(file, 'utf8').trim())
      .join('\n')
      .replaceAll('\n', '\\n');
  return [
    'listener.name.ssl.ssl.keystore.type=PEM',
    `listener.name.ssl.ssl.keystore.key=${pem(serverKey)}`,
    `listener.name.ssl.ssl.keystore.certificate.chain=${pem(serverCert, ca)}`,
    'listener.name.ssl.ssl.truststore.type=PEM',
    `listener.name.ssl.ssl.truststore.certificates=${pem(ca)}`,
    'listener.name.ssl.ssl.client.auth=required',
  ];
}

/** The text of meta.properties, by which a data folder belongs to a node of a cluster. */
export function metaProperties(id: number, cluster: string): string {
  return `version=1\nnode.id=${id}\ncluster.id=${cluster}\n`;
}
