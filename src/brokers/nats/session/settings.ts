import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type Connection,
  ConnectionError,
  isObject,
  type Json,
  readConnectionFile,
  readTlsFiles,
  type TlsFiles,
} from '../../../model/index.ts';
import { isToken } from '../fields/subjects.ts';

/** Credentials of one kind. */
interface NatsCredentials {
  /** The content of a credentials file: the JWT of a user and the seed of its nkey. */
  readonly creds?: string;
  /** The seed of an nkey, `SU…`. */
  readonly seed?: string;
  readonly token?: string;
  readonly user?: string;
  readonly password?: string;
}

/** TLS files and options. */
interface TlsSettings extends TlsFiles {
  /** Starts TLS before the first message of the server. */
  readonly handshakeFirst?: boolean;
}

export interface NatsSettings {
  readonly broker: string;
  /** `host:port`, without credentials. */
  readonly servers: readonly string[];
  readonly credentials: NatsCredentials;
  /** Absent: TLS only if the server requires it, with the certificate authorities of the system. */
  readonly tls?: TlsSettings;
  readonly domain?: string;
  /** The prefix of the subjects of requests: `$JS.API`, `$JS.<domain>.API`, or the prefix of an import. */
  readonly prefix: string;
  /** Timeout of one request with its retries, in milliseconds. */
  readonly timeout: number;
}

/** One entry of `servers`. */
type Parsed = { address: string; tls: boolean; credentials: NatsCredentials };

/**
 * Reads a `brokers.<name>` entry. Credentials in the URL of a server apply if there are no others.
 * @throws ConnectionError
 */
export function readSettings(connection: Connection): NatsSettings {
  const { name, settings, timeout } = connection;
  const written = Array.isArray(settings.servers) ? settings.servers : [settings.servers];
  const servers = written
    .filter((item) => typeof item === 'string')
    .flatMap((item: string) => item.split(/,\s*(?=[a-z]+:\/\/)/))
    .map((item) => parseServer(name, item.trim()));
  if (servers.length === 0) throw new ConnectionError(name, '"servers" names no server');
  const inUrl = servers.find((server) => Object.keys(server.credentials).length > 0);
  const tls = isObject(settings.tls) || servers.some((server) => server.tls);
  return {
    broker: name,
    servers: servers.map((server) => server.address),
    credentials: readCredentials(connection) ?? inUrl?.credentials ?? {},
    ...(tls ? { tls: readTlsSettings(connection) } : {}),
    ...readPrefix(connection),
    timeout,
  };
}

function parseServer(broker: string, text: string): Parsed {
  // No message quotes the text, because it can contain a password.
  const refuse = (why: string) =>
    new ConnectionError(broker, `"servers": ${why}`, { hint: 'write nats://host:4222, or tls:// for TLS' });
  const full = text.includes('://') ? text : `nats://${text}`;
  if (!URL.canParse(full)) throw refuse('an entry is not a URL');
  const { protocol, hostname, port, username, password } = new URL(full);
  if (protocol !== 'nats:' && protocol !== 'tls:')
    throw refuse('an entry starts with neither nats:// nor tls://');
  if (hostname === '') throw refuse('an entry names no host');
  const [user, pass] = [username, password].map((part) => decode(part, refuse));
  const credentials =
    user === '' ? {} : password === '' ? { token: user ?? '' } : { user: user ?? '', password: pass ?? '' };
  return { address: `${hostname}:${port === '' ? '4222' : port}`, tls: protocol === 'tls:', credentials };
}

function decode(part: string, refuse: (why: string) => ConnectionError): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw refuse('an entry holds a % that is not percent-encoding; write %25');
  }
}

function readCredentials(connection: Connection): NatsCredentials | undefined {
  const { credentials, nkey, token, username, password } = connection.settings;
  if (isText(credentials)) return { creds: readCreds(connection, credentials) };
  // A value that is no file is a seed, or a mistyped one: no message may quote it.
  if (isText(nkey)) {
    const isFile = existsSync(resolve(connection.directory ?? '', nkey));
    const seed = (isFile ? readConnectionFile(connection, 'nkey', nkey) : nkey).trim();
    connection.learn?.(seed);
    return { seed };
  }
  if (isText(token)) return { token };
  if (isText(username)) return { user: username, password: isText(password) ? password : '' };
  return undefined;
}

function readCreds(connection: Connection, value: string): string {
  // CI systems store the content instead of a file. It must not be read as a path, because messages quote paths.
  const given = value.includes('-----BEGIN') ? value : readConnectionFile(connection, 'credentials', value);
  // The client requires \n after every line. Windows editors write \r\n, and CI systems cut the last one.
  const text = `${given.replaceAll('\r\n', '\n').trimEnd()}\n`;
  connection.learn?.(text);
  const isComplete = /BEGIN NATS USER JWT/.test(text) && /BEGIN USER NKEY SEED/.test(text);
  if (isComplete) return text;
  const hint = 'it is the file that `nsc generate creds` writes, with a JWT and a seed';
  throw new ConnectionError(connection.name, '"credentials" is no NATS credentials file', { hint });
}

function readTlsSettings(connection: Connection): TlsSettings {
  const { tls } = connection.settings;
  const handshakeFirst = isObject(tls) && tls['handshake-first'] === true;
  return { ...readTlsFiles(connection), ...(handshakeFirst && { handshakeFirst }) };
}

function readPrefix({ name, settings }: Connection): Pick<NatsSettings, 'domain' | 'prefix'> {
  const { domain, 'api-prefix': prefix } = settings;
  const refuse = (why: string) => new ConnectionError(name, why);
  if (isText(domain) && isText(prefix)) throw refuse('"domain" and "api-prefix" do not go together');
  if (isText(domain)) {
    if (!isToken(domain)) throw refuse(`"domain" is no JetStream domain: ${JSON.stringify(domain)}`);
    return { domain, prefix: `$JS.${domain}.API` };
  }
  if (!isText(prefix)) return { prefix: '$JS.API' };
  const tokens = prefix.replace(/\.$/, '');
  if (!tokens.split('.').every(isToken))
    throw refuse(`"api-prefix" is no subject: ${JSON.stringify(prefix)}`);
  return { prefix: tokens };
}

function isText(value: Json | undefined): value is string {
  return typeof value === 'string' && value !== '';
}
