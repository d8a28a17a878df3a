import { setTimeout as sleep } from 'node:timers/promises';
import {
  checkDepth,
  isObject,
  type Json,
  type JsonObject,
  OversizedAnswer,
  parseJson,
  printJson,
} from '../../../model/index.ts';
import type { Link } from './link.ts';
import { isPassing, isUnsure, Refusal } from './refusals.ts';
import type { NatsSettings } from './settings.ts';

/** One request to the JetStream API. */
export interface ApiRequest {
  /** `STREAM.INFO` */
  readonly verb: string;
  /** What follows the verb in the subject: names, which must be tokens. */
  readonly path?: readonly string[];
  readonly body?: JsonObject;
  /** Milliseconds that one attempt may take, where the server is known to take its time. */
  readonly patience?: number;
}

/**
 * Milliseconds until a request is repeated. While there is no leader, or its loss has not been noticed, the servers of
 * a cluster do not answer at all. What changes something gets more time: to send it twice is worse than to wait.
 */
const PATIENCE = { ask: 2_000, write: 5_000 };

/**
 * Raw requests: the client's own calls merge updates over what is live, and parse numbers as doubles.
 * https://docs.nats.io/reference/reference-protocols/nats_api_reference
 */
export class JetStreamApi {
  readonly link: Link;
  readonly settings: NatsSettings;
  /** How many requests were sent, by verb: what a plan costs, for tests. */
  readonly sent = new Map<string, number>();

  constructor(link: Link, settings: NatsSettings) {
    this.link = link;
    this.settings = settings;
  }

  /** When a request that starts now must have its answer. */
  deadline(): number {
    return Date.now() + this.settings.timeout;
  }

  /**
   * Sends a request that changes nothing, and repeats it with pauses while it may go better.
   * @throws Refusal, NoAnswer, LostConnection, or the client's own error.
   */
  async ask(request: ApiRequest, deadline = this.deadline()): Promise<JsonObject> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.once({ patience: PATIENCE.ask, ...request }, deadline);
      } catch (error) {
        if (!(isPassing(error) || isUnsure(error)) || !(await pause(attempt, deadline))) throw error;
      }
    }
  }

  /** Sends a request once. @throws as `ask` */
  async once(
    { verb, path = [], body, patience = PATIENCE.write }: ApiRequest,
    deadline: number,
  ): Promise<JsonObject> {
    const subject = [this.settings.prefix, verb, ...path].join('.');
    const time = Math.max(1, Math.min(patience, deadline - Date.now()));
    this.sent.set(verb, (this.sent.get(verb) ?? 0) + 1);
    const data = await this.link.request(subject, body ? printJson(body) : '', time);
    return success(decode(data));
  }
}

/** Waits a little, longer with every attempt, up to a second. False when there is no time left for another one. */
export async function pause(attempt: number, deadline: number): Promise<boolean> {
  const time = Math.min(1_000, 50 * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);
  if (Date.now() + time >= deadline) return false;
  await sleep(time);
  return true;
}

/** @throws Refusal where it is no answer of JetStream */
function decode(data: Uint8Array): Json {
  const text = new TextDecoder().decode(data);
  try {
    checkDepth(text);
    return parseJson(text);
  } catch (error) {
    const why = error instanceof OversizedAnswer ? error.message : 'sent an answer that is not JSON';
    throw new Refusal(500, 0, `the server ${why}`);
  }
}

function success(answer: Json): JsonObject {
  if (!isObject(answer)) throw new Refusal(500, 0, 'the answer is no JSON object');
  const { error } = answer;
  if (!isObject(error)) return answer;
  throw new Refusal(number(error.code), number(error.err_code), String(error.description ?? 'refused'));
}

function number(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
