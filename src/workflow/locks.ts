import { setTimeout as sleep } from 'node:timers/promises';
import {
  allSteps,
  brokerOf,
  holderText,
  type Lock,
  type LockAttempt,
  LockHeld,
  type LockHolder,
  type LockRequest,
  type Plan,
  type Session,
  type Step,
} from '../model/index.ts';

export interface LockOptions {
  readonly holder: LockHolder;
  /** Milliseconds to wait for another apply. */
  readonly wait: number;
}

interface Locking extends LockOptions {
  readonly signal: AbortSignal;
  /** Receives what is waited for, once for each broker. Raw text of one line. */
  readonly onNote?: (text: string) => void;
}

/** Milliseconds for a broker to notice that the process of an apply died: RabbitMQ takes up to 0.5 s. */
const NOTICE = 2_000;

/**
 * Milliseconds between two attempts: short at first, for a holder that is about to end, and always short for a lost lock,
 * because the apply goes on in the meantime.
 */
const PAUSE = { first: 100, longest: 1_000, lost: 200 };

/** The locks of one apply on all brokers that it changes. A lost lock is taken again. */
export class Locks {
  readonly #notes: string[] = [];
  /** Why a lost lock could not be taken again so far, by the name of the broker. */
  readonly #lost = new Map<string, string>();
  readonly #plan: Plan;
  readonly #options: Locking;
  readonly #drain = new AbortController();
  readonly #held = new Map<Session, Lock>();
  readonly #released = new AbortController();

  private constructor(plan: Plan, options: Locking) {
    this.#plan = plan;
    this.#options = options;
  }

  /**
   * Takes the lock on each broker with changes, in the order of their names, so that two applies never wait for each
   * other. A broker that cannot keep a lock is noted, and changed without one.
   * @throws LockHeld; no lock stays held then
   */
  static async take(plan: Plan, sessions: ReadonlyMap<string, Session>, options: Locking): Promise<Locks> {
    const locks = new Locks(plan, options);
    const changed = [...sessions].filter(([name]) => stepsOn(plan, name).length > 0);
    try {
      for (const [name, session] of changed.sort(([one], [other]) => (one < other ? -1 : 1))) {
        await locks.#take(name, session);
      }
    } catch (error) {
      await locks.release();
      throw error;
    }
    return locks;
  }

  /** Aborted if a lock was lost, and another apply has taken it. */
  get drain(): AbortSignal {
    return this.#drain.signal;
  }

  /** For the report. */
  notes(): string[] {
    const lost = [...this.#lost].map(
      ([name, reason]) => `${name}: the lock was lost and could not be taken again: ${reason}`,
    );
    return [...this.#notes, ...lost];
  }

  async release(): Promise<void> {
    this.#released.abort();
    await Promise.all([...this.#held.values()].map((lock) => lock.release()));
  }

  async #take(name: string, session: Session): Promise<void> {
    const creates = stepsOn(this.#plan, name).filter(({ action }) => action === 'create').length;
    const request = this.#requestFor(creates);
    const attempt = await this.#patiently(name, () => session.lock?.(request));
    if (attempt?.status === 'held') this.#keep(name, session, attempt.lock);
    if (attempt?.status !== 'unavailable') return;
    const { reason, hint } = attempt;
    this.#notes.push(
      `${name}: applied without a lock: ${reason}${hint === undefined ? '' : ` (hint: ${hint})`}`,
    );
  }

  /** @throws LockHeld, AbortError */
  async #patiently(
    name: string,
    tryOnce: () => Promise<LockAttempt> | undefined,
  ): Promise<LockAttempt | undefined> {
    const { wait, signal, onNote } = this.#options;
    const deadline = Date.now() + Math.max(wait, NOTICE);
    let isTold = wait === 0;
    for (let pause = PAUSE.first; ; pause = Math.min(2 * pause, PAUSE.longest)) {
      const attempt = await tryOnce();
      // Two entries of the configuration can be the same broker.
      if (attempt?.status !== 'taken' || this.#isOwn(attempt.holder)) return attempt;
      const held = new LockHeld(name, this.#target, attempt.holder);
      const left = deadline - Date.now();
      if (left <= 0) throw held;
      if (!isTold) onNote?.(`waiting for ${name}: ${held.message}`);
      isTold = true;
      await sleep(Math.min(pause, left), undefined, { signal });
    }
  }

  #keep(name: string, session: Session, lock: Lock): void {
    this.#held.set(session, lock);
    this.#lost.delete(name);
    this.#watch(name, session, lock).catch((error: Error) => this.#lost.set(name, error.message));
  }

  async #watch(name: string, session: Session, lock: Lock): Promise<void> {
    const { signal } = this.#released;
    const released = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
    await Promise.race([lock.lost, released]);
    if (signal.aborted) return;
    this.#held.delete(session);
    const attempt = await this.#again(name, session);
    if (attempt?.status === 'held') {
      if (signal.aborted) await attempt.lock.release();
      else this.#keep(name, session, attempt.lock);
    } else if (attempt?.status === 'taken') {
      const who = attempt.holder ? `: ${holderText(attempt.holder)}` : '';
      this.#notes.push(
        `${name}: the lock was lost, and another apply of ${this.#target} has taken it${who}; no further change was started`,
      );
      this.#drain.abort();
    }
  }

  /**
   * Tries until the lock is taken, or the apply ends: a broker that restarts takes some seconds, and says various things
   * in the meantime. It can also still keep the lost lock for the lost connection.
   */
  async #again(name: string, session: Session): Promise<LockAttempt | undefined> {
    const { signal } = this.#released;
    // What the apply created is there by now, and needs no more room.
    const request = this.#requestFor(0);
    while (!signal.aborted) {
      const attempt = await session.lock?.(request);
      if (attempt?.status === 'held') return attempt;
      if (attempt?.status === 'taken' && !this.#isOwn(attempt.holder)) {
        this.#lost.delete(name);
        return attempt;
      }
      if (attempt?.status === 'unavailable') this.#lost.set(name, attempt.reason);
      await sleep(PAUSE.lost, undefined, { signal }).catch(() => {});
    }
    return undefined;
  }

  #isOwn(holder: LockHolder | undefined): boolean {
    return holder?.id === this.#options.holder.id;
  }

  #requestFor(creates: number): LockRequest {
    const { project, environment } = this.#plan;
    const { holder } = this.#options;
    return { project, ...(environment !== undefined && { environment }), holder, creates };
  }

  get #target(): string {
    const { project, environment } = this.#plan;
    return environment === undefined ? project : `${project} (${environment})`;
  }
}

function stepsOn(plan: Plan, name: string): Step[] {
  return allSteps(plan).filter(({ address }) => brokerOf(address) === name);
}
