import { setTimeout as sleep } from 'node:timers/promises';
import {
  type BrokerIdentity,
  checkDepth,
  type Failure,
  isObject,
  type Json,
  type JsonObject,
  OversizedAnswer,
  parseJson,
  printJson,
  type SendOptions,
} from '../../../model/index.ts';
import type { Link } from './link.ts';
import { hasUnknownOutcome, isTransient, Refusal } from './refusals.ts';
import type { NatsSettings } from './settings.ts';

/** One request to the JetStream API. */
export interface ApiRequest {
  /** `STREAM.INFO` */
  readonly verb: string;
  /** What follows the verb in the subject: names, which must be tokens. */
  readonly path?: readonly string[];
  readonly body?: JsonObject;
  /** Milliseconds for one attempt, if the server is known to be slow. */
  readonly attemptTimeout?: number;
}

/**
 * Milliseconds for one attempt. The servers of a cluster do not respond while there is no leader, or while they have
 * not noticed its loss. A write gets more time, because sending it twice is worse than waiting.
 */
const ATTEMPT_TIMEOUT = { read: 2_000, write: 5_000 };

/**
 * Raw requests: the client library merges updates into the live configuration, and parses numbers as doubles.
 * https://docs.nats.io/reference/reference-protocols/nats_api_reference
 */
export class JetStreamApi {
  readonly link: Link;
  readonly settings: NatsSettings;
  /** The number of sent requests by verb, for tests. */
  readonly sent = new Map<string, number>();

  constructor(link: Link, settings: NatsSettings) {
    this.link = link;
    this.settings = settings;
  }

  /** The deadline of a request that starts now. */
  deadline(): number {
    return Date.now() + this.settings.timeout;
  }

  /**
   * Sends a request that changes nothing, and retries it after transient errors.
   * @throws Refusal, ResponseTimeout, ConnectionLost, or the client's own error.
   */
  async read(request: ApiRequest, deadline = this.deadline()): Promise<JsonObject> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once({ attemptTimeout: ATTEMPT_TIMEOUT.read, ...request }, deadline);
      } catch (error) {
        if (!(isTransient(error) || hasUnknownOutcome(error)) || !(await pause(attempt, deadline)))
          throw error;
      }
    }
  }

  /** Sends a request once. @throws as `read` */
  async once(
    { verb, path = [], body, attemptTimeout = ATTEMPT_TIMEOUT.write }: ApiRequest,
    deadline: number,
  ): Promise<JsonObject> {
    const subject = [this.settings.prefix, verb, ...path].join('.');
    const time = Math.max(1, Math.min(attemptTimeout, deadline - Date.now()));
    this.sent.set(verb, (this.sent.get(verb) ?? 0) + 1);
    const data = await this.link.request(subject, body ? printJson(body) : '', time);
    return answerIn(data);
  }
}

/** Exponential backoff with jitter, up to a second. False if no time is left for another attempt. */
export async function pause(attempt: number, deadline: number): Promise<boolean> {
  const time = Math.min(1_000, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
  if (Date.now() + time >= deadline) return false;
  await sleep(time);
  return true;
}

const decoder = new TextDecoder();

/** The answer of JetStream to a request or a published message. @throws Refusal for an error, and for an invalid answer */
export function answerIn(data: Uint8Array): JsonObject {
  const answer = decode(data);
  if (!isObject(answer)) throw new Refusal(500, 0, 'the response is not a JSON object');
  const { error } = answer;
  if (!isObject(error)) return answer;
  const { code, err_code, description } = error;
  throw new Refusal(number(code), number(err_code), String(description ?? 'refused'));
}

function decode(data: Uint8Array): Json {
  const text = decoder.decode(data);
  try {
    checkDepth(text);
    return parseJson(text);
  } catch (error) {
    const why = error instanceof OversizedAnswer ? error.message : 'sent an answer that is not JSON';
    throw new Refusal(500, 0, `the server ${why}`);
  }
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}

/** What the execution of every call of one send needs. */
export interface Execution {
  readonly api: JetStreamApi;
  readonly broker: BrokerIdentity;
  /** Once aborted, no request is sent. */
  readonly abort: AbortSignal;
  /** Once aborted, a move that has not affected its stream yet stops. */
  readonly drain?: AbortSignal;
  readonly onWork?: SendOptions['onWork'];
  /** No move can follow it, because the servers copy. */
  readonly limitRate?: SendOptions['limitRate'];
}

/** `unsent`: the request did not reach the server, so nothing changed. */
export type Result =
  | { readonly status: 'done' }
  | { readonly status: 'failed' | 'unknown' | 'unsent'; readonly failure: Failure };
