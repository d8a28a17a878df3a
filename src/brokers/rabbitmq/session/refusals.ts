import { BrokerError, ConnectionError, type Failure, isObject, type Json } from '../../../model/index.ts';
import { type Answer, isPassing } from './management.ts';
import type { RabbitSettings } from './settings.ts';

/** What was asked, for messages and hints. */
export interface Asked {
  /** `GET queues of vhost /orders`, `queue.declare` … */
  readonly op: string;
  /** The right that this takes, where it is more than access to the management API: `the tag administrator`. */
  readonly right?: string;
}

/** The broker's own words about a refusal, secrets of URIs taken out. */
function wordsOf(answer: Answer): string {
  const body = answer.body;
  const reason = isObject(body) ? (body.reason ?? body.error) : undefined;
  const words =
    typeof reason === 'string' ? reason : reason === undefined ? httpWords(answer) : JSON.stringify(reason);
  return withoutCredentials(words);
}

/** Removes the credentials of every URI in a text. */
function withoutCredentials(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']*(?:@[^\s/@"']*)*@/gi, '$1');
}

function httpWords(answer: Answer): string {
  return answer.status === 404 ? 'Not Found' : `HTTP ${answer.status}`;
}

/**
 * RabbitMQ tells two things apart by one letter: `not_authorized` is a wrong name or password, `not_authorised` a
 * user who lacks a right (seen on 3.10 and 4.3, both with status 401).
 */
function isLoginRefused(answer: Answer): boolean {
  return answer.status === 401 && !isRightMissing(answer);
}

export function isRightMissing(answer: Answer): boolean {
  const error = isObject(answer.body) ? answer.body.error : undefined;
  return answer.status === 403 || (answer.status === 401 && error === 'not_authorised');
}

/** The failure of an answer that is no success. */
export function failureOf(answer: Answer, settings: RabbitSettings, asked: Asked): Failure {
  const hint = hintFor(answer, settings, asked);
  return {
    op: asked.op,
    status: String(answer.status),
    message: wordsOf(answer),
    ...(hint ? { hint } : {}),
  };
}

function hintFor(answer: Answer, settings: RabbitSettings, asked: Asked): string | undefined {
  if (answer.status >= 300 && answer.status < 400) {
    return 'a proxy or another web server sends this elsewhere: "management" must name the address behind it, with its scheme and path';
  }
  if (!isRightMissing(answer)) return undefined;
  const user = `user ${JSON.stringify(settings.management.username)}`;
  const words = wordsOf(answer);
  if (/not management user/i.test(words)) {
    return `${user} needs the tag "management": rabbitmqctl set_user_tags ${settings.management.username} management`;
  }
  return asked.right ? `${user} needs ${asked.right}` : undefined;
}

/**
 * The body of a success.
 * @throws ConnectionError for a login that was refused or a broker that is not up yet, BrokerError for the rest.
 */
export function bodyOf(answer: Answer, settings: RabbitSettings, asked: Asked): Json {
  if (answer.status >= 200 && answer.status < 300 && answer.body !== undefined) return answer.body;
  const { broker, management } = settings;
  const at = `${management.host}:${management.port}`;
  if (isLoginRefused(answer)) {
    const hint = 'check name and password; the user "guest" may log in from the broker\'s own machine only';
    const message = `the management API at ${at} refused the login of ${JSON.stringify(management.username)}: ${wordsOf(answer)}`;
    throw new ConnectionError(broker, message, { hint });
  }
  if (isPassing(answer.status)) {
    const message = `the management API at ${at} answered ${answer.status}: ${wordsOf(answer)}`;
    throw new ConnectionError(broker, message, { hint: 'the broker may still be starting', transient: true });
  }
  throw new BrokerError(broker, failureOf(answer, settings, asked));
}

/** True for an object that is not there. */
export function isMissing(answer: Answer): boolean {
  return answer.status === 404;
}

/** A vhost that exists, and that the user may not see (3.10.8: 401, 4.3.6: 404, each in words of its own). */
export function isHiddenVhost({ status, body }: Answer): boolean {
  if (!isObject(body)) return false;
  return status === 404
    ? body.error === 'not_found'
    : status === 401 && body.reason === 'User not authorised to access virtual host';
}
