import { BrokerError, ConnectionError, type Failure } from '../../../model/index.ts';

/** The connection went away. `sent`: the request may have reached the server, and may have been done. */
export class LostConnection extends Error {
  override readonly name = 'LostConnection';
  readonly sent: boolean;
  /** @param why what the client said when it gave up finding another server */
  constructor(sent: boolean, why?: string) {
    super(`the connection was lost${why === undefined ? '' : `: ${why}`}`);
    this.sent = sent;
  }
}

/** No answer came in time: the request may have been done. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  constructor(subject: string, timeout: number) {
    super(`no answer to ${subject} within ${timeout} ms`);
  }
}

/** JetStream answered, and said no. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** Like an HTTP status. */
  readonly code: number;
  /** JetStream's own: https://github.com/nats-io/nats-server/blob/main/server/errors.json */
  readonly errCode: number;
  constructor(code: number, errCode: number, description: string) {
    super(description);
    this.code = code;
    this.errCode = errCode;
  }
}

/** Of streams; of consumers, before and since 2.10. */
const TAKEN = new Set([10058, 10013, 10148]);

const NOT_FOUND = { stream: 10059, consumer: 10014 };

export function isNotFound(error: unknown): boolean {
  return (
    error instanceof Refusal && (error.errCode === NOT_FOUND.stream || error.errCode === NOT_FOUND.consumer)
  );
}

/** Incomplete results; the system is temporarily unavailable; it is not the leader any more. */
const PASSING = new Set([10004, 10008, 10009]);

/** Nothing was done, and it may go better in a moment: an election, a server that starts. */
export function isPassing(error: unknown): boolean {
  if (error instanceof Refusal) return PASSING.has(error.errCode);
  return isUnanswerable(error) || (error instanceof LostConnection && !error.sent);
}

/**
 * The server still clears the files of a stream that was deleted a moment ago, under the same name (seen on 2.15). The
 * same answer may mean that its disk is full, so this is worth a few attempts only.
 */
export function isStoreBusy(error: unknown): boolean {
  return error instanceof Refusal && error.errCode === 10049 && /creating store/.test(error.message);
}

/**
 * The name is in use. After a leader was lost this may be our own request, which was done and not answered, and which
 * the new leader shows only a moment later (seen on 2.10).
 */
export function isTaken(error: unknown): boolean {
  return error instanceof Refusal && TAKEN.has(error.errCode);
}

/** It is not known whether it was done. */
export function isUnsure(error: unknown): boolean {
  return error instanceof NoAnswer || (error instanceof LostConnection && error.sent);
}

/** The server says that nobody listens there. */
export function isUnanswerable(error: unknown): boolean {
  return nameOf(error) === 'NoResponders';
}

export function isDenied(error: unknown): boolean {
  return nameOf(error) === 'PermissionViolationError';
}

/** The client wraps the errors of requests. */
function nameOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  return error.cause instanceof Error ? error.cause.name : error.name;
}

/** A failed request as it is reported. @throws the error itself, where it is a bug. */
export function failureOf(error: unknown, op: string): Failure {
  if (error instanceof Refusal) {
    const hint = refusalHint(error);
    const status = `${error.code}/${error.errCode}`;
    return { op, status, message: error.message, ...(hint ? { hint } : {}) };
  }
  if (isDenied(error)) return denial(error as Error, op);
  if (isUnanswerable(error)) return { op, message: 'nobody answers: JetStream is not reachable', hint: OFF };
  if (error instanceof NoAnswer || error instanceof LostConnection) return { op, message: error.message };
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
export function faultOf(broker: string, error: unknown, op: string): ConnectionError | BrokerError {
  const failure = failureOf(error, op);
  if (error instanceof Refusal && (error.errCode === 10039 || error.errCode === 10076)) {
    return new ConnectionError(broker, `${failure.message} (${failure.status})`, { hint: OFF, cause: error });
  }
  if (error instanceof Refusal || isDenied(error)) return new BrokerError(broker, failure, error);
  return new ConnectionError(broker, `${op}: ${failure.message}`, {
    transient: isPassing(error) || isUnsure(error),
    cause: error,
    ...(failure.hint ? { hint: failure.hint } : {}),
  });
}
