import { setTimeout as sleep } from 'node:timers/promises';
import {
  BrokerError,
  type BrokerIdentity,
  ConnectionError,
  type Failure,
  isObject,
  isSecretRef,
  type Json,
  type JsonObject,
  MissingVariable,
  type Resolve,
} from '../../../model/index.ts';
import type { CallResult, RabbitCall } from '../calls.ts';
import type { AmqpLinks } from './amqp.ts';
import { AmqpRefusal, BrokenConnection, wasSent } from './connection-errors.ts';
import type { Listings } from './listings.ts';
import { type Management, pauseAfter, type Request } from './management.ts';
import { isMoveCall, type MoveCall, runPhase } from './move/index.ts';
import { failureOf, isMissing } from './refusals.ts';
import { type PlainCall, type Routes, routesOf } from './requests.ts';
import type { RabbitSettings } from './settings.ts';

const DONE: CallResult = { status: 'done' };

export interface ExecutorOptions {
  readonly broker: Pick<BrokerIdentity, 'version'>;
  readonly settings: RabbitSettings;
  readonly management: Management;
  readonly listings: Listings;
  readonly links: AmqpLinks | undefined;
  readonly resolve: Resolve;
  readonly drain: AbortSignal;
  readonly abort: AbortSignal;
  /** As in SendOptions. */
  readonly limitRate?: number | undefined;
}

/** Takes the progress of one unit of calls, and nothing once it has ended. */
export type Report = (text?: string) => void;

/** How long a broker that went away may take to come back: RabbitMQ restarts in 8 to 20 s. Milliseconds. */
const RESTART = 30_000;

/**
 * Sends single calls, by AMQP where that serves, and waits for a broker that restarts in between. Every call of
 * RabbitMQ's that brokerform makes has the same effect when it is made twice, so one whose answer was lost is made
 * again, and its second answer tells the truth.
 */
export class CallExecutor {
  readonly #with: ExecutorOptions;
  /** Vhosts that AMQP does not reach, while the management API does. */
  readonly #httpOnly = new Set<string>();
  readonly #sizes = new Map<string, number>();
  /** How often the broker was away so far. */
  outages = 0;
  /** When the broker went away; undefined while it is there. */
  #goneSince: number | undefined;

  constructor(options: ExecutorOptions) {
    this.#with = options;
  }

