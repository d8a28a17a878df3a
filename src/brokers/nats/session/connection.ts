import type { Authenticator, ConnectionOptions } from '@nats-io/transport-node';
import { ConnectionError, OwnSockets, unlessHttp } from '../../../model/index.ts';
import { connectionError } from './connection-errors.ts';
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
