import { createConnection } from 'node:net';
import { ConnectionError } from '../../../model/index.ts';
import { describeFault, LostConnection, NoAnswer, protocolOf } from './connection-errors.ts';
import type { Endpoint, RabbitSettings } from './settings.ts';

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
