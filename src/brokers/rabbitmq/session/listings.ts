import { BrokerError, isObject, type Json, type JsonObject } from '../../../model/index.ts';
import type { Management } from './management.ts';
import { bodyOf, failureOf, isHiddenVhost, isMissing, isRightMissing } from './refusals.ts';
import type { RabbitSettings } from './settings.ts';

/** Reads lists from the management API, a bounded number at a time. */
export class Listings {
  readonly #management: Management;
  readonly #settings: RabbitSettings;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(management: Management, settings: RabbitSettings) {
    this.#management = management;
    this.#settings = settings;
  }

  /**
   * The items of `/api/<what>`. `right` is what the user needs to read it, for the hint.
   * @param limit the most bytes that the answer may have
   * @throws ConnectionError, BrokerError
   */
  async all(what: string, right: string, query = '', limit?: number): Promise<JsonObject[]> {
    const answer = await this.#get([what], query, limit);
    return items(bodyOf(answer, this.#settings, { op: `read ${what}`, right }));
  }

  /** The one object that `/api/<what>` is. @throws ConnectionError, BrokerError */
  async only(what: string, query = ''): Promise<JsonObject[]> {
    const body = bodyOf(await this.#get([what], query), this.#settings, { op: `read ${what}` });
    return isObject(body) ? [body] : [];
  }

  /**
   * The items of `/api/<what>/<vhost>`; none where the vhost does not exist.
   * @throws ConnectionError, BrokerError
   */
  async ofVhost(what: string, vhost: string, query = ''): Promise<JsonObject[]> {
    const answer = await this.#get(isAddressable(vhost) ? [what, vhost] : [what], query);
    const asked = { op: `read ${what}`, right: `a permission in vhost ${JSON.stringify(vhost)}` };
    if (isHiddenVhost(answer)) {
      const failure = failureOf(answer, this.#settings, asked);
      const user = JSON.stringify(this.#settings.management.username);
      throw new BrokerError(this.#settings.broker, {
        ...failure,
        message: `user ${user} may not see vhost ${JSON.stringify(vhost)}`,
        hint: `user ${user} needs ${asked.right}`,
      });
    }
    if (isMissing(answer)) return [];
    if (what === 'bindings' && answer.status === 500) throw this.#unlistable(vhost);
    // `/api/queues/detailed` is the list of all queues of all vhosts, in more detail (since 3.13).
    return items(bodyOf(answer, this.#settings, asked)).filter((item) => item.vhost === vhost);
  }

  /** As {@link ofVhost}, but nothing where the user may not read it. */
  async ofVhostIfAllowed(what: string, vhost: string): Promise<JsonObject[]> {
    const answer = await this.#get(isAddressable(vhost) ? [what, vhost] : [what]);
    if (isMissing(answer) || isRightMissing(answer)) return [];
    return items(bodyOf(answer, this.#settings, { op: `read ${what}` })).filter(
      (item) => item.vhost === vhost,
    );
  }

  /**
   * A queue; undefined where it is not there.
   * @throws ConnectionError, BrokerError
   */
  async queue(vhost: string, name: string, query: string): Promise<JsonObject | undefined> {
    if (!isAddressable(vhost) || !isAddressable(name)) {
      return (await this.ofVhost('queues', vhost, query)).find((item) => item.name === name);
    }
    const answer = await this.#get(['queues', vhost, name], query);
    if (isMissing(answer)) return undefined;
    const body = bodyOf(answer, this.#settings, { op: 'read queues' });
    return isObject(body) ? body : undefined;
  }

  /**
   * The bindings that lead to a queue, without the one that every queue has; none where it is not there.
   * @throws ConnectionError, BrokerError
   */
  async bindingsTo(vhost: string, queue: string): Promise<JsonObject[]> {
    const isReachable = isAddressable(vhost) && isAddressable(queue);
    const answer = await this.#get(isReachable ? ['queues', vhost, queue, 'bindings'] : ['bindings']);
    if (isMissing(answer)) return [];
    if (answer.status === 500) throw this.#unlistable(vhost);
    return items(bodyOf(answer, this.#settings, { op: 'read bindings' })).filter(
      (item) =>
        item.vhost === vhost &&
        item.destination === queue &&
        item.destination_type === 'queue' &&
        item.source !== '',
    );
  }

  /**
   * The bindings that lead from an exchange; none where it is not there.
   * @throws ConnectionError, BrokerError
   */
  async bindingsFrom(vhost: string, exchange: string): Promise<JsonObject[]> {
    const isReachable = isAddressable(vhost) && isAddressable(exchange);
    const path = isReachable ? ['exchanges', vhost, exchange, 'bindings', 'source'] : ['bindings'];
    const answer = await this.#get(path);
    if (isMissing(answer)) return [];
    if (answer.status === 500) throw this.#unlistable(vhost);
    return items(bodyOf(answer, this.#settings, { op: 'read bindings' })).filter(
      (item) => item.vhost === vhost && item.source === exchange,
    );
  }

  /** The open connections of a vhost with these columns; none where the user may not read them. */
  async connectionsIn(vhost: string, columns: string): Promise<JsonObject[]> {
    if (!isAddressable(vhost)) return [];
    const answer = await this.#get(['vhosts', vhost, 'connections'], `columns=${columns}`);
    if (isMissing(answer) || isRightMissing(answer)) return [];
    return items(bodyOf(answer, this.#settings, { op: 'read connections' }));
  }

  /** One object; undefined where it is not there. */
  async one(path: readonly string[]): Promise<JsonObject | undefined> {
    const answer = await this.#get(path);
    if (isMissing(answer)) return undefined;
    const body = bodyOf(answer, this.#settings, { op: `read ${path[0]}` });
    return isObject(body) ? body : undefined;
  }

  /** `pack_binding_props` in rabbit_mgmt_format.erl fails on such keys (seen on 3.10.8 and 4.3.6). */
  #unlistable(vhost: string): BrokerError {
    return new BrokerError(this.#settings.broker, {
      op: 'read bindings',
      status: '500',
      message: `the management API fails to list the bindings of vhost ${JSON.stringify(vhost)}`,
      hint: 'it does so as long as there is a binding with arguments and a "~" in its routing key: unbind that over AMQP',
    });
  }

  async #get(path: readonly string[], query = '', limit?: number) {
    if (this.#running >= CONCURRENT) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await this.#management.request({ method: 'GET', path, query, limit, repeatable: true });
    } finally {
      const next = this.#waiting.shift();
      // The next one takes over this one's place.
      if (next) next();
      else this.#running--;
    }
  }
}

/** Listings at a time: enough to hide the latency, few enough not to take the broker's CPUs from its clients. */
const CONCURRENT = 8;

/** The server takes `.` and `..` out of paths, even encoded, so what is named so is found in the list of all. */
function isAddressable(vhost: string): boolean {
  return vhost !== '.' && vhost !== '..';
}

function items(body: Json): JsonObject[] {
  return Array.isArray(body) ? body.filter(isObject) : [];
}
