import {
  type Address,
  type BrokerIdentity,
  type Call,
  type Check,
  coverageOf,
  type Failure,
  type JsonObject,
  type Lock,
  type LockAttempt,
  type LockHolder,
  type LockRequest,
  lockName,
  type Outcome,
  type Resource,
  type SendOptions,
  type Session,
} from '../../src/model/index.ts';
import { kinds } from './kinds.ts';

/**
 * A broker that lives in memory and knows boxes and links between them. It stands in for a fourth broker: whatever
 * the neutral stages need to run against it is all that they may need from any.
 */
export class MemoryBroker {
  readonly identity: BrokerIdentity;
  readonly boxes = new Map<Address, { spec: JsonObject; contents: number }>();
  readonly links = new Map<Address, { dependsOn: readonly Address[] }>();
  /** Answers a call with a refusal. */
  refuse: (call: Call) => string | undefined = () => undefined;
  /** Refuses a call because what it makes is there already. */
  isTaken: (call: Call) => boolean = () => false;
  /** Takes a call, and goes on with it by itself when it is not to be waited for. */
  takesLong: (call: Call) => boolean = () => false;
  /** Loses the answer of a call that it carries out. */
  loseAnswer: (call: Call) => boolean = () => false;
  /** Runs before each call, for what other people do meanwhile. */
  beforeCall: (call: Call) => void = () => {};
  /** What a preview of a call says. */
  object: (call: Call) => string | undefined = () => undefined;
  /** What a rehearsal of a replacement says of a call. */
  refuseTrial: (call: Call) => string | undefined = () => undefined;
  /** Runs after each call; while it does not resolve, its caller hears nothing, as a process that was killed. */
  afterCall: () => Promise<void> = async () => {};
  /** Holders of locks, by name. */
  readonly locks = new Map<string, LockHolder>();
  /** What a request for a lock gets instead of one. */
  withholdLock: (request: LockRequest) => LockAttempt | undefined = () => undefined;
  /** Frees a lock that an apply holds, as a lost connection does. */
  loseLock: () => void = () => {};
  readonly log: Call[] = [];
  reads = 0;

  constructor(name = 'store', id = 'memory-1') {
    this.identity = { name, type: 'memory', id, version: '1.0.0', facts: {} };
  }

  resources(): Resource[] {
    const boxes = [...this.boxes].map(([address, { spec, contents }]) => ({
      address,
      spec,
      dependsOn: [],
      metrics: { contents },
    }));
    const links = [...this.links].map(([address, { dependsOn }]) => ({ address, spec: {}, dependsOn }));
    return [...boxes, ...links];
  }

  session(): Session {
    const held: Lock[] = [];
    return {
      broker: this.identity,
      read: async (scope) => {
        this.reads++;
        const { includes } = coverageOf(scope, this.identity.name, kinds);
        return this.resources()
          .filter(includes)
          .map(({ metrics: _, ...resource }) => resource);
      },
      readMetrics: async (resources) =>
        new Map(
          resources.flatMap(({ address }): [Address, JsonObject][] => {
            const box = this.boxes.get(address);
            return box ? [[address, { contents: box.contents }]] : [];
          }),
        ),
      send: (units, options) => this.#send(units, options),
      preview: async (units) =>
        units.flatMap((calls, unit) =>
          calls.flatMap((call) => {
            const message = this.object(call);
            return message === undefined ? [] : [{ unit, failure: { op: call.op, status: 'NO', message } }];
          }),
        ),
      rehearse: async (units) =>
        units.flatMap((calls, unit) =>
          calls.flatMap((call) => {
            const message = this.refuseTrial(call);
            return message === undefined ? [] : [{ unit, failure: { op: call.op, message } }];
          }),
        ),
      lock: async (request) => {
        const attempt = this.#lock(request);
        if (attempt.status === 'held') held.push(attempt.lock);
        return attempt;
      },
      diagnose: async (): Promise<Check[]> => [{ name: 'memory', ok: true, text: 'always there' }],
      close: async () => {
        for (const lock of held) await lock.release();
      },
    };
  }

  #lock(request: LockRequest): LockAttempt {
    const withheld = this.withholdLock(request);
    if (withheld) return withheld;
    const name = lockName(request);
    const holder = this.locks.get(name);
    if (holder) return { status: 'taken', holder };
    this.locks.set(name, request.holder);
    const free = () => {
      if (this.locks.get(name) === request.holder) this.locks.delete(name);
    };
    const lost = new Promise<void>((resolve) => {
      this.loseLock = () => {
        free();
        resolve();
      };
    });
    return { status: 'held', lock: { lost, release: async () => free() } };
  }

  async *#send(units: readonly (readonly Call[])[], options: SendOptions): AsyncIterable<Outcome> {
    for (const [unit, calls] of units.entries()) {
      if (options.drain.aborted || options.abort.aborted) {
        yield { unit, status: 'not-started', callsDone: 0 };
        continue;
      }
      yield await this.#sendUnit(unit, calls, options);
    }
  }

  async #sendUnit(unit: number, calls: readonly Call[], { detach, onWork }: SendOptions): Promise<Outcome> {
    for (const [callsDone, call] of calls.entries()) {
      this.beforeCall(call);
      this.log.push(call);
      if (this.isTaken(call)) {
        const failure = { op: call.op, status: 'TAKEN', message: 'it is there' };
        return { unit, status: 'already', callsDone, failure };
      }
      if (this.takesLong(call)) {
        if (detach) return { unit, status: 'under-way', callsDone, note: 'half of it' };
        onWork?.(`working at ${call.target}`);
      }
      const message = this.refuse(call) ?? this.#carryOut(call);
      const failure: Failure | undefined = message === undefined ? undefined : { op: call.op, message };
      if (failure) return { unit, status: 'failed', callsDone, failure };
      await this.afterCall();
      onWork?.();
      if (this.loseAnswer(call)) {
        return { unit, status: 'unknown', callsDone, failure: { op: call.op, message: 'connection lost' } };
      }
    }
    return { unit, status: 'done', callsDone: calls.length };
  }

  #carryOut({ op, target, body }: Call): string | undefined {
    if (op === 'box.put') {
      const { shelf } = body as { shelf?: string };
      const taken = [...this.boxes].find(([other, { spec }]) => other !== target && spec.shelf === shelf);
      if (shelf !== undefined && taken) return `${taken[0]} is on shelf ${shelf}`;
      const contents = this.boxes.get(target)?.contents ?? 0;
      this.boxes.set(target, { spec: body as JsonObject, contents });
    } else if (op === 'box.delete') {
      const box = this.boxes.get(target);
      if (box && box.contents > 0 && (body as { ifEmpty: boolean }).ifEmpty)
        return `holds ${box.contents} things`;
      this.boxes.delete(target);
      for (const [address, link] of this.links)
        if (link.dependsOn.includes(target)) this.links.delete(address);
    } else if (op === 'link.put') {
      const { dependsOn } = body as unknown as { dependsOn: readonly Address[] };
      const missing = dependsOn.find((need) => !this.boxes.has(need));
      if (missing !== undefined) return `no box ${missing}`;
      this.links.set(target, { dependsOn });
    } else if (op === 'link.delete') {
      this.links.delete(target);
    } else {
      return `unknown call ${op}`;
    }
    return undefined;
  }
}
