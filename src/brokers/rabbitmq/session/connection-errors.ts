import { createConnection } from 'node:net';
import {
  ConnectionError,
  type ConnectionFault,
  certificateFault,
  handshakeFault,
  isHandshakeRefusal,
  networkFault,
  OversizedAnswer,
} from '../../../model/index.ts';
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
  const { code = '', message = '' } = cause as { code?: string; message?: string };
  const certificateName = `use the name that the certificate has in "${key}", or say it as tls.servername`;
  const fault = wrongProtocol(key, at, tls, cause) ??
    certificateFault(at, code, certificateName) ??
    handshakeFault(at, code, message) ??
    answerFault(key, at, cause) ??
    networkFault(at, code, {
      port: `check that the broker runs${PLUGIN[key]}, and the port in "${key}"`,
      host: `check the host in "${key}"`,
    }) ?? { message: `the connection to ${at} was lost (${code || message})`, transient: true };
  const { hint = resetHint(key, tls, cause, sent), ...rest } = fault;
  return new LostConnection(broker, fault.message, { ...rest, ...(hint ? { hint } : {}), cause, sent });
}

/** A TLS port may reset a plain connection before its alert, which would tell, has been read. */
function resetHint(key: UrlKey, tls: boolean, cause: unknown, sent: boolean): string | undefined {
  if (tls || sent || (cause as { code?: string }).code !== 'ECONNRESET') return undefined;
  const [plain, secure] = SCHEMES[key];
  return `if that port speaks TLS, write ${secure}:// instead of ${plain}:// in "${key}"`;
}

const PLUGIN = {
  url: '',
  management: ', with its management plug-in (rabbitmq-plugins enable rabbitmq_management)',
} as const;

const SCHEMES = { url: ['amqp', 'amqps'], management: ['http', 'https'] } as const;

function wrongProtocol(key: UrlKey, at: string, tls: boolean, cause: unknown): ConnectionFault | undefined {
  const {
    code = '',
    message = '',
    rawPacket,
  } = cause as {
    code?: string;
    message?: string;
    rawPacket?: Buffer;
  };
  const [plain, secure] = SCHEMES[key];
  if (
    tls &&
    /^(EPROTO|ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE))$/.test(code)
  ) {
    if (!isHandshakeRefusal(code, message)) {
      const hint = `if that port is meant, write ${plain}:// instead of ${secure}:// in "${key}"`;
      return { message: `${at} does not speak TLS`, hint };
    }
  }
  const protocol = rawPacket && protocolOf(rawPacket);
  if (protocol === 'tls') {
    const hint = `write ${secure}:// instead of ${plain}:// in "${key}"`;
    return { message: `${at} speaks TLS only`, hint };
  }
  if (protocol === 'amqp' && key === 'management') {
    const hint = '"management" is to name the port of the management API, usually 15672';
    return { message: `${at} is an AMQP port, not the management API`, hint };
  }
  if (protocol === 'http' && key === 'url') {
    const hint = '"url" is to name the AMQP port, usually 5672; this one may belong in "management"';
    return { message: `${at} is an HTTP port, not AMQP`, hint };
  }
  if (code.startsWith('HPE_')) return { message: `${at} does not speak HTTP` };
  return undefined;
}

/**
 * The broker ended the connection by a fault of its own (541). Seen on 4.3.6 for messages of AMQP 1.0 clients that it
 * cannot tell in AMQP 0-9-1: a UUID in the application properties, a content type of more than 255 bytes.
 */
export class BrokerFault extends Error {
  override readonly name = 'BrokerFault';
}

const AMQP_1_0 =
  'no message is lost; see the log of the broker. If clients of AMQP 1.0 publish to the queue, one of their messages cannot be delivered by AMQP 0-9-1: let a consumer of AMQP 1.0 take it, and try again';

function answerFault(key: UrlKey, at: string, cause: unknown): ConnectionFault | undefined {
  if (cause instanceof BrokerFault) {
    return { message: `${at} ended the connection (${cause.message})`, hint: AMQP_1_0, transient: true };
  }
  if (cause instanceof NoAnswer) return { message: `${at} ${cause.message}`, transient: true };
  if (!(cause instanceof OversizedAnswer)) return undefined;
  const hint = `check that "${key}" names the broker; a larger heap (NODE_OPTIONS=--max-old-space-size) allows more`;
  return { message: `${at} ${cause.message}`, hint };
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
