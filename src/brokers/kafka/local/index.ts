import {
  brokerOf,
  isObject,
  type JsonObject,
  kindOf,
  type LocalBroker,
  type LocalContainer,
  type LocalRequest,
  type NoContainer,
  type Resource,
} from '../../../model/index.ts';
import { atLeast } from '../facts.ts';
import { type Endpoint, readSettings } from '../session/settings.ts';

/** One node in a container of the official image `apache/kafka`, which exists since 3.7. */
export const local: LocalBroker = {
  ports: [9092],
  endpoints: (connection) =>
    readSettings(connection).bootstrap.map((address) => ({
      ...address,
      containerPort: CONTAINER_PORT,
      url: addressText(address),
    })),
  container,
  settings: ([port]) => ({ bootstrap: [`127.0.0.1:${port}`] }),
  overrides,
};

/** Of each release of which there are several, that the tests run. */
const RELEASES: Readonly<Record<string, string>> = { '3.7': '3.7.2', '4.3': '4.3.1' };

/** The image has one tag a release, and none of a series: `4.2` is 4.2.0. */
function releaseOf(version: string): string {
  const [major, minor = '0', patch] = version.split('.');
  return patch === undefined ? (RELEASES[`${major}.${minor}`] ?? `${major}.${minor}.0`) : version;
}

const CONTAINER_PORT = 9092;

function addressText({ host, port }: Endpoint): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function container({ connection, version, resources, identity }: LocalRequest): LocalContainer | NoContainer {
  const { bootstrap, tls, sasl } = readSettings(connection);
  if (tls) return { problem: 'its settings ask for TLS', hint: 'leave "tls" out there, or set it to null' };
  if (sasl && sasl.mechanism !== 'PLAIN') {
    const hint = 'use "sasl" with mechanism: plain there, or set it to null';
    return { problem: `a new cluster has no user for ${sasl.mechanism}`, hint };
  }
  if (!atLeast(version, '3.7')) {
    return {
      problem: `there is no official image of Kafka ${version}`,
      hint: 'set target-version to 3.7 or later there, or use a compose file of your own: --compose-file',
    };
  }
  const [first] = bootstrap;
  const { username = 'ANONYMOUS' } = sasl ?? {};
  const hasAcls = resources.some(({ address }) => kindOf(address) === 'acl');
  return {
    image: `apache/kafka:${releaseOf(version)}`,
    environment: {
      // One node that is broker and controller. Any variable replaces the image's whole default configuration.
      CLUSTER_ID: Buffer.from(identity.subarray(0, 16)).toString('base64url'),
      KAFKA_NODE_ID: '1',
      KAFKA_PROCESS_ROLES: 'broker,controller',
      KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
      KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
      KAFKA_LISTENERS: `CLIENT://:${CONTAINER_PORT},CONTROLLER://:9093`,
      KAFKA_ADVERTISED_LISTENERS: `CLIENT://${first ? addressText(first) : ''}`,
      KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: `CLIENT:${sasl ? 'SASL_PLAINTEXT' : 'PLAINTEXT'},CONTROLLER:PLAINTEXT`,
      KAFKA_INTER_BROKER_LISTENER_NAME: 'CLIENT',
      ...(sasl && plainLogin(sasl.username, sasl.password)),
      // The controller comes as ANONYMOUS.
      ...(hasAcls && {
        KAFKA_AUTHORIZER_CLASS_NAME: 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        KAFKA_SUPER_USERS: [...new Set([username, 'ANONYMOUS'])].map((user) => `User:${user}`).join(';'),
      }),
      // A cluster of one can keep no copies.
      KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
      KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR: '1',
      KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR: '1',
      KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
      // A topic that is not declared should be missed.
      KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
      KAFKA_LOG_DIRS: '/var/lib/kafka/data',
    },
    data: '/var/lib/kafka/data',
    // A command of Kafka's own would start a JVM each time, and would need to log in.
    healthcheck: ['bash', '-c', `</dev/tcp/127.0.0.1/${CONTAINER_PORT}`],
  };
}

function plainLogin(username: string, password: string): LocalContainer['environment'] {
  const quoted = (text: string) => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const module = 'org.apache.kafka.common.security.plain.PlainLoginModule required';
  const login = `${module} username=${quoted(username)} password=${quoted(password)} user_${username}=${quoted(password)};`;
  return {
    KAFKA_SASL_ENABLED_MECHANISMS: 'PLAIN',
    KAFKA_SASL_MECHANISM_INTER_BROKER_PROTOCOL: 'PLAIN',
    KAFKA_LISTENER_NAME_CLIENT_PLAIN_SASL_JAAS_CONFIG: [{ secret: login }],
  };
}

/** Topics get one replica, wherever they are placed. */
function overrides(resources: readonly Resource[]): Readonly<Record<string, JsonObject>> {
  const topics = resources.filter(({ address }) => kindOf(address) === 'topic');
  if (topics.length === 0) return {};
  const placed = topics.filter(({ spec }) => isObject(spec.replicas));
  return {
    'topic/*': { 'replication-factor': 1, configs: { 'min.insync.replicas': 1 } },
    ...Object.fromEntries(
      placed.map(({ address, spec }) => [
        address.slice(brokerOf(address).length + 1),
        { replicas: null, partitions: Object.keys(spec.replicas as JsonObject).length },
      ]),
    ),
  };
}
