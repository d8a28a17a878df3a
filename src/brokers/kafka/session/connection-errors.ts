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

/** The socket's first bytes were not Kafka's. */
export class ForeignProtocol extends Error {
  override readonly name = 'ForeignProtocol';
  readonly protocol: 'TLS' | 'HTTP';
  constructor(protocol: 'TLS' | 'HTTP') {
    super(`answered in ${protocol}`);
    this.protocol = protocol;
  }
}

/** Whose bytes these are, where they cannot be Kafka's: as a length they would be gigabytes. */
export function foreignProtocol(first: Buffer): 'TLS' | 'HTTP' | undefined {
  if (first.subarray(0, 5).toString('latin1') === 'HTTP/') return 'HTTP';
  return (first[0] === 0x15 || first[0] === 0x16) && first[1] === 0x03 ? 'TLS' : undefined;
}

/** The phase in which a connection failed, which narrows down the cause. */
export type Phase = 'connect' | 'greet' | 'login' | 'request';

interface Clues {
  code: string;
  name: string;
  message: string;
  type: string;
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
  const {
    code = '',
    name = '',
    message = '',
    type = '',
  } = (cause ?? {}) as Partial<Record<keyof Clues, string>>;
  const clues: Clues = { code: String(code), name, message, type };
  const fault =
    wrongProtocol(at, settings, phase, clues, foreign) ??
    certificateFault(at, clues.code, CERTIFICATE_NAME) ??
    handshakeFault(at, clues.code, clues.message) ??
    loginFault(at, settings, phase, clues) ??
    answerFault(at, clues) ??
    networkFault(at, clues.code, isBootstrap(settings, endpoint) ? BOOTSTRAP : ADVERTISED) ??
    lost(at, clues.code);
  const { message: text, ...rest } = fault;
  return new LostConnection(settings.broker, text, { ...rest, cause, sent: phase === 'request', endpoint });
}

function wrongProtocol(
  at: string,
  settings: KafkaSettings,
  phase: Phase,
  clues: Clues,
  foreign: 'TLS' | 'HTTP' | undefined,
): ConnectionFault | undefined {
  if (foreign === 'TLS') {
    const hint = 'set tls: true, or name the authority that signed its certificate as tls.ca';
    return { message: `${at} speaks TLS only`, hint };
  }
  if (foreign === 'HTTP') {
    const hint = '"bootstrap" is to name a listener of a broker, usually at port 9092';
    return { message: `${at} is an HTTP port, not Kafka`, hint };
  }
  const cutOff = clues.code === 'ECONNRESET' || clues.name === ERRORS.closed;
  if (
    settings.tls &&
    phase === 'connect' &&
    (cutOff || /WRONG_VERSION_NUMBER|PACKET_LENGTH/.test(clues.code))
  ) {
    const hint = 'it may be a listener without TLS: remove "tls", or name the port of the TLS listener';
    return { message: `${at} ended the TLS handshake`, hint, transient: cutOff };
  }
  if (!settings.tls && phase === 'greet' && cutOff) {
    const hint = 'it may be a listener that wants TLS: set tls, or name the port of the plain listener';
    return { message: `${at} closed the connection at our first words`, hint, transient: true };
  }
  return undefined;
}

function loginFault(
  at: string,
  settings: KafkaSettings,
  phase: Phase,
  clues: Clues,
): ConnectionFault | undefined {
  const { sasl } = settings;
  if (!sasl) {
    const cutOff = clues.name === ERRORS.closed || clues.code === 'ECONNRESET';
    if (phase !== 'login' || !cutOff) return undefined;
    const hint = 'it may be a listener that wants a login: set sasl';
    return { message: `${at} closed the connection at our first request`, hint, transient: true };
  }
  if (phase !== 'login') return undefined;
  if (clues.type === 'ILLEGAL_SASL_STATE') {
    const hint = 'remove "sasl", or name the port of the listener with SASL';
    return { message: `the listener ${at} takes no SASL login`, hint };
  }
  if (clues.type === 'UNSUPPORTED_SASL_MECHANISM' || /mechanism is not supported/.test(clues.message)) {
    const hint = 'see sasl.enabled.mechanisms of the broker';
    return { message: `the listener ${at} does not offer ${sasl.mechanism}`, hint };
  }
  if (clues.name === 'TokenCommandFailed') {
    return { message: clues.message, hint: 'see sasl.token-command' };
  }
  if (
    clues.name === 'TokenRefused' ||
    clues.name === ERRORS.login ||
    clues.type === 'SASL_AUTHENTICATION_FAILED'
  ) {
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

function answerFault(at: string, { code, name, message }: Clues): ConnectionFault | undefined {
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

function lost(at: string, code: string): ConnectionFault {
  return { message: `the connection to ${at} was lost${code ? ` (${code})` : ''}`, transient: true };
}
