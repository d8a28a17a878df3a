import { ConnectionError, HttpPeer } from '../../../model/index.ts';
import type { NatsSettings } from './settings.ts';

interface Fault {
  readonly message: string;
  readonly hint?: string;
  readonly transient?: boolean;
}

/** Why the connection failed, with the setting to check. Contains no credentials. */
export function connectionError(settings: NatsSettings, error: unknown): ConnectionError {
  const at = settings.servers.join(', ');
  const cause = error instanceof Error ? error : new Error('the connection was closed');
  const { message, ...rest } =
    authFault(settings, at, cause) ?? tlsFault(settings, at, cause) ?? networkFault(settings, at, cause);
  return new ConnectionError(settings.broker, message, { ...rest, cause });
}

function authFault({ credentials }: NatsSettings, at: string, error: Error): Fault | undefined {
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

const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_SIGNATURE_FAILURE)$/;

function tlsFault({ tls }: NatsSettings, at: string, error: Error): Fault | undefined {
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (UNTRUSTED.test(code)) {
    const hint = 'name the PEM file of the authority that signed it as tls.ca';
    return { message: `the certificate of ${at} is not trusted`, hint };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const hint = 'use a name that the certificate has in "servers"';
    return { message: `the certificate of ${at} is for another name`, hint };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return { message: `the certificate of ${at} ${what}` };
  }
  if (/does not support 'tls'/.test(message)) {
    const hint = 'remove "tls" and write nats:// instead of tls://, or name the port that has TLS';
    return { message: `${at} does not offer TLS`, hint };
  }
  const refused = /ALERT/.test(code) || /alert|handshake/i.test(message);
  // A server that requires a client certificate just closes the connection.
  const hungUp = tls?.cert === undefined && /^(ECONNRESET|EPIPE)$/.test(code);
  if (refused || (tls && hungUp)) {
    const hint = 'it may ask for a client certificate: name its PEM files as tls.cert and tls.key';
    return { message: `${at} refused the TLS handshake`, hint };
  }
  if (/^ERR_(SSL|OSSL)_|^EPROTO$/.test(code)) {
    return { message: `TLS with ${at} failed: ${message.split('\n')[0]}` };
  }
  return undefined;
}

function networkFault({ tls }: NatsSettings, at: string, error: Error): Fault {
  const { code = (error.cause as NodeJS.ErrnoException | undefined)?.code, message } =
    error as NodeJS.ErrnoException;
  if (error instanceof HttpPeer) {
    const hint = '"servers" is to name the client port, usually 4222, not the one for monitoring';
    return { message: `${error.at} is an HTTP port, not NATS`, hint };
  }
  if (error.name === 'TimeoutError') {
    // With TLS 1.3 the handshake of the client ends before the server checks its certificate, and the alert is lost.
    const certificate =
      tls?.cert === undefined
        ? 'it may ask for a client certificate: name its PEM files as tls.cert and tls.key'
        : 'it may not trust the client certificate in tls.cert';
    const hint = tls ? certificate : 'is it the port of a NATS server?';
    return { message: `${at} did not answer as a NATS server in time`, hint, transient: true };
  }
  switch (code) {
    case 'ECONNREFUSED': {
      const hint = 'check that the server runs, and the port in "servers"';
      return { message: `nothing listens at ${at}`, hint, transient: true };
    }
    case 'ENOTFOUND':
      return { message: `the host of ${at} is not known`, hint: 'check the host in "servers"' };
    case 'EAI_AGAIN':
      return { message: `the host of ${at} could not be looked up`, transient: true };
    default:
      if (/undefined error/.test(message)) return { message: `${at} closed the connection`, transient: true };
      if (/unexpected response/.test(message)) return { message: `${at} is no NATS server` };
      return { message: `no connection to ${at} (${code ?? message})`, transient: true };
  }
}
