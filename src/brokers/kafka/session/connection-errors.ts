import {
  ConnectionError,
  type ConnectionFault,
  certificateFault,
  handshakeFault,
  networkFault,
} from '../../../model/index.ts';
import { ERRORS } from './connection.ts';
import type { Endpoint, KafkaSettings } from './settings.ts';

/** A connection that failed or was lost. `sent`: the request may have reached the cluster, and may have been done. */
export class LostConnection extends ConnectionError {
  readonly sent: boolean;
  readonly endpoint: Endpoint;
  /** No answer came within the timeout: asking the same broker again would take as long. */
  get isLate(): boolean {
    return this.cause instanceof Error && this.cause.name === ERRORS.late;
  }
  constructor(
    broker: string,
    message: string,
    options: { hint?: string; transient?: boolean; cause: unknown; sent: boolean; endpoint: Endpoint },
  ) {
    super(broker, message, options);
    this.sent = options.sent;
    this.endpoint = options.endpoint;
  }
}

/** Whose bytes these are, where they cannot be Kafka's: as a length they would be gigabytes. */
export function foreignProtocol(first: Buffer): 'TLS' | 'HTTP' | undefined {
  if (first.subarray(0, 5).toString('latin1') === 'HTTP/') return 'HTTP';
  return (first[0] === 0x15 || first[0] === 0x16) && first[1] === 0x03 ? 'TLS' : undefined;
}

/** The phase in which a connection failed, which narrows down the cause. */
export type Phase = 'connect' | 'greet' | 'login' | 'request';

/** A failed connection, and what is known of the cause. */
interface Failed {
  readonly at: string;
  readonly settings: KafkaSettings;
  readonly phase: Phase;
  readonly foreign: 'TLS' | 'HTTP' | undefined;
  /** Of the error. */
  readonly code: string;
  readonly name: string;
  readonly message: string;
  readonly type: string;
  /** The other end closed the connection. */
  readonly isCutOff: boolean;
}

const CERTIFICATE_NAME = 'use the name that the certificate has in "bootstrap", or say it as tls.servername';

/** What to check of an address in "bootstrap", and of one that a broker advertised. */
const BOOTSTRAP = {
  port: 'check that the broker runs, and the port in "bootstrap"',
  host: 'check the name in "bootstrap"',
};
const ADVERTISED = {
  port: 'check that the broker runs, and that its advertised.listeners name an address that clients reach',
  host: 'check the advertised.listeners of the broker',
};

/** A lost, refused or misunderstood connection in words, with the setting that may be wrong. Holds no credentials. */
export function connectionError(
  settings: KafkaSettings,
  endpoint: Endpoint,
  phase: Phase,
  cause: unknown,
  foreign?: 'TLS' | 'HTTP',
): LostConnection {
  const at = `${endpoint.host}:${endpoint.port}`;
  const error = (cause ?? {}) as Partial<Record<'code' | 'name' | 'message' | 'type', string>>;
  const { name = '', message = '', type = '' } = error;
  const code = String(error.code ?? '');
  const isCutOff = code === 'ECONNRESET' || name === ERRORS.closed;
  const failed: Failed = { at, settings, phase, foreign, code, name, message, type, isCutOff };
  const fault = wrongProtocol(failed) ??
    certificateFault(at, code, CERTIFICATE_NAME) ??
    handshakeFault(at, code, message) ??
    (phase === 'login' ? loginFault(failed) : undefined) ??
    answerFault(failed) ??
    networkFault(at, code, isBootstrap(settings, endpoint) ? BOOTSTRAP : ADVERTISED) ?? {
      message: `the connection to ${at} was lost${code ? ` (${code})` : ''}`,
      transient: true,
    };
  const { message: text, ...rest } = fault;
  return new LostConnection(settings.broker, text, { ...rest, cause, sent: phase === 'request', endpoint });
}

function wrongProtocol(failed: Failed): ConnectionFault | undefined {
  const { at, phase, code, foreign, isCutOff } = failed;
  const { tls } = failed.settings;
  if (foreign === 'TLS') {
    const hint = 'set tls: true, or name the authority that signed its certificate as tls.ca';
    return { message: `${at} speaks TLS only`, hint };
  }
  if (foreign === 'HTTP') {
    const hint = '"bootstrap" is to name a listener of a broker, usually at port 9092';
    return { message: `${at} is an HTTP port, not Kafka`, hint };
  }
  if (tls && phase === 'connect' && (isCutOff || /WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(code))) {
    const hint = 'it may be a listener without TLS: remove "tls", or name the port of the TLS listener';
    return { message: `${at} ended the TLS handshake`, hint, transient: isCutOff };
  }
  if (!tls && phase === 'greet' && isCutOff) {
    const hint = 'it may be a listener that wants TLS: set tls, or name the port of the plain listener';
    return { message: `${at} closed the connection at our first words`, hint, transient: true };
  }
  return undefined;
}

function loginFault({ at, settings, name, message, type, isCutOff }: Failed): ConnectionFault | undefined {
  const { sasl } = settings;
  if (!sasl) {
    if (!isCutOff) return undefined;
    const hint = 'it may be a listener that wants a login: set sasl';
    return { message: `${at} closed the connection at our first request`, hint, transient: true };
  }
  if (type === 'ILLEGAL_SASL_STATE') {
    const hint = 'remove "sasl", or name the port of the listener with SASL';
    return { message: `the listener ${at} takes no SASL login`, hint };
  }
  if (type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported/.test(message)) {
    const hint = 'see sasl.enabled.mechanisms of the broker';
    return { message: `the listener ${at} does not offer ${sasl.mechanism}`, hint };
  }
  if (name === 'TokenCommandFailed') {
    return { message, hint: 'see sasl.token-command' };
  }
  if (name === 'TokenRefused' || name === ERRORS.login || type === 'SASL_AUTHENTICATION_FAILED') {
    const who =
      sasl.mechanism === 'OAUTHBEARER' ? 'the token' : `the login of ${JSON.stringify(sasl.username)}`;
    const hint =
      sasl.mechanism === 'OAUTHBEARER'
        ? 'check what the token command prints: its issuer, audience and expiry'
        : 'check sasl.username and sasl.password, and that the user has a credential of this mechanism';
    return { message: `${at} refused ${who} (${sasl.mechanism})`, hint };
  }
  return undefined;
}

function isBootstrap({ bootstrap }: KafkaSettings, { host, port }: Endpoint): boolean {
  return bootstrap.some((one) => one.host === host && one.port === port);
}

function answerFault({ at, code, name, message }: Failed): ConnectionFault | undefined {
  if (name === ERRORS.late || /timeout/i.test(message)) {
    return { message: `${at} did not answer in time`, transient: true };
  }
  if (name === 'MalformedResponse') {
    const hint = 'check that "bootstrap" names a listener of a broker, and no proxy changes what it says';
    return { message: `${at} sent an answer that cannot be read: ${message}`, hint };
  }
  if (code === 'ERR_OVERSIZED_ANSWER') {
    const hint = 'check that "bootstrap" names a listener of a broker, usually at port 9092';
    return { message: `${at} announced an answer of an impossible length`, hint };
  }
  return undefined;
}
