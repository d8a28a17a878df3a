import type { Authenticator, ConnectionOptions } from '@nats-io/transport-node';
import {
  CLIENT_CERTIFICATE,
  ConnectionError,
  type ConnectionFault,
  certificateFault,
  HttpPeer,
  handshakeFault,
  networkFault,
  OwnSockets,
  unlessHttp,
} from '../../../model/index.ts';
import { Link } from './link.ts';
import type { NatsSettings } from './settings.ts';

/** Milliseconds between two attempts to reconnect to a server of the cluster. */
const RECONNECT_WAIT = 100;

/** Maximum bytes before the login: the first line lists the servers of the cluster. */
const MAX_GREETING = 1024 * 1024;

/** Opens a connection to the first available server. @throws ConnectionError */
export async function openLink(settings: NatsSettings): Promise<Link> {
  const { connect, createInbox } = await import('@nats-io/transport-node');
  const { servers, tls, timeout } = settings;
  const options: ConnectionOptions = {
    name: 'brokerform',
    servers: [...servers],
    timeout,
    // Each request has its own timeout.
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_WAIT,
    reconnectJitter: RECONNECT_WAIT,
    reconnectJitterTLS: RECONNECT_WAIT,
    noAsyncTraces: true,
    ...(tls ? { tls: { ...tls } } : {}),
    ...(await authentication(settings)),
  };
  const sockets = new OwnSockets();
  let isFlooded = false;
  sockets.limit(MAX_GREETING, () => {
    isFlooded = true;
  });
  try {
    const endpoints = tls ? [] : servers.map(endpointOf);
    const connection = await unlessHttp(endpoints, () => sockets.run(() => connect(options)));
    return new Link(connection, sockets, createInbox());
  } catch (error) {
    sockets.destroy();
    throw connectionError(settings, isFlooded ? new Error('unexpected response without an end') : error);
  }
}

async function authentication({ broker, credentials }: NatsSettings): Promise<ConnectionOptions> {
  const { credsAuthenticator, nkeyAuthenticator } = await import('@nats-io/transport-node');
  const { creds, seed, token, user, password } = credentials;
  const bytes = (text: string) => new TextEncoder().encode(text);
  if (creds !== undefined)
    return { authenticator: verified(broker, 'credentials', credsAuthenticator(bytes(creds))) };
  if (seed !== undefined) return { authenticator: verified(broker, 'nkey', nkeyAuthenticator(bytes(seed))) };
  if (token !== undefined) return { token };
  return user === undefined ? {} : { user, pass: password ?? '' };
}

const USUAL_PORT = 4222;

function endpointOf(server: string): { host: string; port: number } {
  const { hostname, port } = new URL(server.includes('://') ? server : `nats://${server}`);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? USUAL_PORT : Number(port) };
}

/** Signs once, because the client library would wait forever with an invalid seed. */
function verified(broker: string, setting: string, authenticator: Authenticator): Authenticator {
  try {
    authenticator('nonce');
    return authenticator;
  } catch {
    // The error of the client library can quote the seed.
    throw new ConnectionError(broker, `"${setting}" holds no valid nkey seed`, {
      hint: 'a seed begins with SU',
    });
  }
}

/** Why the connection failed, with the setting to check. Contains no credentials. */
function connectionError(settings: NatsSettings, error: unknown): ConnectionError {
  const at = settings.servers.join(', ');
  const cause = error instanceof Error ? error : new Error('the connection was closed');
  const { message, ...rest } =
    authFault(settings, at, cause) ?? tlsFault(settings, at, cause) ?? connectFault(settings, at, cause);
  return new ConnectionError(settings.broker, message, { ...rest, cause });
}

function authFault({ credentials }: NatsSettings, at: string, error: Error): ConnectionFault | undefined {
  if (/expired/i.test(error.message) && /auth/i.test(error.message)) {
    return { message: `${at}: the credentials have expired`, hint: 'generate new ones' };
  }
  if (!/authorization|authentication/i.test(error.message)) return undefined;
  const used =
    credentials.creds !== undefined
      ? '"credentials"'
      : credentials.seed !== undefined
        ? '"nkey"'
        : credentials.token !== undefined
          ? '"token"'
          : credentials.user !== undefined
            ? '"username" and "password"'
            : undefined;
  return {
    message: `${at} refused the login: ${error.message}`,
    hint: used
      ? `check ${used}`
      : 'it asks for credentials: give credentials, nkey, token, or username and password',
  };
}

function tlsFault({ tls }: NatsSettings, at: string, error: Error): ConnectionFault | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  const untrusted = certificateFault(at, code, 'use a name that the certificate has in "servers"');
  if (untrusted) return untrusted;
  if (/does not support 'tls'/.test(message)) {
    const hint = 'remove "tls" and write nats:// instead of tls://, or name the port that has TLS';
    return { message: `${at} does not offer TLS`, hint };
  }
  const refused = /ALERT/.test(code) || /alert|handshake/i.test(message);
  // A server that requires a client certificate just closes the connection.
  const hungUp = tls?.cert === undefined && /^(ECONNRESET|EPIPE)$/.test(code);
  return handshakeFault(at, code, message, refused || (tls !== undefined && hungUp));
}

function connectFault({ tls }: NatsSettings, at: string, error: Error): ConnectionFault {
  const { code = (error.cause as NodeJS.ErrnoException | undefined)?.code, message } =
    error as NodeJS.ErrnoException;
  if (error instanceof HttpPeer) {
    const hint = '"servers" is to name the client port, usually 4222, not the one for monitoring';
    return { message: `${error.at} is an HTTP port, not NATS`, hint };
  }
  if (error.name === 'TimeoutError') {
    // With TLS 1.3 the handshake of the client ends before the server checks its certificate, and the alert is lost.
    const certificate =
      tls?.cert === undefined ? CLIENT_CERTIFICATE : 'it may not trust the client certificate in tls.cert';
    const hint = tls ? certificate : 'is it the port of a NATS server?';
    return { message: `${at} did not answer as a NATS server in time`, hint, transient: true };
  }
  const fault = networkFault(at, code ?? '', {
    port: 'check that the server runs, and the port in "servers"',
    host: 'check the host in "servers"',
  });
  if (fault) return fault;
  if (/undefined error/.test(message)) return { message: `${at} closed the connection`, transient: true };
  if (/unexpected response/.test(message)) return { message: `${at} is no NATS server` };
  return { message: `no connection to ${at} (${code ?? message})`, transient: true };
}
