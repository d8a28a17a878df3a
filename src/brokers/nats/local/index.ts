import {
  brokerOf,
  type Json,
  type JsonObject,
  kindOf,
  type LocalBroker,
  type LocalContainer,
  type LocalRequest,
  type LocalValue,
  type NoContainer,
  type Resource,
} from '../../../model/index.ts';
import { type NatsSettings, readSettings } from '../session/settings.ts';

/** In containers of the official image `nats`, tag `<version>-alpine`, which has a shell. */
export const local: LocalBroker = {
  ports: [4222],
  endpoints: (connection) =>
    readSettings(connection).servers.map((server) => {
      const { hostname, port } = new URL(`http://${server}`);
      const host = hostname.replace(/^\[|\]$/g, '');
      return { host, port: Number(port || 80), containerPort: 4222, url: `nats://${server}` };
    }),
  container,
  settings: ([port]) => ({ servers: [`nats://127.0.0.1:${port}`] }),
  overrides,
};

function container({ connection, version }: LocalRequest): LocalContainer | NoContainer {
  const settings = readSettings(connection);
  const { credentials, tls, domain, prefix } = settings;
  if (tls) return { problem: 'its settings ask for TLS', hint: 'use nats:// without "tls" there' };
  if (domain === undefined && prefix !== '$JS.API') {
    return { problem: '"api-prefix" is for the import of another account', hint: 'set it to null there' };
  }
  if (credentials.creds !== undefined || credentials.seed !== undefined) {
    const hint = 'use a token, or a user and password there, or none';
    return { problem: 'its settings have an nkey, which a new server does not know', hint };
  }
  return {
    image: `nats:${version}-alpine`,
    entrypoint: [
      'sh',
      '-c',
      'printf %s "$NATS_CONFIG" > /tmp/nats.conf && exec nats-server --config /tmp/nats.conf',
    ],
    environment: { NATS_CONFIG: configOf(settings) },
    data: '/data',
    healthcheck: ['wget', '--quiet', '--spider', 'http://127.0.0.1:8222/healthz'],
  };
}

/** Streams may reserve more than the disk of a laptop has: reserved is not yet used. */
const MOST_BYTES = '100TB';

function configOf({ credentials, domain }: NatsSettings): LocalValue {
  const { user, password, token } = credentials;
  // In double quotes, a configuration knows the escapes of JSON that these need.
  const secret = (text = '') => ({ secret: JSON.stringify(text) });
  const jetstream = [
    'store_dir: /data',
    `max_file_store: ${MOST_BYTES}`,
    ...(domain === undefined ? [] : [`domain: ${JSON.stringify(domain)}`]),
  ];
  return [
    `port: 4222\nhttp_port: 8222\njetstream {\n${jetstream.map((line) => `  ${line}\n`).join('')}}\n`,
    ...(user === undefined
      ? []
      : [`authorization { user: ${JSON.stringify(user)}, password: `, secret(password), ' }\n']),
    ...(token === undefined ? [] : ['authorization { token: ', secret(token), ' }\n']),
  ];
}

/** By kind: the key of the number of copies in YAML. */
const COPIES: Readonly<Record<string, string>> = {
  stream: 'num_replicas',
  consumer: 'num_replicas',
  'key-value': 'replicas',
  'object-store': 'replicas',
};

/** Each exists once, and anywhere. */
function overrides(resources: readonly Resource[]): Readonly<Record<string, JsonObject>> {
  const found: Record<string, Record<string, Json>> = {};
  for (const { address, spec } of resources) {
    const kind = kindOf(address);
    const key = COPIES[kind];
    if (key === undefined) continue;
    if (Number(spec.num_replicas ?? 0) > 1) {
      const glob = kind === 'consumer' ? 'consumer/*/*' : `${kind}/*`;
      found[glob] = { ...found[glob], [key]: 1 };
    }
    if (spec.placement === undefined || spec.placement === null) continue;
    const own = address.slice(brokerOf(address).length + 1);
    found[own] = { ...found[own], placement: null };
  }
  return found;
}
