import type { Failure } from '../../../model/index.ts';

/** What became of one call. `lost`: it was never sent, because the broker is gone. */
export type CallResult =
  | { readonly status: 'done'; readonly note?: string }
  | { readonly status: 'failed' | 'unknown' | 'lost'; readonly failure: Failure };
