import { createConnection } from 'node:net';
import { ConnectionError, OversizedAnswer } from '../../../model/index.ts';
import type { Endpoint, RabbitSettings } from './settings.ts';

/** A connection that failed or was lost. `sent`: the request may have reached the broker, and may have been done. */
export class LostConnection extends ConnectionError {
  sent: boolean;
  constructor(
    broker: string,
    message: string,
    options: { hint?: string; transient?: boolean; cause?: unknown; sent?: boolean },
  ) {
    super(broker, message, options);
    this.sent = options.sent ?? false;
  }
}

/** The setting that holds the URL, for hints. */
export type UrlKey = 'url' | 'management';

interface Fault {
  message: string;
  hint?: string;
  transient: boolean;
}

/** No answer within the time that one request may take. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** Bytes that show which protocol really answered. */
function protocolOf(answer: Buffer): 'amqp' | 'http' | 'tls' | undefined {
  if (answer.subarray(0, 4).toString('latin1') === 'AMQP') return 'amqp';
  if (answer.subarray(0, 5).toString('latin1') === 'HTTP/') return 'http';
  return answer[0] === 0x15 || answer[0] === 0x16 ? 'tls' : undefined;
}

/** A lost or refused connection in words, with the setting that may be wrong. Holds no credentials. */
export function describeFault(
  broker: string,
  key: UrlKey,
  { host, port, tls }: Endpoint,
  cause: unknown,
  sent = false,
): LostConnection {
  const at = `${host}:${port}`;
  const fault =
    wrongProtocol(key, at, tls, cause) ?? certificateFault(key, at, cause) ?? networkFault(key, at, cause);
  const { hint = resetHint(key, tls, cause, sent), ...rest } = fault;
  return new LostConnection(broker, fault.message, { ...rest, ...(hint ? { hint } : {}), cause, sent });
}

/** A TLS port may reset a plain connection before its alert, which would tell, has been read. */
function resetHint(key: UrlKey, tls: boolean, cause: unknown, sent: boolean): string | undefined {
  if (tls || sent || (cause as { code?: string }).code !== 'ECONNRESET') return undefined;
  const [plain, secure] = SCHEMES[key];
  return `if that port speaks TLS, write ${secure}:// instead of ${plain}:// in "${key}"`;
}

const SCHEMES = { url: ['amqp', 'amqps'], management: ['http', 'https'] } as const;

function wrongProtocol(key: UrlKey, at: string, tls: boolean, cause: unknown): Fault | undefined {
  const { code = '', rawPacket } = cause as { code?: string; rawPacket?: Buffer };
  const [plain, secure] = SCHEMES[key];
  if (
    tls &&
    /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE))$/.test(code)
  ) {
    if (!isHandshakeRefusal(cause)) {
      const hint = `if that port is meant, write ${plain}:// instead of ${secure}:// in "${key}"`;
      return { message: `${at} does not speak TLS`, hint, transient: false };
    }
  }
  const protocol = rawPacket && protocolOf(rawPacket);
  if (protocol === 'tls') {
    const hint = `write ${secure}:// instead of ${plain}:// in "${key}"`;
    return { message: `${at} speaks TLS only`, hint, transient: false };
  }
  if (protocol === 'amqp' && key === 'management') {
    const hint = '"management" is to name the port of the management API, usually 15672';
    return { message: `${at} is an AMQP port, not the management API`, hint, transient: false };
  }
  if (protocol === 'http' && key === 'url') {
    const hint = '"url" is to name the AMQP port, usually 5672; this one may belong in "management"';
    return { message: `${at} is an HTTP port, not AMQP`, hint, transient: false };
  }
  if (code.startsWith('HPE_')) return { message: `${at} does not speak HTTP`, transient: false };
  return undefined;
}

const UNTRUSTED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|CERT_SIGNATURE_FAILURE)$/;

function certificateFault(key: UrlKey, at: string, cause: unknown): Fault | undefined {
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  if (UNTRUSTED.test(code)) {
    const hint = 'name the PEM file of the authority that signed it as tls.ca';
    return { message: `the certificate of ${at} is not trusted`, hint, transient: false };
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const hint = `use the name that the certificate has in "${key}", or say it as tls.servername`;
    return { message: `the certificate of ${at} is for another name`, hint, transient: false };
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    const what = code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet';
    return { message: `the certificate of ${at} ${what}`, transient: false };
  }
  if (isHandshakeRefusal(cause)) {
    const hint = 'it may ask for a client certificate: name its PEM files as tls.cert and tls.key';
    return { message: `${at} refused the TLS handshake`, hint, transient: false };
  }
  if (/^ERR_(SSL|OSSL)_|^EPROTO$/.test(code)) {
    return { message: `TLS with ${at} failed: ${message.split('\n')[0]}`, transient: false };
  }
  return undefined;
}

/** An alert of the server: it did speak TLS, and did not like us. */
function isHandshakeRefusal(cause: unknown): boolean {
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  return (
    /ALERT/.test(code) ||
    /alert (certificate required|bad certificate|handshake failure|unknown ca)/.test(message)
  );
}

