import {
  BrokerError,
  type Json,
  type JsonObject,
  largest,
  parseAddress,
  RedriveError,
  type RedriveRequest,
  smallest,
  toBigInt,
} from '../../../../model/index.ts';
import { sortedTags, tableOf } from '../../kinds/parts.ts';
import { atLeast } from '../../version.ts';
import type { AmqpLinks } from '../amqp.ts';
import type { Listings } from '../listings.ts';
import type { Endpoint, RabbitSettings } from '../settings.ts';
import { policyOf, readyIn } from './targets.ts';

export interface RedriveOptions {
  readonly version: string;
  readonly settings: RabbitSettings;
  readonly listings: Listings;
  readonly links: AmqpLinks | undefined;
}

/** A queue of dead letters that can be read. */
export interface OpenedQueue {
  readonly vhost: string;
  readonly name: string;
  readonly links: AmqpLinks;
  readonly endpoint: Endpoint;
  /** Messages that were ready. */
  readonly count: number;
  /** Bytes of a message, as far as the statistics tell. */
  readonly averageSize: number | undefined;
  readonly singleActiveConsumer: boolean;
  /** Deliveries after which the queue drops a message; undefined where it never does. */
  readonly deliveryLimit: number | undefined;
  /** Messages of other users than this one are refused. Undefined where the user may impersonate others, or might. */
  readonly onlyUser: string | undefined;
  readonly notes: readonly string[];
}

/** A limit below leaves no room for a run that is killed and one that follows. */
const LEAST_LIMIT = 4;

/**
 * Looks at a queue of dead letters, and refuses one that cannot be read without a loss.
 * @throws RedriveError, BrokerError, ConnectionError
 */
export async function openQueue(request: RedriveRequest, options: RedriveOptions): Promise<OpenedQueue> {
  const { settings, listings, links, version } = options;
  const { path } = parseAddress(request.address);
  const [vhost = '', name = ''] = path;
  if (path.length !== 2) {
    throw new RedriveError(
      `${request.address} is not the address of a queue`,
      'write BROKER/queue/VHOST/NAME',
    );
  }
  if (!links || !settings.amqp) {
    throw new RedriveError(`redrive uses AMQP, but broker ${settings.broker} has no "url"`, 'add "url"');
  }
  const item = await listings.queue(vhost, name, '');
  if (!item)
    throw new RedriveError(`queue ${JSON.stringify(name)} does not exist in vhost ${JSON.stringify(vhost)}`);
  await checkTarget(request, vhost, name, listings);
  const fail = (message: string, hint?: string): never => {
    throw new BrokerError(settings.broker, { op: 'redrive', message, ...(hint !== undefined && { hint }) });
  };
  refuseUnreadable(item, fail);
  const deliveryLimit = item.type === 'quorum' ? deliveryLimitOf(item, version) : undefined;
  if (deliveryLimit !== undefined && deliveryLimit < LEAST_LIMIT) {
    fail(
      `the queue drops messages after ${deliveryLimit} deliveries, and redrive delivers each once`,
      `raise its delivery-limit to ${LEAST_LIMIT} or more`,
    );
  }
  const { messages: count, consumers: consumerCount } = await readyIn(links, vhost, name);
  const { messages, message_bytes: bytes } = item;
  const isListed = typeof messages === 'number' && typeof bytes === 'number' && messages > 0;
  const { username } = settings.amqp;
  return {
    ...{ vhost, name, links, count, deliveryLimit, endpoint: settings.amqp },
    averageSize: isListed ? bytes / messages : undefined,
    singleActiveConsumer: tableOf(item.arguments)['x-single-active-consumer'] === true,
    onlyUser: (await isOnlyUser(username, settings, listings)) ? username : undefined,
    notes: [
      ...(consumerCount > 0
        ? [
            `the queue has ${consumerCount === 1 ? '1 consumer' : `${consumerCount} consumers`}, which may receive dead letters meanwhile`,
          ]
        : []),
      ...unacknowledgedNote(item),
    ],
  };
}

/** @throws RedriveError */
async function checkTarget(
  { to }: RedriveRequest,
  vhost: string,
  name: string,
  listings: Listings,
): Promise<void> {
  if (to === undefined) return;
  if (to === name) throw new RedriveError(`--to ${to}: the dead letters are already in this queue`);
  if (await listings.queue(vhost, to, 'disable_stats=true')) return;
  throw new RedriveError(`--to ${to}: the queue does not exist in vhost ${JSON.stringify(vhost)}`);
}

function refuseUnreadable(item: JsonObject, fail: (message: string, hint?: string) => never): void {
  if (item.type === 'stream') {
    fail(
      'the queue is a stream: reading does not remove messages, so each redrive would publish them again',
      'dead-letter into a classic or quorum queue',
    );
  }
  if (item.exclusive === true)
    fail('the queue is exclusive: only the connection that declared it can read it');
  if (item.auto_delete === true) {
    fail('the queue is auto-delete: the broker deletes it with its messages when its last consumer leaves');
  }
  if (item.exclusive_consumer_tag) {
    fail('the queue has an exclusive consumer: no other client can consume from it', 'stop that consumer');
  }
  if (tableOf(item.arguments)['x-single-active-consumer'] === true && Number(item.consumers ?? 0) > 0) {
    fail('the queue has a single active consumer, and no other receives messages', 'stop its consumers');
  }
}

function unacknowledgedNote({ messages_unacknowledged: count }: JsonObject): string[] {
  if (typeof count !== 'number' || count === 0) return [];
  return [`${count} unacknowledged messages of other consumers are skipped`];
}

/** Of the argument and the policies: the lowest; from 4.0 on 20 by default, and a negative one is no limit. */
function deliveryLimitOf(item: JsonObject, version: string): number | undefined {
  const isNew = atLeast({ version }, '4.0');
  const limits = [tableOf(item.arguments)['x-delivery-limit'], policyOf(item)['delivery-limit']].flatMap(
    (value: Json | undefined) => {
      const limit = toBigInt(value ?? null);
      return limit === undefined ? [] : [Number(limit)];
    },
  );
  if (limits.length === 0) return isNew ? 20 : undefined;
  if (!isNew) return Math.max(0, smallest(limits));
  if (smallest(limits) >= 0) return smallest(limits);
  const largestLimit = largest(limits);
  return largestLimit < 0 ? undefined : largestLimit;
}

/** Whether messages of other users are known to be refused: only the user of the management API can be asked about. */
async function isOnlyUser(username: string, settings: RabbitSettings, listings: Listings): Promise<boolean> {
  if (settings.management.username !== username) return false;
  const user = await listings.one(['whoami']);
  return user !== undefined && !sortedTags(user.tags).includes('impersonator');
}
