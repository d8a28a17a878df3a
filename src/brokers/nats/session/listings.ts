import { eachOf } from '../../../model/concurrency.ts';
import { isObject, type Json, type JsonObject } from '../../../model/index.ts';
import { type JetStreamApi, pause } from './api.ts';
import { Refusal } from './refusals.ts';

/** Entries a page: fixed in the server (`JSApiListLimit`). */
const PAGE = 256;

/** More entries than any account has: what claims to have more is not a list. */
const MOST = 1_000_000;

/** Pages at a time. */
const CONCURRENT = 8;

/** Milliseconds: a list waits 4 s for the servers that hold its entries before it tells without them. */
const PATIENCE = 8_000;

export interface Listing {
  readonly items: readonly JsonObject[];
  /** Names that are there, and nothing else is known: their servers did not answer, or cannot run them. */
  readonly unknown: ReadonlySet<string>;
}

/** All streams of the account. @throws as `JetStreamApi.ask` */
export function listStreams(api: JetStreamApi): Promise<Listing> {
  return listAll(api, 'STREAM.LIST', [], 'streams');
}

/** All consumers of a stream, ephemeral ones too. @throws as `JetStreamApi.ask` */
export function listConsumers(api: JetStreamApi, stream: string): Promise<Listing> {
  return listAll(api, 'CONSUMER.LIST', [stream], 'consumers');
}

async function listAll(
  api: JetStreamApi,
  verb: string,
  path: readonly string[],
  key: string,
): Promise<Listing> {
  const deadline = api.deadline();
  const page = (offset: number) => api.ask({ verb, path, body: { offset }, patience: PATIENCE }, deadline);
  for (let attempt = 0; ; attempt++) {
    const first = await page(0);
    const total = totalOf(first);
    if (total > MOST) throw new Refusal(500, 0, `the list claims to have ${total} entries`);
    const pages = [first];
    const offsets = Array.from(
      { length: Math.max(0, Math.ceil(total / PAGE) - 1) },
      (_, i) => (i + 1) * PAGE,
    );
    await eachOf(offsets, CONCURRENT, async (offset, index) => {
      pages[index + 1] = await page(offset);
    });
    // A deletion between two pages moves what follows across their border, and hides it.
    const isSteady = pages.every((one) => totalOf(one) === total);
    if (isSteady || !(await pause(attempt, deadline))) return merge(pages, key);
  }
}

function totalOf(page: JsonObject): number {
  return typeof page.total === 'number' ? page.total : 0;
}

function merge(pages: readonly JsonObject[], key: string): Listing {
  const items = pages.flatMap((page) => list(page[key]).filter(isObject));
  const missing = pages.flatMap((page) => list(page.missing).filter((name) => typeof name === 'string'));
  // From 2.12 on: what asks for more than a server knows, with the reason.
  const offline = pages.flatMap((page) => (isObject(page.offline) ? Object.keys(page.offline) : []));
  return { items, unknown: new Set([...missing, ...offline]) };
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