function networkFault(key: UrlKey, at: string, cause: unknown): Fault {
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  if (cause instanceof NoAnswer) return { message: `${at} ${cause.message}`, transient: true };
  if (cause instanceof OversizedAnswer) {
    const hint = `check that "${key}" names the broker; a larger heap (NODE_OPTIONS=--max-old-space-size) allows more`;
    return { message: `${at} ${cause.message}`, hint, transient: false };
  }
  switch (code) {
    case 'ECONNREFUSED': {
      const plugin =
        key === 'management'
          ? ', with its management plug-in (rabbitmq-plugins enable rabbitmq_management)'
          : '';
      return {
        message: `nothing listens at ${at}`,
        hint: `check that the broker runs${plugin}, and the port in "${key}"`,
        transient: true,
      };
    }
    case 'ENOTFOUND':
      return {
        message: `the host of ${at} is not known`,
        hint: `check the host in "${key}"`,
        transient: false,
      };
    case 'EAI_AGAIN':
      return { message: `the host of ${at} could not be looked up`, transient: true };
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return { message: `${at} cannot be reached (${code})`, transient: true };
    default:
      return { message: `the connection to ${at} was lost (${code || message})`, transient: true };
  }
}

/** The broker's no to one call: the reply code, and its own words. */
export class AmqpRefusal extends Error {
  override readonly name: string = 'AmqpRefusal';
  readonly code: string;
  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** A no so hard that the broker closed the whole connection (unknown exchange type, unsupported flag). */
export class BrokenConnection extends AmqpRefusal {
  override readonly name = 'BrokenConnection';
}

/** Reply codes by which a connection ends without anybody's fault: goodbye, and a broker that is stopped. */
const GOODBYES = new Set(['200', '320']);

// amqplib: `… 406 (PRECONDITION-FAILED) with message "PRECONDITION_FAILED - queue 'q' …"`
const REPLY = /\b(\d{3}) \([A-Z-]+\) with message "(?:[A-Z_]+ - )?([\s\S]*)"$/;

/** What the broker said when it closed a channel or connection; undefined for any other error. */
export function refusalOf(error: unknown): AmqpRefusal | undefined {
  const [, code, words] = REPLY.exec(error instanceof Error ? error.message : '') ?? [];
  if (code === undefined || words === undefined || GOODBYES.has(code)) return undefined;
  // A connection that has ended tells every later call why, inside a message of its own.
  return error instanceof Error && error.name === 'IllegalOperationError'
    ? undefined
    : new AmqpRefusal(code, words);
}

/** Why a connection could not be opened, as a ConnectionError. */
export async function describeAmqpFault(
  settings: RabbitSettings,
  endpoint: Endpoint,
  vhost: string,
  error: unknown,
): Promise<ConnectionError> {
  const { broker } = settings;
  const at = `${endpoint.host}:${endpoint.port}`;
  const message = error instanceof Error ? error.message : '';
  const user = JSON.stringify(endpoint.username);
  if (/\b403 \(ACCESS-REFUSED\)/.test(message)) {
    const hint =
      'check name and password in "url"; the user "guest" may log in from the broker\'s own machine only';
    return new ConnectionError(broker, `${at} refused the AMQP login of ${user}`, { hint });
  }
  if (message.startsWith('Expected ConnectionOpenOk; got <ConnectionClose')) {
    const name = JSON.stringify(vhost);
    const hint = `user ${user} needs a permission in vhost ${name}, which must exist`;
    return new ConnectionError(broker, `${at} refused vhost ${name} to user ${user}`, { hint });
  }
  if (message === 'connect ETIMEDOUT') {
    return describeFault(broker, 'url', endpoint, Object.assign(new Error(message), { code: 'ETIMEDOUT' }));
  }
  if (error instanceof NoAnswer) return describeFault(broker, 'url', endpoint, error);
  const hasCode = error instanceof Error && 'code' in error;
  const answer = hasCode || endpoint.tls ? undefined : await answerTo(endpoint, settings.timeout);
  const protocol = answer && protocolOf(answer);
  if (protocol === 'http' || protocol === 'tls') {
    return describeFault(broker, 'url', endpoint, Object.assign(new Error(message), { rawPacket: answer }));
  }
  return describeFault(broker, 'url', endpoint, error);
}

/** The first bytes that a server answers to AMQP's greeting: amqplib does not tell them. */
function answerTo({ host, port }: Endpoint, timeout: number): Promise<Buffer> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port });
    const end = (answer: Buffer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(Math.min(timeout, 2000), () => end(Buffer.alloc(0)));
    // A web server waits for the end of a line before it complains.
    socket.once('connect', () => socket.write('AMQP\0\0\x09\x01\r\n\r\n', 'latin1'));
    socket.once('data', end);
    socket.once('error', () => end(Buffer.alloc(0)));
    socket.once('close', () => end(Buffer.alloc(0)));
  });
}

export function wasSent(error: unknown): boolean {
  return error instanceof LostConnection && error.sent;
}
