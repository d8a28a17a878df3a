import { type Connection, ConnectionError, readTlsFiles, type TlsFiles } from '../../../model/index.ts';

/** One of the broker's two endpoints, AMQP and HTTP. `host` has no brackets around an IPv6 address. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly username: string;
  readonly password: string;
}

export interface RabbitSettings {
  readonly broker: string;
  readonly management: Endpoint;
  /** The prefix of a reverse proxy before `/api`, without a slash at its end. */
  readonly prefix: string;
  /** Absent where no `url` is configured: everything goes by HTTP then. */
  readonly amqp?: Endpoint;
  /** The vhost in the path of `url`, else `/`: the lock of an apply is kept in it. */
  readonly lockVhost: string;
  readonly tls: TlsFiles;
  /** Milliseconds that one request may take. */
  readonly timeout: number;
}

const AMQP_PORTS = { 'amqp:': 5672, 'amqps:': 5671 };
const MANAGEMENT_PORTS = { 'http:': 15672, 'https:': 15671 };

/**
 * What a `brokers.<name>` entry says. Each URL lends its credentials to the other one that has none; the management
 * API is at its usual port of the AMQP host where it is not named.
 * @throws ConnectionError
 */
export function readSettings(connection: Connection): RabbitSettings {
  const { name, settings, timeout } = connection;
  const url = parseUrl(name, 'url', settings.url, AMQP_PORTS);
  const management = parseUrl(name, 'management', settings.management, MANAGEMENT_PORTS);
  if (!url && !management) throw new ConnectionError(name, 'the broker has neither "url" nor "management"');
  const credentials = [management, url].find((one) => one?.username !== undefined);
  const complete = (one: ParsedUrl): Endpoint => ({
    host: one.host,
    port: one.port,
    tls: one.tls,
    username: one.username ?? credentials?.username ?? 'guest',
    password: one.username === undefined ? (credentials?.password ?? 'guest') : (one.password ?? ''),
  });
  const beside = (one: ParsedUrl): ParsedUrl => ({ ...one, port: one.tls ? 15671 : 15672, path: '' });
  const api = management ?? beside(url as ParsedUrl);
  return {
    broker: name,
    management: complete(api),
    prefix: api.path.replace(/\/+$/, ''),
    ...(url ? { amqp: complete(url) } : {}),
    lockVhost: url?.vhost ?? '/',
    tls: readTlsFiles(connection),
    timeout,
  };
}

interface ParsedUrl {
  host: string;
  port: number;
  tls: boolean;
  path: string;
  vhost: string | undefined;
  username: string | undefined;
  password: string | undefined;
}

function parseUrl(
  broker: string,
  key: string,
  value: unknown,
  schemes: Readonly<Record<string, number>>,
): ParsedUrl | undefined {
  if (typeof value !== 'string' || value === '') return undefined;
  const usual = Object.keys(schemes).map((scheme) => `${scheme}//`);
  // The text may hold a password, so no message quotes it.
  const refuse = (why: string) => new ConnectionError(broker, `"${key}" ${why}`);
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  if (!parsed) {
    throw new ConnectionError(broker, `"${key}" is not a URL`, {
      hint: `write ${usual[0]}user:password@host:port, with special characters of the password percent-encoded`,
    });
  }
  const usualPort = schemes[parsed.protocol];
  if (usualPort === undefined) throw refuse(`must start with ${usual.join(' or ')}`);
  // For schemes that it does not know, URL leaves the host as it is written.
  const host = parsed.hostname.replace(/^\[|\]$/g, '');
  if (host === '') throw refuse('names no host');
  try {
    const isHttp = parsed.protocol.startsWith('http');
    const named = parsed.username !== '' || parsed.password !== '';
    return {
      host,
      port: parsed.port === '' ? defaultPort(parsed.protocol, usualPort) : Number(parsed.port),
      tls: parsed.protocol.endsWith('s:'),
      path: isHttp ? parsed.pathname : '',
      vhost: (!isHttp && decodeURIComponent(parsed.pathname.slice(1))) || undefined,
      username: named ? decodeURIComponent(parsed.username) : undefined,
      password: named ? decodeURIComponent(parsed.password) : undefined,
    };
  } catch {
    throw refuse('holds a % that is not percent-encoding; write %25');
  }
}

/** URL drops a port that is the scheme's own: `http://host:80` is port 80, while AMQP has no such port. */
function defaultPort(protocol: string, usual: number): number {
  return protocol === 'http:' ? 80 : protocol === 'https:' ? 443 : usual;
}
