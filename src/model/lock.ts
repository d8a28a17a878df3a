import { createHash } from 'node:crypto';
import { isObject, parseJson } from './json.ts';
import { checkDepth } from './limits.ts';

/** An apply that holds the lock. Raw text: the lock of another apply was read from a broker. */
export interface LockHolder {
  /** Random for each apply, so that it recognizes its own lock. */
  readonly id: string;
  readonly host: string;
  readonly user?: string;
  /** URL of the CI job. */
  readonly job?: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

export interface LockRequest {
  readonly project: string;
  readonly environment?: string;
  readonly holder: LockHolder;
  /** Resources that the apply creates on this broker: the lock leaves them the room that a limit of the broker allows. */
  readonly creates: number;
}

/** A lock that a broker keeps for this process, and frees if the process dies. */
export interface Lock {
  /** Resolves if the broker freed the lock although it was not released, or might have: its connection was lost. */
  readonly lost: Promise<void>;
  /** Never throws: a lock that cannot be released ends with the session. */
  release(): Promise<void>;
}

/**
 * - `taken`: another apply holds it; without `holder` if the broker does not tell.
 * - `unavailable`: this broker cannot keep the lock for this user, or not now.
 */
export type LockAttempt =
  | { readonly status: 'held'; readonly lock: Lock }
  | { readonly status: 'taken'; readonly holder?: LockHolder }
  | { readonly status: 'unavailable'; readonly reason: string; readonly hint?: string };

/** Characters of one text of a holder, and of all of them as JSON. */
const LONGEST = { text: 300, holder: 4_000 };

export function writeHolder({ id, host, user, job, pid, since }: LockHolder): string {
  const [short, name, url] = [host, user, job].map((text) => text?.slice(0, LONGEST.text));
  return JSON.stringify({ id, host: short, user: name, job: url, pid, since });
}

/** Undefined for a text that no apply has written. */
export function readHolder(text: unknown): LockHolder | undefined {
  if (typeof text !== 'string' || text.length > LONGEST.holder) return undefined;
  try {
    checkDepth(text);
    const value = parseJson(text);
    if (!isObject(value)) return undefined;
    const { id, host, user, job, pid, since } = value;
    const isWhole = [id, host, since].every(isShort) && typeof pid === 'number';
    if (!isWhole) return undefined;
    return {
      ...{ id: String(id), host: String(host), pid, since: String(since) },
      ...(isShort(user) && { user }),
      ...(isShort(job) && { job }),
    };
  } catch {
    return undefined;
  }
}

function isShort(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST.text;
}

/** `deploy on runner-7 (pid 311) since 2026-11-27T12:03:11Z, https://ci.example/job/42`. Raw text of one line. */
export function holderText({ host, user, job, pid, since }: LockHolder): string {
  const process = `${user === undefined ? '' : `${user} on `}${host} (pid ${pid})`;
  return `${process} since ${since.replace(/\.\d+Z$/, 'Z')}${job === undefined ? '' : `, ${job}`}`;
}

/**
 * `shop-prod-0123456789abcdef`: the project and environment as part of a broker's name, at most 81 characters of
 * `A-Za-z0-9_-`. The hash distinguishes what the readable part does not.
 */
export function lockName({ project, environment }: Pick<LockRequest, 'project' | 'environment'>): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([project, environment ?? null]))
    .digest('hex');
  const readable = [project, ...(environment === undefined ? [] : [environment])].join('-');
  return `${readable.replace(/[^\w-]/g, '_').slice(0, 64)}-${hash.slice(0, 16)}`;
}
