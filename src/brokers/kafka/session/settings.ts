import {
  type Connection,
  ConnectionError,
  isObject,
  type JsonObject,
  parseSize,
  type Resolve,
  readTlsFiles,
  type TlsFiles,
  toBigInt,
} from '../../../model/index.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

export type Sasl =
  | {
      readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
      readonly username: string;
      readonly password: string;
    }
  | { readonly mechanism: 'OAUTHBEARER'; readonly token: string | readonly string[] };

export interface KafkaSettings {
  readonly broker: string;
  readonly bootstrap: readonly Endpoint[];
  /** Absent: no TLS. */
  readonly tls?: TlsFiles;
  readonly sasl?: Sasl;
  /** How replicas move: bytes a second that each broker may spend on it, and partitions at a time. */
  readonly reassignment: { readonly throttle: number; readonly batch: number };
  /** Milliseconds that one request may take. */
  readonly timeout: number;
  readonly resolve: Resolve;
  /** Where a token command runs: the folder of the configuration. */
  readonly directory?: string;
  /** Takes the token that a command printed, so that it is masked. */
  readonly learn?: Connection['learn'];
}

const DEFAULT_PORT = 9092;
/** Half of a 1 Gbit/s link, so that clients do not notice much. */
const DEFAULT_THROTTLE = 50_000_000;
const DEFAULT_BATCH = 50;

/**
 * What a `brokers.<name>` entry says: `bootstrap` (a list, or texts with commas), `tls` (true, or `ca`, `cert`, `key`
 * and `servername`), `sasl` (`mechanism` with `username` and `password`, or with `token` or `token-command`), and
 * `reassignment` (`throttle` as a size a second, `batch`).
 * @throws ConnectionError
 */
export function readSettings(connection: Connection): KafkaSettings {
  const { name, settings, directory, timeout, resolve, learn } = connection;
  const tls = settings.tls === true || isObject(settings.tls) ? readTlsFiles(connection) : undefined;
  const sasl = readSasl(name, settings.sasl);
  return {
    broker: name,
    bootstrap: readBootstrap(name, settings.bootstrap),
    ...(tls && { tls }),
    ...(sasl && { sasl }),
    reassignment: readReassignment(name, settings.reassignment),
    timeout,
    resolve,
    ...(directory !== undefined && { directory }),
    ...(learn && { learn }),
  };
}

function readBootstrap(broker: string, value: unknown): Endpoint[] {
  const list = typeof value === 'string' ? [value] : Array.isArray(value) ? value : [];
  const texts = list.flatMap((one) => (typeof one === 'string' ? one.split(',') : []));
  const addresses = texts.map((text) => text.trim()).filter((text) => text !== '');
  if (addresses.length === 0) {
    const hint = 'name one or more brokers of the cluster: bootstrap: [kafka-1:9092, kafka-2:9092]';
    throw new ConnectionError(broker, '"bootstrap" names no broker', { hint });
  }
  return addresses.map((address) => readAddress(broker, address));
}

const ADDRESS = /^(?:[A-Za-z0-9_]+:\/\/)?(?:\[([0-9a-fA-F:.%]+)\]|([^\s:/@[\]]+))(?::(\d{1,5}))?$/;

/** `host:port`, `[::1]:9092`, and listeners as a server.properties writes them, `SASL_SSL://host:port`. */
function readAddress(broker: string, address: string): Endpoint {
  const [, ipv6, name, port] = ADDRESS.exec(address) ?? [];
  const host = ipv6 ?? name;
  const number = port === undefined ? DEFAULT_PORT : Number(port);
  if (host === undefined || number < 1 || number > 65535) {
    // Not quoted: the invalid text may contain a password.
    const hint = 'write host:port; names and passwords go to "sasl"';
    throw new ConnectionError(broker, '"bootstrap" holds something that is no address', { hint });
  }
  return { host, port: number };
}

function readSasl(broker: string, value: unknown): Sasl | undefined {
  if (!isObject(value)) return undefined;
  const sasl: JsonObject = value;
  const text = (key: string) => (typeof sasl[key] === 'string' ? sasl[key] : undefined);
  const mechanism = text('mechanism')?.toUpperCase() ?? '';
  if (mechanism === 'OAUTHBEARER') {
    const command = sasl['token-command'];
    const words = Array.isArray(command) ? command.filter((word) => typeof word === 'string') : [];
    const token = words.length > 0 ? words : text('token');
    if (token) return { mechanism, token };
    const hint = 'name a command that prints one: token-command: [./get-token, --audience, kafka]';
    throw new ConnectionError(broker, 'sasl has neither "token-command" nor "token"', { hint });
  }
  if (mechanism !== 'PLAIN' && mechanism !== 'SCRAM-SHA-256' && mechanism !== 'SCRAM-SHA-512') {
    const hint = 'write plain, scram-sha-256, scram-sha-512 or oauthbearer';
    throw new ConnectionError(broker, 'sasl.mechanism is not one that we know', { hint });
  }
  const [username, password] = [text('username'), text('password')];
  if (username === undefined || password === undefined) {
    throw new ConnectionError(broker, `sasl needs "username" and "password" for ${mechanism}`);
  }
  return { mechanism, username, password };
}

function readReassignment(broker: string, value: unknown): KafkaSettings['reassignment'] {
  const { throttle, batch }: JsonObject = isObject(value) ? value : {};
  const size = typeof throttle === 'string' ? parseSize(throttle.replace(/\/s$/, '')) : undefined;
  if (size && 'problem' in size) {
    throw new ConnectionError(broker, `reassignment.throttle is ${size.problem}`);
  }
  const rate = Number(toBigInt(size?.value ?? throttle) ?? DEFAULT_THROTTLE);
  return {
    throttle: rate,
    batch: typeof batch === 'number' && batch >= 1 ? Math.floor(batch) : DEFAULT_BATCH,
  };
}