  async execute(call: RabbitCall, report: Report = () => {}): Promise<CallResult> {
    let sent = false;
    // A move sends other calls, whose success says nothing of the one that fails.
    let failingSince: number | undefined;
    const alive = () => {
      failingSince = undefined;
      this.#goneSince = undefined;
    };
    for (let tries = 1; ; tries++) {
      try {
        const result = await this.#once(call, report, alive);
        this.#goneSince = undefined;
        return result;
      } catch (error) {
        if (error instanceof MissingVariable) return failed(call, { message: error.message });
        if (!(error instanceof ConnectionError)) throw error;
        sent ||= wasSent(error);
        failingSince ??= Date.now();
        const isStuck = isMoveCall(call) && Date.now() - failingSince > RESTART;
        const mayRepeat = !isStuck && (call.op !== 'http.post' || !wasSent(error));
        if (mayRepeat && error.transient && (await this.#waitForBroker(tries))) continue;
        const failure = failureFrom(call, error);
        if (sent) return { status: 'unknown', failure };
        return error.transient ? { status: 'lost', failure } : { status: 'failed', failure };
      }
    }
  }

  /** False when there is no more waiting. All calls in flight wait together, so that the time is spent once. */
  async #waitForBroker(tries: number): Promise<boolean> {
    const { drain, abort } = this.#with;
    if (this.#goneSince === undefined) this.outages++;
    this.#goneSince ??= Date.now();
    if (drain.aborted || abort.aborted || Date.now() - this.#goneSince > RESTART) return false;
    await sleep(pauseAfter(tries));
    return !drain.aborted && !abort.aborted;
  }

  async #once(call: RabbitCall, report: Report, alive: () => void): Promise<CallResult> {
    if (isMoveCall(call)) return this.#move(call, report, alive);
    if (call.op === 'user.set-tags') return this.#setTags(call);
    const routes = routesOf(call);
    const { links } = this.#with;
    if (routes.amqp && links && !(routes.http && this.#httpOnly.has(routes.amqp.vhost))) {
      const result = await this.#byAmqp(call, routes, links);
      if (result) return result;
    }
    if (routes.http) return this.#byHttp(call, routes.http);
    if (!routes.amqp)
      return failed(call, { message: 'the broker has no key by which this binding can be deleted' });
    const why = links ? 'could not be reached by AMQP' : 'has no "url" for AMQP';
    return failed(call, {
      message: `only AMQP can do this, and the broker ${why}`,
      hint: 'the management API cannot say these AMQP types or names; see `brokerform doctor`',
    });
  }

  async #move(call: MoveCall, report: Report, alive: () => void): Promise<CallResult> {
    const { links, settings } = this.#with;
    if (!links || !settings.amqp) {
      const hint = 'add "url" to the connection of the broker';
      return failed(call, {
        message: 'only AMQP can move messages, and the broker has no "url" for it',
        hint,
      });
    }
    try {
      const note = await runPhase(call, {
        ...this.#with,
        links,
        endpoint: settings.amqp,
        execute: (one) => this.execute(one),
        report,
        sizes: this.#sizes,
        alive,
      });
      return note === undefined ? DONE : { status: 'done', note };
    } catch (error) {
      if (error instanceof BrokerError) return failed(call, error.failure);
      throw error;
    }
  }

  /** Undefined when AMQP does not reach this vhost, and the management API has to do it. */
  async #byAmqp(call: PlainCall, { amqp, http }: Routes, links: AmqpLinks): Promise<CallResult | undefined> {
    if (!amqp) return undefined;
    try {
      const answer = await links.call(amqp.vhost, amqp.send).catch((error) => {
        // Calls that were in flight beside the one that broke the connection: each on its own tells which it was.
        if (error instanceof BrokenConnection) return links.callAlone(amqp.vhost, amqp.send);
        throw error;
      });
      return deletedWith(call, answer);
    } catch (error) {
      if (error instanceof AmqpRefusal) return failed(call, { status: error.code, message: error.message });
      if (!(error instanceof ConnectionError) || wasSent(error)) throw error;
      if (http) {
        // It could not be opened: a firewall, a login, a broker whose AMQP comes last when it restarts.
        this.#httpOnly.add(amqp.vhost);
        return undefined;
      }
      if (this.#goneSince !== undefined) throw error;
      return failed(call, failureFrom(call, error));
    }
  }

  async #byHttp(call: RabbitCall, request: Request): Promise<CallResult> {
    const { management, settings, abort, resolve } = this.#with;
    const secrets: string[] = [];
    const payload = request.payload === undefined ? undefined : reveal(request.payload, resolve, secrets);
    const answer = await management.request(
      { ...request, ...(payload === undefined ? {} : { payload }) },
      abort,
    );
    if (answer.status < 300) return DONE;
    // What is to be deleted is gone; AMQP says yes to that.
    if (request.method === 'DELETE' && isMissing(answer)) return DONE;
    // A broker that starts serves its management API before its vhosts: what is in one is not found (seen on 3.10.8).
    const isStarting = answer.status === 404 && this.#goneSince !== undefined;
    if (isStarting || answer.status === 502 || answer.status === 503 || answer.status === 504) {
      throw new ConnectionError(settings.broker, `the management API answered ${answer.status}`, {
        transient: true,
      });
    }
    const isOptional = (call.op === 'http.put' || call.op === 'http.delete') && call.body.optional === true;
    if (isOptional && (answer.status === 401 || answer.status === 403)) return DONE;
    const failure = failureOf(answer, settings, { op: call.op, right: rightFor(request.path) });
    return { status: 'failed', failure: { ...failure, message: withoutSecrets(failure.message, secrets) } };
  }

  async #setTags(call: Extract<RabbitCall, { op: 'user.set-tags' }>): Promise<CallResult> {
    const { management, settings, abort } = this.#with;
    const path = ['users', call.body.name];
    const answer = await management.request({ method: 'GET', path, repeatable: true }, abort);
    if (answer.status >= 300 || !isObject(answer.body)) {
      return {
        status: 'failed',
        failure: failureOf(answer, settings, { op: call.op, right: rightFor(path) }),
      };
    }
    const { password_hash = '', hashing_algorithm } = answer.body;
    const payload: JsonObject = {
      password_hash,
      ...(hashing_algorithm === undefined ? {} : { hashing_algorithm }),
      tags: call.body.tags.join(','),
    };
    return this.#byHttp(call, { method: 'PUT', path, payload, repeatable: true });
  }
}

/** The broker says how many messages it deleted with a queue that was to be empty. */
function deletedWith(call: PlainCall, answer: unknown): CallResult {
  if (call.op !== 'queue.delete' || !call.body.ifEmpty) return DONE;
  const { messageCount: count = 0 } = (answer ?? {}) as { readonly messageCount?: number };
  if (count === 0) return DONE;
  const name = JSON.stringify(call.body.name);
  return {
    status: 'done',
    note: `${count} messages that arrived at queue ${name} in the moment of its deletion are lost`,
  };
}

function failed(call: RabbitCall, failure: Omit<Failure, 'op'>): CallResult {
  const { status, ...rest } = failure;
  return { status: 'failed', failure: { op: call.op, ...(status ? { status } : {}), ...rest } };
}

function failureFrom(call: RabbitCall, error: ConnectionError): Failure {
  const { hint = isMoveCall(call) ? 'no message is lost; apply again to continue the move' : undefined } =
    error;
  return { op: call.op, message: error.message, ...(hint ? { hint } : {}) };
}

/** A payload with its secrets in place, which are also told, so that no answer repeats them. */
function reveal(value: Json, resolve: Resolve, secrets: string[]): Json {
  if (isSecretRef(value)) {
    const secret = resolve(value.$secret);
    secrets.push(secret);
    return secret;
  }
  if (Array.isArray(value)) return value.map((item: Json) => reveal(item, resolve, secrets));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, reveal(item, resolve, secrets)]),
  );
}

function withoutSecrets(message: string, secrets: readonly string[]): string {
  return secrets
    .filter((secret) => secret !== '')
    .reduce((text, secret) => text.replaceAll(secret, '***'), message);
}

const POLICYMAKER_PATHS = new Set(['policies', 'parameters', 'global-parameters']);
const USER_PATHS = new Set(['exchanges', 'queues', 'bindings']);

/** The right that a write to this path takes. https://www.rabbitmq.com/docs/management#permissions */
function rightFor([first = '', vhost = '']: readonly string[]): string {
  if (USER_PATHS.has(first)) return `a permission in vhost ${JSON.stringify(vhost)}`;
  return POLICYMAKER_PATHS.has(first) ? 'the tag "policymaker"' : 'the tag "administrator"';
}
