import { setTimeout as sleep } from 'node:timers/promises';
import type { Cluster } from '../cluster.ts';
import type { Api } from '../protocol/codec.ts';
import { CODE, isMoved } from '../protocol/errors.ts';
import { FindCoordinator } from '../protocol/messages.ts';
import { type Right, refused } from '../refusals.ts';

/**
 * Milliseconds for which a broker keeps the transaction of a killed run open, at most: what readers of committed records
 * and of stable offsets wait for. It looks for such transactions every 10 s
 * (transaction.abort.timed.out.transaction.cleanup.interval.ms).
 */
export const TRANSACTION_TIMEOUT = 30_000;
const CLEANUP_INTERVAL = 10_000;

/** Milliseconds between two attempts, and for all of them: a coordinator takes some seconds to load its log. */
const PAUSE = 100;
const PATIENCE = TRANSACTION_TIMEOUT + CLEANUP_INTERVAL + 30_000;

const TYPES = { group: 0, transaction: 1 } as const;

/** The broker that keeps the offsets of a group, or a transaction. */
export class Coordinator {
  readonly #cluster: Cluster;
  readonly #type: keyof typeof TYPES;
  readonly #name: string;
  #node: number | undefined;

  constructor(cluster: Cluster, type: keyof typeof TYPES, name: string) {
    this.#cluster = cluster;
    this.#type = type;
    this.#name = name;
  }

  /**
   * Asks it again until the answer is not "not now" or "not me".
   * @param codeOf the error code of an answer; 0 for none
   * @returns the answer, which may be another error
   * @throws BrokerError, ConnectionError
   */
  async ask<Q, A>(api: Api<Q, A>, request: Q, codeOf: (response: A) => number): Promise<A> {
    const until = Date.now() + PATIENCE;
    for (;;) {
      const response = await this.#cluster.request(api, request, await this.#find(until));
      const code = codeOf(response);
      if (code === CODE.NOT_COORDINATOR || code === CODE.COORDINATOR_NOT_AVAILABLE) this.#node = undefined;
      if (!isTemporary(code) || Date.now() > until) return response;
      await sleep(PAUSE);
    }
  }

  async #find(until: number): Promise<number> {
    while (this.#node === undefined) {
      const asked = { name: this.#name, type: TYPES[this.#type] };
      const { error, node, message } = await this.#cluster.read(FindCoordinator, asked);
      if (error === 0) this.#node = node;
      else if (!isTemporary(error) || Date.now() > until) {
        const right: Right = { operation: 'Describe', [this.#type]: this.#name };
        throw refused(this.#cluster.settings, {
          ...{ op: `find the coordinator of ${this.#name}`, code: error, message, right },
        });
      } else await sleep(PAUSE);
    }
    return this.#node;
  }
}

function isTemporary(code: number): boolean {
  const temporary = [CODE.COORDINATOR_LOAD_IN_PROGRESS, CODE.COORDINATOR_NOT_AVAILABLE, CODE.NOT_COORDINATOR];
  return (
    [...temporary, CODE.CONCURRENT_TRANSACTIONS, CODE.UNSTABLE_OFFSET_COMMIT].includes(code) || isMoved(code)
  );
}

/** The error code of an answer that has one. */
export function errorOf({ error }: { readonly error: number }): number {
  return error;
}

/** The first error code of an answer about partitions; 0 for none. */
export function partitionErrorOf({
  topics,
}: {
  readonly topics: readonly { readonly partitions: readonly { readonly error: number }[] }[];
}): number {
  return topics.flatMap(({ partitions }) => partitions).find(({ error }) => error !== 0)?.error ?? 0;
}
