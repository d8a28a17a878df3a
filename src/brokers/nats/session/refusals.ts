import { BrokerError, ConnectionError, type Failure } from '../../../model/index.ts';

/** The connection was lost. `sent`: the server may have received and executed the request. */
export class ConnectionLost extends Error {
  override readonly name = 'ConnectionLost';
  readonly sent: boolean;
  /** @param why the error of the client when it stopped reconnecting */
  constructor(sent: boolean, why?: string) {
    super(`the connection was lost${why === undefined ? '' : `: ${why}`}`);
    this.sent = sent;
  }
}

/** No response before the timeout: the server may have executed the request. */
export class ResponseTimeout extends Error {
  override readonly name = 'ResponseTimeout';
  constructor(subject: string, timeout: number) {
    super(`no answer to ${subject} within ${timeout} ms`);
  }
}

/** Nothing listens on the subject. */
export class NoResponders extends Error {
  override readonly name = 'NoResponders';
  constructor(subject: string) {
    super(`no responders: '${subject}'`);
  }
}

/** An error response of JetStream. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Like an HTTP status. */
  readonly code: number;
  /** Of JetStream: https://github.com/nats-io/nats-server/blob/main/server/errors.json */
  readonly errCode: number;
  constructor(code: number, errCode: number, description: string) {
    super(description);
    this.code = code;
    this.errCode = errCode;
  }
}

/** For streams; for consumers, before and since 2.10. */
const NAME_IN_USE = new Set([10058, 10013, 10148]);

const NOT_FOUND = { stream: 10059, consumer: 10014 };

export function isNotFound(error: unknown): boolean {
  return (
    error instanceof Refusal && (error.errCode === NOT_FOUND.stream || error.errCode === NOT_FOUND.consumer)
  );
}

/** No message has this sequence, or one that comes later. */
export function isNoMessage(error: unknown): boolean {
  return error instanceof Refusal && error.errCode === 10037;
}

/** An answer; undefined if the request fails because there is nothing. @throws any other error of the request */
export async function unless<T>(
  isNothing: (error: unknown) => boolean,
  answer: Promise<T>,
): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNothing(error)) return undefined;
    throw error;
  }
}

/** Incomplete results; temporarily unavailable; no longer the leader. */
const TRANSIENT = new Set([10004, 10008, 10009]);

/** Nothing was executed, and a retry can succeed: an election, a starting server. */
export function isTransient(error: unknown): boolean {
  if (error instanceof Refusal) return TRANSIENT.has(error.errCode);
  return hasNoResponders(error) || (error instanceof ConnectionLost && !error.sent);
}

/**
 * The server still removes the files of a deleted stream with the same name (verified on 2.15). A full disk causes the
 * same error, so only a few attempts make sense.
 */
export function isStoreBusy(error: unknown): boolean {
  return error instanceof Refusal && error.errCode === 10049 && /creating store/.test(error.message);
}

/**
 * The name is in use. After the loss of a leader this can be the effect of our own request, which the new leader shows
 * only a moment later (verified on 2.10).
 */
export function isNameInUse(error: unknown): boolean {
  return error instanceof Refusal && NAME_IN_USE.has(error.errCode);
}

/** The server may have executed the request. */
export function hasUnknownOutcome(error: unknown): boolean {
  return error instanceof ResponseTimeout || (error instanceof ConnectionLost && error.sent);
}

/** JetStream does not listen there. */
export function hasNoResponders(error: unknown): boolean {
  return nameOf(error) === 'NoResponders';
}

export function isPermissionError(error: unknown): boolean {
  return nameOf(error) === 'PermissionViolationError';
}

/** The client library wraps the errors of requests. */
function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error ? error.cause.name : error.name;
}

/** The report of a failed request. @throws the error itself if it is a bug */
export function failureOf(error: unknown, op: string): Failure {
  if (error instanceof Refusal) {
    const hint = refusalHint(error);
    const status = `${error.code}/${error.errCode}`;
    return { op, status, message: error.message, ...(hint ? { hint } : {}) };
  }
  if (isPermissionError(error)) return denial(error as Error, op);
  if (hasNoResponders(error)) return { op, message: 'no responders: JetStream is not reachable', hint: OFF };
  if (error instanceof ResponseTimeout || error instanceof ConnectionLost)
    return { op, message: error.message };
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
      return 'it needs as many servers with JetStream as num_replicas says, all running, that fit its placement: check the names of cluster and tags';
    case 10074:
      return 'it needs as many servers with JetStream as num_replicas says, all running';
    default:
      return undefined;
  }
}

/** A failed request as an error of the model. */
export function errorOf(broker: string, error: unknown, op: string): ConnectionError | BrokerError {
  const failure = failureOf(error, op);
  if (error instanceof Refusal && (error.errCode === 10039 || error.errCode === 10076)) {
    return new ConnectionError(broker, `${failure.message} (${failure.status})`, { hint: OFF, cause: error });
  }
  if (error instanceof Refusal || isPermissionError(error)) return new BrokerError(broker, failure, error);
  return new ConnectionError(broker, `${op}: ${failure.message}`, {
    transient: isTransient(error) || hasUnknownOutcome(error),
    cause: error,
    ...(failure.hint ? { hint: failure.hint } : {}),
  });
}
