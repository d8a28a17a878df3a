import type { BrokerIdentity, Failure, SendOptions } from '../../../model/index.ts';
import type { JetStreamApi } from './api.ts';

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
