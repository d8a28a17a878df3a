import { eachOf } from '../../../model/concurrency.ts';
import { type JsonObject, objectOf } from '../../../model/index.ts';
import { objectsIn, stringsIn, textIn } from '../fields/values.ts';
import { type JetStreamApi, pause } from './api.ts';
import { Refusal } from './refusals.ts';

/** Items per page: fixed in the server (`JSApiListLimit`). */
const PAGE = 256;

/** A response with more items than any account has is invalid. */
const MAX_ITEMS = 1_000_000;

/** Concurrent pages. */
const CONCURRENT = 8;

/** Milliseconds for one attempt: a server waits up to 4 s for the servers that hold the items. */
const TIMEOUT = 8_000;

export interface Listing {
  readonly items: readonly JsonObject[];
  /** Names of existing items that no server describes: their servers did not respond, or do not support them. */
  readonly unknown: ReadonlySet<string>;
}

/** All streams of the account. @throws as `JetStreamApi.read` */
export function listStreams(api: JetStreamApi): Promise<Listing> {
  return listAll(api, 'STREAM.LIST', [], 'streams');
}

/** All consumers of a stream, including ephemeral ones. @throws as `JetStreamApi.read` */
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
  const page = (offset: number) =>
    api.read({ verb, path, body: { offset }, attemptTimeout: TIMEOUT }, deadline);
  for (let attempt = 0; ; attempt++) {
    const first = await page(0);
    const total = totalOf(first);
    if (total > MAX_ITEMS) throw new Refusal(500, 0, `the list claims to have ${total} entries`);
    if (total <= PAGE) return merge([first], key);
    const pages = [first];
    const offsets = Array.from({ length: Math.ceil(total / PAGE) - 1 }, (_, i) => (i + 1) * PAGE);
    await eachOf(offsets, CONCURRENT, async (offset, index) => {
      pages[index + 1] = await page(offset);
    });
    // A deletion between two pages shifts the following items to the previous page, and hides one.
    const isConsistent = pages.every((one) => totalOf(one) === total);
    if (isConsistent || !(await pause(attempt, deadline))) return merge(pages, key);
  }
}

function totalOf(page: JsonObject): number {
  return typeof page.total === 'number' ? page.total : 0;
}

function merge(pages: readonly JsonObject[], key: string): Listing {
  const items = pages.flatMap((page) => objectsIn(page[key]));
  const missing = pages.flatMap((page) => stringsIn(page.missing));
  // Since 2.12: items that require a later server, with the reason.
  const offline = pages.flatMap((page) => Object.keys(objectOf(page.offline)));
  return { items, unknown: new Set([...missing, ...offline]) };
}

/** `config` of an item of STREAM.LIST or CONSUMER.LIST, or of an INFO response. */
export function configOf(info: JsonObject): JsonObject {
  return objectOf(info.config);
}

/**
 * The durable name of a declared consumer. Undefined for ephemeral consumers of clients, and for consumers through
 * which the server fills a mirror or source, which have a durable name since 2.14.
 */
export function declaredName(config: JsonObject): string | undefined {
  const name = textIn(config.durable_name);
  const metadata = Object.keys(objectOf(config.metadata));
  const isServers = metadata.some((key) => key.startsWith('_nats.mirror.') || key.startsWith('_nats.src.'));
  return name === '' || isServers ? undefined : name;
}
