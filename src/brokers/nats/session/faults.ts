import { BrokerError, ConnectionError, type Failure } from '../../../model/index.ts';
import type { NatsSettings } from './settings.ts';

/** The connection went away. `sent`: the request may have reached the server, and may have been done. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection';
  readonly sent: boolean;
  constructor(sent: boolean) {
    super('the connection was lost');
    this.sent = sent;
  }
}

/** No answer came in time: the request may have been done. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(subject: string, timeout: number) {
    super(`no answer to ${subject} within ${timeout} ms`);
  }
}

/** JetStream answered, and said no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Like an HTTP status. */
  readonly code: number;
  /** JetStream's own: https://github.com/nats-io/nats-server/blob/main/server/errors.json */
  readonly errCode: number;
  constructor(code: number, errCode: number, description: string) {
    super(description);
    this.code = code;
    this.errCode = errCode;
  }
}

const NOT_FOUND = { stream: 10059, consumer: 10014 };

export function isNotFound(error: unknown): boolean {
  return (
    error instanceof Refusal && (error.errCode === NOT_FOUND.stream || error.errCode === NOT_FOUND.consumer)
  );
}

/** Incomplete results; the system is temporarily unavailable; it is not the leader any more. */
const PASSING = new Set([10004, 10008, 10009]);

/** Nothing was done, and it may go better in a moment: an election, a server that starts. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Refusal) return PASSING.has(error.errCode);
  return isUnanswerable(error) || (error instanceof LostConnection && !error.sent);
}

/** It is not known whether it was done. */
export function isUnsure(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof LostConnection && error.sent);
}

/** The server says that nobody listens there. */
export function isUnanswerable(error: unknown): boolean {
  return nameOf(error) === 'NoResponders';
}

export function isDenied(error: unknown): boolean {
  return nameOf(error) === 'PermissionViolationError';
}

/** The client wraps the errors of requests. */
function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error ? error.cause.name : error.name;
}

/** A failed request as it is reported. @throws the error itself, where it is a bug. */
export function failureOf(error: unknown, op: string): Failure {
  if (error instanceof Refusal) {
    const hint = refusalHint(error);
    const status = `${error.code}/${error.errCode}`;
    return { op, status, message: error.message, ...(hint ? { hint } : {}) };
  }
  if (isDenied(error)) return denial(error as Error, op);
  if (isUnanswerable(error)) return { op, message: 'nobody answers: JetStream is not reachable', hint: OFF };
  if (error instanceof NoAnswer || error instanceof LostConnection) return { op, message: error.message };
  if (nameOf(error) === 'InvalidArgumentError') {
    return { op, message: `not sent: ${(error as Error).message}` };
  }
  throw error;
}

const OFF =
  'JetStream may be off there or in this account, or "domain" or "api-prefix" may be wrong; see `jetstream {}` in the server’s configuration';

function denial(error: Error, op: string): Failure {
  const { operation, subject } = error.cause as unknown as { operation: string; subject: string };
  const publish = operation === 'publish';
  // Inboxes have random names.
  const right = publish
    ? `publish to ${subject}`
    : `subscribe to ${subject.replace(/^(_INBOX)\..*/, '$1.>')}`;
  return {
    op,
    status: 'permissions',
    message: `the user may not ${right}`,
    hint: `allow it to ${right}${publish ? ', or to all of $JS.API.>' : ''}`,
  };
}

function refusalHint({ errCode }: Refusal): string | undefined {
  switch (errCode) {
    case 10039:
    case 10076:
      return OFF;
    case 10065:
      return 'a subject belongs to one stream: let the other one release it first';
    case 10005:
    case 10074:
      return 'it needs as many servers with JetStream as num_replicas says, all running';
    default:
      return undefined;
  }
}

/** A failed request as an error of the model. */
export function faultOf(broker: string, error: unknown, op: string): ConnectionError | BrokerError {
  const failure = failureOf(error, op);
  if (error instanceof Refusal && (error.errCode === 10039 || error.errCode === 10076)) {
    return new ConnectionError(broker, `${failure.message} (${failure.status})`, { hint: OFF, cause: error });
  }
  if (error instanceof Refusal || isDenied(error)) return new BrokerError(broker, failure, error);
  return new ConnectionError(broker, `${op}: ${failure.message}`, {
    transient: isPassing(error) || isUnsure(error),
    cause: error,
    ...(failure.hint ? { hint: failure.hint } : {}),
  });
}

interface Fault {
  readonly message: string;
  readonly hint?: string;
  readonly transient?: boolean;
}

/** Why no connection came about, with the setting that may be wrong. Holds no credentials. */
export function connectFault(settings: NatsSettings, error: unknown): ConnectionError {
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
  // A server that misses a client's certificate just hangs up.
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
  if (error.name === 'TimeoutError') {
    // TLS 1.3 is done for a client before the server has seen its certificate, and the alert is not passed on.
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
      if (/unexpected response/.test(message)) return { message: `${at} is no NATS server` };
      return { message: `no connection to ${at} (${code ?? message})`, transient: true };
  }
}
