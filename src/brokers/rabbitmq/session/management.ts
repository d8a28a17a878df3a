import { setMaxListeners } from 'node:events';
import type { Agent, IncomingMessage, request as sendRequest } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerLimit, ConnectionError, type Json, OversizedAnswer, printJson } from '../../../model/index.ts';
import { AnswerBody } from './answer-body.ts';
import { describeFault, LostConnection, NoAnswer } from './connection-errors.ts';
import type { RabbitSettings } from './settings.ts';

export interface Request {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** Decoded segments after `/api`. */
  readonly path: readonly string[];
  /** Encoded, without `?`. */
  readonly query?: string;
  readonly payload?: Json;
  /** The most bytes that its answer may have; {@link answerLimit} by default. */
  readonly limit?: number | undefined;
  /** Sending it twice is the same as once, so it may be sent again when its answer was lost. */
  readonly repeatable: boolean;
}

export interface Answer {
  readonly status: number;
  /** Undefined where there is no body, or none of JSON. */
  readonly body: Json | undefined;
  /** The server's clock, from its `Date` header. */
  readonly date: string | undefined;
}

const QUICK_TRIES = 4;
const POOL = { keepAlive: true, maxSockets: 32, scheduling: 'lifo' } as const;

/** The HTTP client of the management API: keep-alive, bounded, each request with its time limit and its retries. */
export class Management {
  /** How many requests were sent, retries included. */
  requests = 0;
  readonly #settings: RabbitSettings;
  readonly #agent: Agent;
  readonly #send: typeof sendRequest;
  readonly #authorization: string;
  readonly #closing = new AbortController();

  /** Loads what TLS needs only for TLS. */
  static async of(settings: RabbitSettings): Promise<Management> {
    const { management, tls } = settings;
    const { Agent, request } = await (management.tls ? import('node:https') : import('node:http'));
    return new Management(settings, new Agent({ ...POOL, ...(management.tls && tls) }), request);
  }

  private constructor(settings: RabbitSettings, agent: Agent, send: typeof sendRequest) {
    const { management } = settings;
    // Each request under way listens to it.
    setMaxListeners(0, this.#closing.signal);
    this.#settings = settings;
    this.#agent = agent;
    this.#send = send;
    const login = `${management.username}:${management.password}`;
    this.#authorization = `Basic ${Buffer.from(login).toString('base64')}`;
  }

  /**
   * Sends one request and gives the broker's answer, whatever its status. A repeatable one has a few quick tries.
   * @throws ConnectionError when there is no answer, or none of the management API.
   */
  async request(request: Request, abort?: AbortSignal): Promise<Answer> {
    const closing = this.#closing.signal;
    const signals = abort ? [abort, closing] : [closing];
    let sent = false;
    for (let tries = 1; ; tries++) {
      const more = request.repeatable && tries < QUICK_TRIES && !signals.some(({ aborted }) => aborted);
      try {
        const answer = await this.#once(request, signals);
        if (!more || !isPassing(answer.status)) return answer;
        sent = true;
      } catch (error) {
        if (!(error instanceof LostConnection)) throw error;
        // Whether any of the tries may have been done, not just the last.
        sent ||= error.sent;
        error.sent = sent;
        if (!more || !mayPassSoon(error)) throw error;
      }
      await sleep(pauseAfter(tries), undefined, { signal: abort ?? closing }).catch(() => {});
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#closing.abort();
    this.#agent.destroy();
  }

  #once(request: Request, signals: readonly AbortSignal[]): Promise<Answer> {
    const { management, prefix, broker, timeout } = this.#settings;
    const path = `${prefix}/api/${request.path.map(encodePathSegment).join('/')}`;
    const payload = request.payload === undefined ? undefined : Buffer.from(printJson(request.payload));
    const limit = request.limit ?? answerLimit();
    this.requests++;
    return new Promise((resolve, reject) => {
      const outgoing = this.#send({
        agent: this.#agent,
        host: management.host,
        port: management.port,
        method: request.method,
        path: request.query ? `${path}?${request.query}` : path,
        headers: {
          accept: 'application/json, */*;q=0.1',
          authorization: this.#authorization,
          ...(payload ? { 'content-type': 'application/json', 'content-length': payload.length } : {}),
        },
      });
      let sent = false;
      const timer = setTimeout(
        () => outgoing.destroy(new NoAnswer(`did not answer within ${timeout} ms`)),
        timeout,
      );
      const onAbort = () => outgoing.destroy(new NoAnswer('was not waited for any longer'));
      const end = () => {
        clearTimeout(timer);
        for (const signal of signals) signal.removeEventListener('abort', onAbort);
      };
      const fail = (cause: Error) => {
        end();
        reject(describeFault(broker, 'management', management, cause, sent));
      };
      for (const signal of signals) {
        if (signal.aborted) onAbort();
        signal.addEventListener('abort', onAbort);
      }
      outgoing.once('error', fail);
      outgoing.once('socket', (socket) => {
        // From here on some of it may be on its way.
        if (!socket.connecting) sent = true;
        else socket.once(management.tls ? 'secureConnect' : 'connect', () => (sent = true));
      });
      outgoing.once('response', (incoming) => {
        const body = new AnswerBody();
        let size = 0;
        if (Number(incoming.headers['content-length']) > limit) {
          outgoing.destroy(OversizedAnswer.ofBytes(limit));
        }
        incoming.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (size > limit) outgoing.destroy(OversizedAnswer.ofBytes(limit));
          else body.add(chunk);
        });
        incoming.once('error', fail);
        incoming.once('end', () => {
          // A body that was cut off ends in an `error` event instead.
          end();
          try {
            resolve(this.#answer(incoming, body));
          } catch (error) {
            reject(error);
          }
        });
      });
      outgoing.end(payload);
    });
  }

  #answer(incoming: IncomingMessage, received: AnswerBody): Answer {
    const status = incoming.statusCode ?? 0;
    const { management, broker } = this.#settings;
    let body: Json | undefined;
    try {
      body = received.end();
    } catch (cause) {
      if (cause instanceof OversizedAnswer) throw describeFault(broker, 'management', management, cause);
      // A refusal may come in any dress; a success that is not JSON is not the management API's.
      if (status < 300) {
        const at = `${management.host}:${management.port}`;
        throw new ConnectionError(broker, `${at} does not answer in JSON`, {
          hint: '"management" may name a proxy or another web server instead of the management API',
          cause,
        });
      }
    }
    return { status, body, date: incoming.headers.date };
  }
}

/** Statuses of a broker or proxy that is starting or overloaded. RabbitMQ gives 500 while parts of it restart. */
export function isPassing(status: number): boolean {
  return status === 500 || status === 502 || status === 503 || status === 504 || status === 429;
}

/** Milliseconds to wait before the next try: doubling, and jittered so that many do not come back as one. */
export function pauseAfter(tries: number): number {
  return Math.min(1000, 50 * 2 ** tries) * (0.5 + Math.random() / 2);
}

/** A lost connection may be a single one; if nothing listens or answers, a second attempt does not help. */
function mayPassSoon(error: LostConnection): boolean {
  const cause = error.cause as NodeJS.ErrnoException | undefined;
  return error.transient && !(cause instanceof NoAnswer) && cause?.code !== 'ECONNREFUSED';
}

/** A name can hold any character; what encodeURIComponent leaves alone has no meaning within a segment. */
function encodePathSegment(segment: string): string {
  return encodeURIComponent(segment.toWellFormed());
}
