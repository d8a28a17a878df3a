import {
  CLIENT_CERTIFICATE,
  ConnectionError,
  type ConnectionFault,
  certificateFault,
  HttpPeer,
  handshakeFault,
  networkFault,
} from '../../../model/index.ts';
import type { NatsSettings } from './settings.ts';

/** Why the connection failed, with the setting to check. Contains no credentials. */
export function connectionError(settings: NatsSettings, error: unknown): ConnectionError {
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
